/**
 * Passwords: scrypt of Node itself, stored with its parameters so that they can be raised, and a
 * queue in front, because each hash takes 32 MiB and a fifth of a second of one core.
 */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { Problem } from '../errors.ts'
import type { Random } from './secret.ts'

export type Cost = { N: number; r: number; p: number }

/** OWASP's second row for scrypt (32 MiB); measured 0.22 s on one core of 2021. */
export const OWASP_COST: Cost = { N: 2 ** 15, r: 8, p: 3 }

export type Passwords = {
  /** The text to store: `scrypt$N=32768,r=8,p=3$salt$key`. */
  hash(password: string): Promise<string>
  /** Compares in constant time; `undefined` (no such account) takes as long and is never right. */
  matches(password: string, stored: string | undefined): Promise<boolean>
  /** Whether what is stored was made with other parameters than today's. */
  isOld(stored: string): boolean
}

const KEY_BYTES = 32
const AT_ONCE = 2
const MAX_WAITING = 16

export const createPasswords = (random: Random, cost: Cost = OWASP_COST): Passwords => {
  const turn = createQueue()
  const key = (password: string, salt: Buffer, c: Cost) => turn(() => derive(password, salt, c))
  const noOne = { cost, salt: random(16), key: Buffer.alloc(KEY_BYTES) }

  return {
    async hash(password) {
      const salt = random(16)
      return written(cost, salt, await key(password, salt, cost))
    },
    async matches(password, stored) {
      const known = stored === undefined ? undefined : parse(stored)
      const { cost, salt, key: expected } = known ?? noOne
      const found = await key(password, salt, cost)
      return timingSafeEqual(found, expected) && known !== undefined
    },
    isOld: (stored) => !stored.startsWith(`${head(cost)}$`),
  }
}

const head = ({ N, r, p }: Cost) => `scrypt$N=${N},r=${r},p=${p}`

const written = (cost: Cost, salt: Buffer, key: Buffer) =>
  `${head(cost)}$${salt.toString('base64url')}$${key.toString('base64url')}`

const parse = (stored: string) => {
  const m = /^scrypt\$N=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]{43})$/.exec(stored)
  if (!m) throw new Problem('broken', 'A stored password cannot be read.')
  return {
    cost: { N: Number(m[1]), r: Number(m[2]), p: Number(m[3]) },
    salt: Buffer.from(m[4]!, 'base64url'),
    key: Buffer.from(m[5]!, 'base64url'),
  }
}

/** NFKC, so that an umlaut typed on another keyboard is the same umlaut (NIST SP 800-63B 3.1.1.2). */
const derive = (password: string, salt: Buffer, cost: Cost) =>
  new Promise<Buffer>((resolve, reject) => {
    // Node's own limit of 32 MiB is just too small for these parameters.
    const options: ScryptOptions = { ...cost, maxmem: 256 * cost.N * cost.r }
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })

/** Two at a time, sixteen in line, the rest are told to come back. */
const createQueue = () => {
  let running = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= MAX_WAITING)
        throw new Problem('busy', 'Too many people are at the door at once.', {
          details: { retryAfter: '5' },
        })
      await new Promise<void>((go) => waiting.push(go))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

export const MIN_LENGTH = 10
const MAX_LENGTH = 1000

const RUNS = ['01234567890', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiop', 'asdfghjkl', 'qwertzuiop']
const WORDS =
  /p[a@][s$]{2}w[o0]r[dt]|letmein|welcome|administrator|admin|root|jarvis|spyre|proxmox|homelab|changeme|secret|iloveyou|dragon|football|monkey|(19|20)\d\d/g

/** Throws `invalid` with the reason when a password is too short, too long or too obvious. */
export const demandGoodPassword = (password: string, name: string): void => {
  const fault = passwordFault(password.normalize('NFKC').toLowerCase(), name.toLowerCase())
  if (fault) throw new Problem('invalid', fault, { details: { field: 'password' } })
}

const passwordFault = (password: string, name: string): string | undefined => {
  const length = [...password].length
  if (length < MIN_LENGTH) return `A password needs at least ${MIN_LENGTH} characters.`
  if (length > MAX_LENGTH) return `A password has at most ${MAX_LENGTH} characters.`
  if (new Set(password).size < 5) return 'That password repeats too few characters.'
  const rest = withoutRuns((name ? password.replaceAll(name, '') : password).replace(WORDS, ''))
  return rest.replace(/[\s\p{P}\p{S}]/gu, '').length < 4
    ? 'That password is among the first that anybody would try.'
    : undefined
}

/** Without the rows of keys that fingers find by themselves, four keys or longer, either way. */
const withoutRuns = (text: string): string => {
  let rest = text
  for (const run of RUNS.flatMap((r) => [r, [...r].reverse().join('')]))
    for (let length = run.length; length >= 4; length -= 1)
      for (let at = 0; at + length <= run.length; at += 1)
        rest = rest.replaceAll(run.slice(at, at + length), '')
  return rest
}
