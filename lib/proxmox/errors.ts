/**
 * Turns whatever a node answered into one sentence with a next step. Proxmox says most things as
 * "500 with a reason phrase"; the body repeats it in full since January 2025. Both are untrusted text.
 */
import { Problem, type ProblemKind } from '../errors.ts'
import { clean } from '../log.ts'
import { row } from './decode.ts'
import { forbidden, sentence } from './grants.ts'
import type { Token, TokenRole } from './types.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One call, as far as an error has to name it. The path has no parameters: they may hold passwords. */
export type Call = {
  method: Method
  path: string
  /** `pve1 (10.0.0.11:8006)`. */
  host: string
  role: TokenRole
  token?: Token | undefined
}

export type Answer = { status: number; reason: string; text: string; json: unknown }

type Meaning = { kind: ProblemKind; next?: string }

/** What the well-known texts of a 500 mean; the first that fits counts. All but the last two seen on PVE 9.2.11. */
const meanings: [RegExp, Meaning][] = [
  [
    /^Configuration file '.*' does not exist/,
    {
      kind: 'not-found',
      next: 'The guest was deleted or has moved to another node; read where it is now.',
    },
  ],
  [/^storage '.*' does not exist/, { kind: 'not-found', next: 'Check the name of the storage.' }],
  [/^hostname lookup '.*' failed/, { kind: 'not-found', next: 'Check the name of the node.' }],
  [
    /no quorum/,
    {
      kind: 'conflict',
      next: 'Bring the other nodes back first; without a majority the cluster takes no changes.',
    },
  ],
  [
    // pmxcfs is read-only without quorum: measured for a config write.
    /\/etc\/pve\/.* - Permission denied/,
    {
      kind: 'conflict',
      next: 'The cluster file system is read-only, most likely because quorum is lost.',
    },
  ],
  [
    /can't lock file .* got timeout|got lock (request )?timeout|is locked \(/,
    { kind: 'conflict', next: 'Another task holds the lock; wait until it has ended.' },
  ],
  [
    /detected modified configuration/,
    {
      kind: 'conflict',
      next: 'Somebody changed it meanwhile; read it again, then repeat the change.',
    },
  ],
  [/already (running|exists)|already in use/, { kind: 'conflict' }],
  [/ not running| is running|without --online or --restart/, { kind: 'conflict' }],
  [
    /protection mode enabled/,
    { kind: 'conflict', next: 'Remove the protection of the guest first.' },
  ],
  [
    /guest agent (is not running|configured)|No QEMU guest agent/i,
    {
      kind: 'conflict',
      next: 'Install qemu-guest-agent in the guest and switch it on in its options.',
    },
  ],
  [
    /No wake on LAN MAC address/,
    { kind: 'conflict', next: "Set the MAC in the node's options while it is up." },
  ],
]

/** The Problem that an answer of 300 or more, or one without JSON, stands for. */
export const problemOf = (call: Call, answer: Answer): Problem => {
  const { status } = answer
  if (status === 401) return unauthorized(call, answer)
  if (status === 403) return forbidden(call, wordsOf(answer))
  if (status === 400) return invalid(call, answer)
  if (status >= 300 && status < 400)
    return told('invalid', call, answer, 'Use the https address of the node, port 8006.')
  if (status < 300) return told('failed', call, answer, 'Is this the address of a Proxmox VE node?')
  if (isProxyFault(answer)) return unreachable(call, answer)
  if (status === 501 || status === 506)
    return told('invalid', call, answer, 'This release of Proxmox VE does not know the call.')
  const meaning = meanings.find(([text]) => text.test(wordsOf(answer)))?.[1]
  return told(meaning?.kind ?? 'failed', call, answer, meaning?.next)
}

/** 595-599 come from the node that was asked about another one; any 5xx without words means the same. */
const isProxyFault = ({ status, text, reason }: Answer) =>
  (status >= 595 && status <= 599) ||
  (status >= 502 && status !== 506 && text === '') ||
  (status === 500 && text === '' && reason === '')

/** What the other side said, in full where it did, safe to show: at most 500 characters, no controls. */
export const wordsOf = ({ reason, text, json }: Answer): string => {
  const message = row(json).message
  const words = typeof message === 'string' && message.trim() ? message : reason || text
  const safe = clean(words).replace(/\s+/g, ' ').trim()
  return safe.length > 500 ? `${safe.slice(0, 499)}…` : safe
}

const nodeIn = (path: string) => /^\/nodes\/([^/]+)/.exec(path)?.[1]

/** `GET /nodes on pve1 (10.0.0.11:8006)`: what every sentence names. */
export const callInWords = ({ method, path, host }: Pick<Call, 'method' | 'path' | 'host'>) =>
  `${method} ${clean(path)} on ${host}`

const told = (kind: ProblemKind, call: Call, answer: Answer, next?: string) =>
  new Problem(
    kind,
    `${callInWords(call)}: ${answer.status} ${sentence(wordsOf(answer) || 'without a word')}`,
    { ...(next ? { next } : {}), details: { status: String(answer.status) } },
  )

const unreachable = (call: Call, answer: Answer) => {
  const node = nodeIn(call.path)
  const why = `${answer.status} ${wordsOf(answer) || 'without a word'}`
  return new Problem(
    'unreachable',
    `${node ? `Node ${node} does not answer` : 'The node does not answer'}: ${callInWords(call)}: ${sentence(why)}`,
    {
      next: 'Check whether the node is on and its pveproxy runs.',
      details: { status: String(answer.status) },
    },
  )
}

/** 401 does not tell wrong, unknown, malformed and expired apart, and comes 3 s late (measured). */
const unauthorized = (call: Call, answer: Answer) => {
  const id = call.token?.id
  const user = id?.split('!')[0]
  const who = id ? `the token ${clean(id)} (${call.role})` : 'the login'
  return new Problem(
    'unauthorized',
    `Proxmox does not accept ${who}: ${callInWords(call)}: 401 ${sentence(wordsOf(answer) || 'Authentication failed')}`,
    {
      next: user
        ? `It is wrong, expired, disabled or deleted; Proxmox does not say which. See pveum user token list ${clean(user)} on a node, then ./jarvis setup.`
        : 'Check the name with its realm (root@pam) and the password.',
      details: { status: '401' },
    },
  )
}

/** All wrong parameters at once; two of them are facts of the world rather than mistakes. */
const invalid = (call: Call, answer: Answer) => {
  const details = Object.fromEntries(
    Object.entries(row(row(answer.json).errors)).map(([name, why]) => [
      clean(name).slice(0, 100),
      clean(String(why)).trim().slice(0, 300),
    ]),
  )
  const listed = Object.entries(details).map(([name, why]) => `${name}: ${why}`)
  const said = listed.length > 0 ? listed.join('; ') : wordsOf(answer)
  const kind =
    details.upid === 'no such task'
      ? 'not-found'
      : / already exists$/.test(details.vmid ?? '')
        ? 'conflict'
        : 'invalid'
  return new Problem(kind, `${callInWords(call)}: 400 ${sentence(said)}`, { details })
}
