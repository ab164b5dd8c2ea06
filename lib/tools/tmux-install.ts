/**
 * Puts tmux on a node, so that terminals there outlive this server: the one thing that the product
 * ever installs on a node, by a fixed command and only when a person asks for it.
 */
import * as z from 'zod'
import { minutes } from '../clock.ts'
import { clean } from '../log.ts'
import type { Outcome } from '../proxmox/types.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

/** The words of a program: nothing of the arguments is ever in it. */
const INSTALL = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', 'tmux']
const LOOK = 'command -v tmux'
const LIMIT_MS = minutes(5)

export const tmuxInstall = defineTool({
  name: 'tmux_install',
  title: 'Install tmux on a node',
  description:
    'Installs the package tmux on a node by SSH, so that terminals there stay alive when Jarvis is restarted. Installs nothing else.',
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
      plan: {
        before: looked.code === 0 ? `${label} is there.` : `There is no ${label}.`,
        calls: [`ssh ${name} ${INSTALL.join(' ')}`],
        expected: `${label} is there.`,
        undo: 'apt-get remove tmux',
      },
      whyNot: looked.code === 0 ? `${label} is there already.` : undefined,
      run: async () => ({ outcome: install(ssh, name) }),
      readBack: () => readBack(ssh, name, label),
    }
  },
})

type Ssh = NonNullable<Hands['ssh']>

/** Not cancelled by STOP once it runs: a package half put in is worse than one too many. */
const install = async (ssh: Ssh, host: string): Promise<Outcome> => {
  const { code, stdout, stderr, lost, timedOut } = await ssh.exec(host, INSTALL, {
    timeoutMs: LIMIT_MS,
  })
  if (code === 0) return { result: 'ok' }
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
