/**
 * Runs one command inside a guest: a container through its node, a virtual machine through its agent.
 * The same judge as for nodes; the guest has no other way in than these two.
 */
import * as z from 'zod'
import { type Clock, sleep } from '../clock.ts'
import { type AgentRun, agentRun } from '../proxmox/agent.ts'
import { RUN } from '../safety/shell/policy.ts'
import { commandInput, foundCommand, overSsh, type Ran } from './command.ts'
import { type GuestTarget, guestTarget, vmidInput } from './guest-target.ts'
import { defineTool, type Found, type Hands, refusal } from './tool.ts'

export const guestCommand = defineTool({
  name: 'guest_command',
  title: 'Run a command in a guest',
  description:
    'Runs one simple shell command inside a running container, or inside a virtual machine that has a guest agent, and answers what it says. Judged like run_command; 30 s at most.',
  topic: 'guests',
  right: 'operate',
  proof: 'how the command ended, and what it said',
  words: {
    noun: 'Run',
    doing: 'being run',
    afterFailure: 'Look at what it said, and at what it was meant to change.',
  },
  tasks: [],
  input: z.strictObject({ vmid: vmidInput, command: commandInput }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid, command }): Promise<Found> {
    const target = await guestTarget(hands, vmid)
    const { ref, label } = target
    demandRunning(target)
    const { via, run } = ref.kind === 'lxc' ? container(hands, target) : machine(hands, target)
    return foundCommand({
      where: label,
      targets: target.targets,
      state: target.state,
      via,
      verdict: hands.shell.judge(command),
      run,
    })
  },
})

const demandRunning = ({ label, word, ref }: GuestTarget): void => {
  if (word === 'running') return
  throw refusal(
    'state',
    'conflict',
    `${label} is ${word} on ${ref.node}; no command can be run in it.`,
    word === 'stopped' ? 'Start it first: guest_start.' : undefined,
  )
}

type Way = { via: string; run(words: string[], signal: AbortSignal): Promise<Ran> }

const container = ({ ssh }: Hands, { ref, label }: GuestTarget): Way => {
  if (!ssh)
    throw refusal(
      'ssh',
      'conflict',
      `A command gets into ${label} only over SSH to ${ref.node}, and I have no key.`,
      'Give me one: ./jarvis setup.',
    )
  const host = ssh.host(ref.node).name
  const way = ['pct', 'exec', String(ref.vmid), '--']
  return {
    via: `ssh ${host} ${way.join(' ')}`,
    run: (words, signal) => overSsh(ssh, host, [...way, ...words], signal),
  }
}

/** Over SSH it takes no right of a token; without a key the API does it, if the token may. */
const machine = (hands: Hands, { ref, label, status }: GuestTarget): Way => {
  const { ssh } = hands
  if (!status?.agent)
    throw refusal(
      'agent',
      'conflict',
      `${label} has no guest agent, so no command gets into it.`,
      'Install qemu-guest-agent in it and switch it on in its options (agent: 1), or use its terminal.',
    )
  if (!ssh) return byAgent(hands, ref)
  const host = ssh.host(ref.node).name
  const seconds = String(RUN.timeoutMs / 1000 - 2)
  const way = ['qm', 'guest', 'exec', String(ref.vmid), '--timeout', seconds, '--']
  return {
    via: `ssh ${host} ${way.join(' ')}`,
    run: async (words, signal) => toldByQm(await overSsh(ssh, host, [...way, ...words], signal)),
  }
}

/** `qm` answers with what the agent has said, as JSON; anything else is its own trouble. */
const toldByQm = (ran: Ran): Ran => {
  if (ran.code !== 0) return ran
  try {
    return ranBy(agentRun(JSON.parse(ran.stdout)))
  } catch {
    return { ...ran, code: 1 }
  }
}

const byAgent = ({ proxmox, clock }: Hands, ref: GuestTarget['ref']): Way => ({
  via: `POST /nodes/${ref.node}/qemu/${ref.vmid}/agent/exec`,
  async run(words, signal) {
    const pid = await proxmox.guests.exec(ref, words)
    return ranBy(await ended(clock, () => proxmox.guests.execStatus(ref, pid), signal))
  },
})

const ASK_EVERY_MS = 200

/** Asks until it has ended, the time is over, or STOP is pressed. */
const ended = async (
  clock: Clock,
  ask: () => Promise<AgentRun>,
  signal: AbortSignal,
): Promise<AgentRun> => {
  const until = clock.now() + RUN.timeoutMs
  for (;;) {
    const run = await ask().catch((): AgentRun => ({ exited: false }))
    if (run.exited || signal.aborted || clock.now() >= until) return run
    await sleep(clock, ASK_EVERY_MS, signal).catch(() => undefined)
  }
}

/** The agent cannot end what it has started. */
const GOES_ON = 'The agent has not told its end, and cannot end it: it may be running still.'

const ranBy = (end: AgentRun): Ran => {
  const plain = {
    stdout: '',
    stderr: '',
    code: null,
    signal: null,
    timedOut: false,
    cancelled: false,
  }
  if (!end.exited) return { ...plain, truncated: false, lost: true, goesOn: GOES_ON }
  const cut = end.out.length > RUN.capBytes || end.err.length > RUN.capBytes
  return {
    ...plain,
    stdout: end.out.slice(0, RUN.capBytes),
    stderr: end.err.slice(0, RUN.capBytes),
    code: end.code ?? null,
    signal: end.signal === undefined ? null : String(end.signal),
    truncated: end.truncated || cut,
    lost: false,
  }
}
