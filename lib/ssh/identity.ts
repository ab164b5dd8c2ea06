/**
 * Who we are to the hosts: a key file (plain, or encrypted with its passphrase in another file) or an
 * agent. Read when a connection is made, so that a key can be exchanged while the server runs.
 */
import { readFileSync, statSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import { Problem } from '../errors.ts'
import { loadSsh2 } from './ssh2.ts'

export type IdentityConfig = {
  keyFile?: string | undefined
  passphraseFile?: string | undefined
  /** The agent's socket. */
  agent?: string | undefined
}

/** What the login is done with. */
export type Credentials = { privateKey: ParsedKey } | { agent: string }

export type Identity = {
  /** Throws `unauthorized` with what is wrong with the key. */
  credentials(): Promise<Credentials>
  /** For messages: `the key /root/.ssh/jarvis`, `the agent`. */
  readonly words: string
}

/** Decrypting takes 0.1 s and more (bcrypt in JavaScript), so the key is kept until its file changes. */
export const createIdentity = (config: IdentityConfig): Identity => {
  const { keyFile, passphraseFile, agent } = config
  let kept: { stamp: string; key: ParsedKey } | undefined
  const fromFile = async (file: string): Promise<Credentials> => {
    const stamp = stampOf(file)
    if (kept?.stamp !== stamp) kept = { stamp, key: await readKey(file, passphraseFile) }
    return { privateKey: kept.key }
  }
  return {
    words: keyFile ? `the key ${keyFile}` : agent ? `the agent ${agent}` : 'no key',
    async credentials() {
      if (keyFile) return fromFile(keyFile)
      if (agent) return { agent }
      throw new Problem('unauthorized', 'There is no SSH key: commands and sensors need one.', {
        next: 'Name it in jarvis.yaml: ssh: { keyFile: secrets/ssh_key }.',
      })
    },
  }
}

const stampOf = (file: string): string => {
  const { mtimeMs, size, ino } = statOrProblem(file)
  return `${mtimeMs} ${size} ${ino}`
}

const statOrProblem = (file: string) => {
  try {
    return statSync(file)
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

const readKey = async (file: string, passphraseFile: string | undefined): Promise<ParsedKey> => {
  const { utils } = await loadSsh2()
  const passphrase = passphraseFile && readText(passphraseFile).replace(/\r?\n$/, '')
  const parsed: unknown = utils.parseKey(readText(file), passphrase)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key instanceof Error) throw badKey(file, passphraseFile, key)
  if (!(key as ParsedKey).isPrivateKey())
    throw new Problem('unauthorized', `${file} holds the public half of a key.`, {
      next: 'Name the file without .pub.',
    })
  return key as ParsedKey
}

const readText = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

const unreadable = (file: string, cause: unknown) =>
  new Problem(
    'unauthorized',
    `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
    {
      next: 'Give the file to the user that Jarvis runs as: chown and chmod 600.',
      cause,
    },
  )

/** ssh2 tells a wrong passphrase as `bad passphrase` or, for PEM files, as garbage (1.17.0). */
const badKey = (file: string, passphraseFile: string | undefined, { message }: Error): Problem => {
  if (/no passphrase given/.test(message))
    return new Problem('unauthorized', `The key ${file} is encrypted.`, {
      next: 'Put its passphrase into a file and name it: ssh: { passphraseFile: secrets/ssh_passphrase }.',
    })
  if (passphraseFile && /passphrase|integrity|decrypt|malformed/i.test(message))
    return new Problem(
      'unauthorized',
      `The passphrase in ${passphraseFile} does not open ${file}.`,
      {
        next: `Try it by hand: ssh-keygen -y -f ${file}`,
      },
    )
  return new Problem('unauthorized', `${file} is no SSH key that can be used: ${message}.`, {
    next: 'Make one: ssh-keygen -t ed25519 -f FILE',
  })
}
