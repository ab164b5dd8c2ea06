/**
 * Puts tmux on a node, so that terminals there outlive this server: the one thing that the product
 * ever installs on a node, by a fixed command and only when a person asks for it.
 */
import * as z from 'zod'
import { minutes } from '../clock.ts'
import { clean } from '../log.ts'
import type { Outcome } from '../proxmox/types.ts'
import type { ExecResult } from '../ssh/exec.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

/** The words of a program: nothing of the arguments is ever in it. */
const INSTALL = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', 'tmux']
/** Fetches it into the cache of apt, and touches nothing that is installed. */
const FETCH = [...INSTALL.slice(0, -1), '--download-only', 'tmux']
const LOOK = 'command -v tmux'
const LIMIT_MS = minutes(5)

export const tmuxInstall = defineTool({
  name: 'tmux_install',
  title: 'Install tmux on a node',
  description:
    'Installs the package tmux on a node by SSH, so that terminals there stay alive when Jarvis is restarted. Installs nothing else. STOP ends it while the package is fetched; once the package is being put in, that is let come to its end, because half a package is worse than a whole one.',
  topic: 'nodes',
  proof: 'tmux is on the path of the node',
  idempotent: true,
  words: {
    noun: 'Install',
    doing: 'being installed',
    afterFailure: 'Try it by hand: apt-get install tmux.',
  },
  tasks: [],
  input: z.strictObject({
    node: z.string().min(1).max(100).meta({ description: 'The name of the node.' }),
  }),
  key: ({ node }) => `node/${node}`,
  find: async ({ ssh }, { node }): Promise<Found> => {
    if (!ssh) throw refusal('ssh', 'conflict', 'I have no SSH key, so I cannot install anything.')
    const { name } = ssh.host(node)
    const looked = await ssh.exec(name, LOOK)
    const label = `tmux on ${clean(name)}`
    return {
      label,
      targets: [{ kind: 'node', id: name }],
      state: looked.code === 0 ? 'there' : 'absent',
      plan: {
        before: looked.code === 0 ? `${label} is there.` : `There is no ${label}.`,
        calls: [FETCH, INSTALL].map((words) => `ssh ${name} ${words.join(' ')}`),
        expected: `${label} is there.`,
        undo: 'apt-get remove tmux',
      },
      whyNot: looked.code === 0 ? `${label} is there already.` : undefined,
      run: async ({ stopped }) => ({ outcome: install(ssh, name, stopped) }),
      readBack: () => readBack(ssh, name, label),
    }
  },
})

type Ssh = NonNullable<Hands['ssh']>

/** Fetching can be ended at any time; what dpkg has begun cannot, and is told of instead. */
const install = async (ssh: Ssh, host: string, stopped: AbortSignal): Promise<Outcome> => {
  const fetched = await ssh.exec(host, FETCH, { timeoutMs: LIMIT_MS, signal: stopped })
  if (fetched.lost || (fetched.code !== 0 && !stopped.aborted)) return troubleOf(fetched)
  if (stopped.aborted)
    return { result: 'failed', text: 'It was stopped while it was being fetched' }
  const done = await ssh.exec(host, INSTALL, { timeoutMs: LIMIT_MS })
  if (done.code !== 0) return troubleOf(done)
  if (!stopped.aborted) return { result: 'ok' }
  return {
    result: 'warnings',
    text: 'STOP came while the package was being put in; half a package is worse than a whole one, so I let that end',
  }
}

const troubleOf = ({ stdout, stderr, lost, timedOut }: ExecResult): Outcome => {
  if (lost) return { result: 'failed', unknown: true, text: 'The link was lost meanwhile' }
  const last = clean(`${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '').slice(0, 200)
  return { result: 'failed', text: timedOut ? 'It took longer than 5 min' : `apt-get: ${last}` }
}

const readBack = async (ssh: Ssh, host: string, label: string): Promise<ReadBack> => {
  const { code, stdout } = await ssh.exec(host, LOOK)
  return code === 0
    ? { asExpected: true, text: `${label} is there.`, data: { path: clean(stdout).trim() } }
    : { asExpected: false, text: `There is no ${label}.` }
}
