/** What restarting and switching off a node have in common: the votes, the guests, and the wait for its end. */
import * as z from 'zod'
import { minutes, seconds, sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { duration } from '../format.ts'
import type { Outcome } from '../proxmox/types.ts'
import { nodeInput } from './node-target.ts'
import { demandMajority, guestsOn, hazardsOf, marginOf, votesBeside } from './node-votes.ts'
import { nodeNamed } from './places.ts'
import {
  type ActTool,
  defineTool,
  type Found,
  type Hands,
  type ReadBack,
  type Signals,
} from './tool.ts'

type NodeTool = Pick<ActTool, 'name' | 'title' | 'description' | 'words' | 'proof'> & {
  command: 'reboot' | 'shutdown'
  /** How a person does it at the node. */
  byHand: string
  undo: string
}

/** Guests are shut down first, and a server with much memory takes minutes to come back. */
const LIMIT_MS = minutes(10)
const LOOK_EVERY_MS = seconds(1)
/** Clocks of nodes and ours need not agree to the second. */
const SLACK_S = 3

export const nodeTool = ({ command, byHand, undo, ...tool }: NodeTool) =>
  defineTool({
    ...tool,
    topic: 'nodes',
    tasks: [],
    input: z.strictObject({ node: nodeInput }),
    key: ({ node }) => `node/${node}`,
    async find(hands, { node: wanted }): Promise<Found> {
      const { name: node } = nodeNamed(hands.picture(), wanted)
      const votes = await votesBeside(hands, node)
      demandMajority(votes, node, byHand)
      const [hazards, guests] = await Promise.all([hazardsOf(hands, votes), guestsOn(hands, node)])
      const own = ownHouse(hands, node)
      const there = votes.isOnline ? 'on' : 'off'
      const waits = (since: number, signals: Signals) =>
        waitFor(hands, { node, command, since }, signals)
      return {
        label: node,
        targets: [{ kind: 'node', id: node, node }],
        state: [there, votes.online, ...hazards.map((h) => h.replace(/ \d.*$/, ''))].join('|'),
        plan: {
          before: `${node} is ${there}.`,
          calls: [`POST /nodes/${node}/status command=${command}`],
          expected: command === 'reboot' ? `${node} is on again.` : `${node} is off.`,
          undo,
          goes: [guests, ...own].join('; '),
          stays: 'The disks of its guests',
          checked: [marginOf(votes), ...hazards.map((h) => `CAREFUL: ${h}`)],
        },
        whyNot: votes.isOnline ? undefined : `${node} is off already.`,
        notForMachines: hazards[0] && `Now is no time to take ${node} down: ${hazards.join('; ')}.`,
        async run(signals) {
          const since = hands.clock.now()
          await hands.proxmox.nodes.power(node, command)
          return { outcome: waits(since, signals) }
        },
        resume: waits,
        readBack: (since) => readBack(hands, { node, command, since }),
      }
    },
  })

/** Where Jarvis himself would go down with it. */
const ownHouse = ({ protection }: Hands, node: string): string[] => {
  const graph = protection()
  if (!graph) return ['whether Jarvis himself runs there cannot be known now']
  const shield = graph.of({ kind: 'node', id: node })
  if (!shield?.vital) return []
  return [`JARVIS HIMSELF: ${shield.why[0]}; he is away until it is back`]
}

type Going = { node: string; command: 'reboot' | 'shutdown'; since: number }
type Seen = { online: boolean | undefined; uptime?: number | undefined }

const look = async ({ proxmox }: Hands, node: string): Promise<Seen> => {
  try {
    const { cluster, nodes } = await proxmox.cluster.status()
    const online = nodes.some((n) => n.name === node && n.online)
    if (!online) return { online }
    const uptime = await proxmox.nodes.status(node).then(
      (s) => s.uptime,
      () => undefined,
    )
    return { online: uptime === undefined && !cluster ? undefined : online, uptime }
  } catch (thrown) {
    const { kind } = asProblem(thrown)
    if (kind === 'unreachable' || kind === 'timeout') return { online: undefined }
    throw thrown
  }
}

/** Being on proves nothing: it was. It must have been up for less than the deed took. */
const isThrough = ({ clock }: Hands, { command, since }: Going, { online, uptime }: Seen) =>
  command === 'shutdown'
    ? online === false
    : online === true && uptime !== undefined && uptime <= (clock.now() - since) / 1000 + SLACK_S

const waitFor = async (
  hands: Hands,
  going: Going,
  { stopped, closing }: Signals,
): Promise<Outcome> => {
  const { clock } = hands
  const ended = AbortSignal.any([stopped, closing])
  const until = going.since + LIMIT_MS
  for (;;) {
    const seen = await look(hands, going.node).catch((): Seen => ({ online: undefined }))
    if (isThrough(hands, going, seen)) return { result: 'ok' }
    if (ended.aborted)
      return {
        result: 'failed',
        unknown: true,
        text: 'Nobody waits any more; a node that goes down cannot be called back',
      }
    if (clock.now() >= until) return late(going, seen)
    await sleep(clock, LOOK_EVERY_MS, ended).catch(() => undefined)
  }
}

const late = ({ command }: Going, { online }: Seen): Outcome => {
  const limit = duration(LIMIT_MS / 1000)
  if (online === undefined)
    return { result: 'failed', unknown: true, text: `Nobody could tell for ${limit}` }
  return {
    result: 'failed',
    text: online
      ? `It is still on after ${limit}`
      : command === 'reboot'
        ? `It is not back after ${limit}`
        : `It is not off after ${limit}`,
  }
}

const readBack = async (hands: Hands, going: Going): Promise<ReadBack> => {
  const { node } = going
  const seen = await look(hands, node).catch((): Seen => ({ online: undefined }))
  await hands.refresh?.().catch(() => undefined)
  if (seen.online === undefined)
    return { asExpected: false, text: `Nobody can tell whether ${node} is on.` }
  const since = seen.uptime === undefined ? '' : `, up for ${duration(seen.uptime)}`
  return {
    asExpected: isThrough(hands, going, seen),
    text: `${node} is ${seen.online ? `on${since}` : 'off'}.`,
    data: { node, online: seen.online, ...(seen.uptime !== undefined && { uptimeS: seen.uptime }) },
  }
}
