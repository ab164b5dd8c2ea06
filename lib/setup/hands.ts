/**
 * The SSH side of a set-up: a key of Jarvis' own, made or named, the line that lets it in, and the key
 * that each node shows, which the operator agrees to or not. Nothing is trusted because it came first.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import type { ParsedKey } from 'ssh2'
import { type Clock, seconds } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'
import { type Place, placeOf } from '../proxmox/tls.ts'
import { askHostKey, connect } from '../ssh/connect.ts'
import type { HostKey } from '../ssh/host-keys.ts'
import type { SshHost } from '../ssh/hosts.ts'
import { createIdentity } from '../ssh/identity.ts'
import { makeKey } from '../ssh/new-key.ts'
import type { FoundNode } from './nodes.ts'

/** How the nodes are spoken to. */
export type Door = { user: string; port: number }

/** A node's own key as it shows it now, or why it shows none. */
export type ShownKey = { node: string; key?: HostKey | undefined; trouble?: string | undefined }

export type SetUpHands = Door & {
  keyFile: string
  /** What stands in `authorized_keys`. */
  line: string
  shown: ShownKey[]
  /** Keys that were agreed to, by node. */
  agreed: Map<string, HostKey>
  /** Whether each of those nodes lets us in: '' = yes, else why not. */
  entered: Map<string, string>
}

const LIMITS = { connectMs: seconds(8), keepaliveMs: 0, keepaliveCount: 1 }

/** Where a new key is put. */
export const newKeyFile = (configFile: string): string =>
  join(dirname(configFile), 'secrets', 'ssh_key')

/** Throws `invalid` for what is no user or port. */
export const doorFrom = (user: string, port: string): Door => {
  if (!/^[a-z_][\w.-]{0,31}\$?$/i.test(user))
    throw new Problem('invalid', 'That is no name of a user.', { next: 'It is root, mostly.' })
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535)
    throw new Problem('invalid', 'That is no port.', { next: 'It is 22, mostly.' })
  return { user, port: Number(port) }
}

/**
 * The key to log in with: a file that is named, or one of our own beside the configuration, made now
 * unless it is there already. Throws `unauthorized` for a file that is no key, `failed` where none can be put.
 */
export const keyFor = async (
  configFile: string,
  named: string | undefined,
): Promise<{ keyFile: string; line: string }> => {
  const keyFile = named ? resolve(dirname(configFile), named) : newKeyFile(configFile)
  if (!named && !existsSync(keyFile)) await putNewKey(keyFile)
  const credentials = await createIdentity({ keyFile }).credentials()
  const { privateKey } = credentials as { privateKey: ParsedKey }
  return { keyFile, line: lineOf(privateKey) }
}

/** `restrict`: no forwarding of any kind; a terminal is all that it needs besides commands. */
const lineOf = (key: ParsedKey): string =>
  `restrict,pty ${key.type} ${key.getPublicSSH().toString('base64')} jarvis`

const putNewKey = async (file: string): Promise<void> => {
  const { text, line } = await makeKey()
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    writeFileSync(`${file}.pub`, `${line}\n`, { mode: 0o644 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Problem('failed', `${file} cannot be written (${code}).`, {
      cause,
      next: 'Make a key by hand with ssh-keygen -t ed25519, and name its file.',
    })
  }
}

/** As it stands in the configuration: relative where it lies beside it. */
export const keyFileFrom = (configFile: string, keyFile: string): string => {
  const near = relative(dirname(configFile), keyFile)
  return near.startsWith('..') ? keyFile : near
}

export const hostOf = ({ name, address }: FoundNode, { user, port }: Door): SshHost => {
  const { host }: Place = placeOf(address)
  return { name, aliases: [], address: host, port, user }
}

/** What each node shows, asked at once; nobody logs in and nothing is trusted. Never throws. */
export const askKeys = (nodes: FoundNode[], door: Door, clock: Clock): Promise<ShownKey[]> =>
  Promise.all(
    nodes.map(async (node): Promise<ShownKey> => {
      try {
        const host = hostOf(node, door)
        const key = await askHostKey({ host, pinned: () => undefined, clock, limits: LIMITS })
        return { node: node.name, key }
      } catch (error) {
        return { node: node.name, trouble: asProblem(error).message }
      }
    }),
  )

/** Does a node let us in, now that its key is agreed to? '' = yes, else why not. */
export const tryToEnter = async (
  host: SshHost,
  key: HostKey,
  keyFile: string,
  clock: Clock,
): Promise<string> => {
  try {
    const pinned = () => ({ ...key, host: host.name, acceptedAt: 0, acceptedBy: '' })
    const identity = createIdentity({ keyFile })
    const client = await connect({ host, identity, pinned, clock, limits: LIMITS })
    client.end()
    return ''
  } catch (error) {
    return asProblem(error).message
  }
}
