/** The set-up's questions about SSH: which key, and is each node's own key the right one. */
import { resolve } from 'node:path'
import { loadConfig } from '../lib/config.ts'
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import {
  askKeys,
  doorFrom,
  hostOf,
  keyFor,
  type SetUpHands,
  type ShownKey,
  tryToEnter,
} from '../lib/setup/hands.ts'
import { keepKeys } from '../lib/setup/keep-keys.ts'
import { type FoundCluster, usable } from '../lib/setup/nodes.ts'
import type { HostKey } from '../lib/ssh/host-keys.ts'
import { type Args, type Command, textOf } from './command.ts'
import type { Io } from './io.ts'

export const handsOptions: Command['options'] = {
  'ssh-key': { type: 'string', value: 'FILE', help: 'log in to the nodes with it; new makes one' },
  'ssh-user': { type: 'string', value: 'NAME', help: 'as whom (root)' },
  'ssh-port': { type: 'string', value: 'N', help: 'where the nodes listen for SSH (22)' },
  'ssh-fingerprint': {
    type: 'string',
    value: 'NAME=SHA256:…',
    multiple: true,
    help: "agree to a node's SSH key without being asked",
  },
}

/** Asked before the file is written; undefined = without SSH. */
export const setUpHands = async (
  args: Args,
  io: Io,
  file: string,
  cluster: FoundCluster,
): Promise<SetUpHands | undefined> => {
  const wanted = await wantedKey(args, io)
  if (!wanted) return undefined
  const door = doorFrom(textOf(args, 'ssh-user') ?? 'root', textOf(args, 'ssh-port') ?? '22')
  const named = wanted === 'new' ? undefined : resolve(io.cwd, wanted)
  const key = await keyFor(file, named)
  io.err(`My key: ${key.keyFile}. Put this line into authorized_keys of ${door.user} on each node:`)
  io.err(key.line)
  const nodes = usable(cluster)
  const shown = await askKeys(nodes, door, io.clock)
  const agreed: SetUpHands['agreed'] = new Map()
  const entered: SetUpHands['entered'] = new Map()
  const given = fingerprintsIn(args)
  for (const one of shown) {
    const found = await consent(one, given, io)
    if (found) agreed.set(one.node, found)
  }
  if (agreed.size > 0 && io.isTTY) await io.ask('Press Enter when the line is in its place.', '')
  for (const node of nodes) {
    const pinned = agreed.get(node.name)
    if (!pinned) continue
    const trouble = await tryToEnter(hostOf(node, door), pinned, key.keyFile, io.clock)
    entered.set(node.name, trouble)
    io.err(`  ${clean(node.name)}: ${trouble || `lets ${door.user} in.`}`)
  }
  return { ...door, ...key, shown, agreed, entered }
}

const wantedKey = async (args: Args, io: Io): Promise<string | undefined> => {
  const named = textOf(args, 'ssh-key')
  if (named) return named
  if (!io.isTTY) return undefined
  const question = 'SSH key for temperatures, commands and terminals (a file, new, or no):'
  const answer = (await io.ask(question, 'no')).trim()
  return /^(no?|none|)$/i.test(answer) ? undefined : answer
}

const fingerprintsIn = (args: Args): Map<string, string> => {
  const given = args.values['ssh-fingerprint']
  const all = Array.isArray(given) ? given.map(String) : []
  return new Map(
    all.map((text) => {
      const [, node, fingerprint] = /^([^=]+)=(SHA256:\S+)$/.exec(text) ?? []
      if (node && fingerprint) return [node, fingerprint]
      throw new Problem('invalid', `"${clean(text).slice(0, 80)}" is no name and fingerprint.`, {
        next: 'It reads pve=SHA256:…, as ssh-keygen -lf prints it.',
      })
    }),
  )
}

/** The key that is agreed to; undefined = not now. Throws `untrusted` when another one was named. */
const consent = async (
  { node, key, trouble }: ShownKey,
  given: Map<string, string>,
  io: Io,
): Promise<HostKey | undefined> => {
  const name = clean(node)
  if (!key) {
    io.err(`  ${name}: ${trouble} Later: ./jarvis doctor --accept-host-key ${name}`)
    return undefined
  }
  const named = given.get(node)
  if (named === key.fingerprint) return key
  if (named !== undefined)
    throw new Problem('untrusted', `${name} shows another SSH key: ${key.fingerprint}.`, {
      next: `You named ${named}. Nothing was written. Compare on the node itself.`,
    })
  io.err(`  ${name} shows ${key.fingerprint} (${clean(key.algorithm)}).`)
  io.err('  Compare on it: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub')
  if (!io.isTTY) return undefined
  return /^y(es)?$/i.test(await io.ask(`Is it ${name}'s? (yes/no)`, 'no')) ? key : undefined
}

/** Behind the written file, in the data folder that `serve` will use with it. */
export const keepConsents = async (
  { agreed }: SetUpHands,
  file: string,
  { root, env, cwd, clock }: Io,
): Promise<void> => {
  const { data } = loadConfig({ root, env: { ...env, JARVIS_CONFIG: file }, cwd })
  await keepKeys({ data, root, clock, by: 'the command line' }, agreed)
}

/** For `--json`. */
export const handsJson = (hands: SetUpHands | undefined) =>
  hands
    ? {
        keyFile: hands.keyFile,
        line: hands.line,
        nodes: hands.shown.map(({ node, key, trouble }) => ({
          node,
          fingerprint: key?.fingerprint ?? null,
          accepted: hands.agreed.has(node),
          trouble: trouble ?? (hands.entered.get(node) || null),
        })),
      }
    : null
