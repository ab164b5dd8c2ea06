/**
 * One connection from nothing to ready: socket, host key, login, each within the time limit, each
 * failure as a sentence that says what to do.
 */
import type { AnyAuthMethod, Client } from 'ssh2'
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { checkHostKey, type HostKey, hostKeyOf, type PinnedKey } from './host-keys.ts'
import type { SshHost } from './hosts.ts'
import type { Credentials, Identity } from './identity.ts'
import { loadSsh2 } from './ssh2.ts'

export type ConnectLimits = {
  /** From the first packet to the login, milliseconds. */
  connectMs: number
  keepaliveMs: number
  /** So many unanswered keepalives end the connection. */
  keepaliveCount: number
}

export type ConnectNeeds = {
  host: SshHost
  identity: Identity
  pinned: () => PinnedKey | undefined
  clock: Clock
  limits: ConnectLimits
}

/** A connection that is logged in. Throws `unreachable | timeout | untrusted | unauthorized | failed`. */
export const connect = async (needs: ConnectNeeds): Promise<Client> => {
  const { host, pinned } = needs
  const credentials = await needs.identity.credentials()
  const known = pinned()
  return handshake(needs, {
    credentials,
    preferred: known?.algorithm,
    verify: (key) => checkHostKey(host.name, key, known),
  })
}

/** The key that the host shows now; nothing is trusted, and nobody logs in. */
export const askHostKey = async (needs: Omit<ConnectNeeds, 'identity'>): Promise<HostKey> => {
  let shown: HostKey | undefined
  const stop = new Problem('untrusted', 'Only asked for the key.')
  try {
    const verify = (key: HostKey) => {
      shown = key
      throw stop
    }
    const client = await handshake(needs, { preferred: needs.pinned()?.algorithm, verify })
    client.end()
  } catch (error) {
    if (!shown) throw error
  }
  if (!shown) throw new Problem('failed', `${needs.host.name} showed no host key.`)
  return shown
}

type Handshake = {
  credentials?: Credentials
  preferred?: string | undefined
  /** Throws what is wrong with the key. */
  verify(key: HostKey): void
}

const handshake = async (
  { host, clock, limits, identity }: Omit<ConnectNeeds, 'identity'> & { identity?: Identity },
  { credentials, preferred, verify }: Handshake,
): Promise<Client> => {
  const { Client } = await loadSsh2()
  const client = new Client()
  return new Promise((resolve, reject) => {
    let denied: unknown
    const cancel = clock.after(limits.connectMs, () => fail(tooSlow(host, limits)))
    const fail = (error: unknown) => {
      cancel()
      client.destroy()
      reject(denied ?? asConnectProblem(host, identity, error))
    }
    // A second error of a connection that failed already is nobody's business, but must be heard.
    client.on('error', fail)
    client.once('close', () => fail(new Error('Connection lost before handshake')))
    client.once('ready', () => {
      cancel()
      // Without it 95 of 100 commands wait 40 ms for Nagle (ssh2 issue 1285).
      client.setNoDelay(true)
      client.removeAllListeners('close')
      client.removeAllListeners('error')
      client.on('error', () => {})
      client.setMaxListeners(0)
      resolve(client)
    })
    client.connect({
      host: host.address,
      port: host.port,
      username: host.user,
      authHandler: credentials ? [login(host.user, credentials)] : [],
      readyTimeout: 0,
      keepaliveInterval: limits.keepaliveMs,
      keepaliveCountMax: limits.keepaliveCount,
      algorithms: { serverHostKey: prefer(preferred) },
      hostVerifier: (blob: Buffer) => {
        try {
          verify(hostKeyOf(blob))
          return true
        } catch (error) {
          denied = error
          return false
        }
      },
    })
  })
}

/** As a list of ways with one in it: `privateKey` takes text only, and would decrypt it each time. */
const login = (username: string, credentials: Credentials): AnyAuthMethod =>
  'agent' in credentials
    ? { type: 'agent', username, agent: credentials.agent }
    : { type: 'publickey', username, key: credentials.privateKey }

/** ssh2's own order, with the accepted type first: a server with several keys shows that one. */
const HOST_KEY_TYPES = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const

const prefer = (algorithm: string | undefined) => {
  const first = HOST_KEY_TYPES.filter((type) =>
    algorithm === 'ssh-rsa' ? type.startsWith('rsa-') : type === algorithm,
  )
  return [...first, ...HOST_KEY_TYPES.filter((type) => !first.includes(type))]
}

const at = ({ name, address, port }: SshHost) => `${name} (${address}, port ${port})`

const tooSlow = (host: SshHost, { connectMs }: ConnectLimits) =>
  new Problem('timeout', `${at(host)} did not come to a login within ${connectMs / 1000} s.`, {
    next: 'Is there an SSH server on this port, and does a firewall let it through?',
  })

const socketWords: Record<string, string> = {
  ECONNREFUSED: 'refuses SSH: no server listens there',
  EHOSTUNREACH: 'cannot be reached: no way to the host',
  ENETUNREACH: 'cannot be reached: no way to the network',
  ETIMEDOUT: 'does not answer',
  ENOTFOUND: 'cannot be found: the name is not known',
  EAI_AGAIN: 'cannot be found: the name server does not answer',
  ECONNRESET: 'hung up before the login',
  EPIPE: 'hung up before the login',
}

const asConnectProblem = (
  host: SshHost,
  identity: Identity | undefined,
  error: unknown,
): Problem => {
  if (error instanceof Problem) return error
  const { level, code, message } = error as Error & { level?: string; code?: string }
  if (level === 'client-authentication' || level === 'agent')
    return new Problem(
      'unauthorized',
      `${at(host)} does not let ${host.user} in with ${identity?.words ?? 'no key'}.`,
      { next: `ssh-copy-id -i KEY.pub ${host.user}@${host.address}`, cause: error },
    )
  const words = code && socketWords[code]
  if (words) return new Problem('unreachable', `${at(host)} ${words}.`, { cause: error })
  if (/lost before handshake/.test(message))
    return new Problem('unreachable', `${at(host)} hung up before the login.`, {
      next: 'Its SSH server may be busy (MaxStartups), or bar this address.',
      cause: error,
    })
  return new Problem('failed', `${at(host)} and Jarvis found no common SSH: ${message}.`, {
    cause: error,
  })
}
