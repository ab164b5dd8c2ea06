/**
 * A command as one line for the other side's login shell, made so that it can be ended: it tells its
 * process id first, and a `timeout` on the host itself ends it when nobody here is left to do so.
 * SSH's own signals are of no use: OpenSSH 9.2 refuses them for root ("session signalling requires
 * privilege separation"), and closing the channel leaves the process running (both measured).
 */
import { randomBytes } from 'node:crypto'
import { Problem } from '../errors.ts'

/** A text is a script for `sh`; a list is a program and its words, which no shell reads. */
export type Command = string | readonly string[]

export type Env = Readonly<Record<string, string>>

export type Started = {
  /** What is sent. */
  line: string
  /** Comes first on standard error, with the process id and a line's end behind it. */
  mark: string
}

/** Seconds that `timeout` waits longer than we do, and then until it kills. */
const GRACE_S = 5

// `exec` all the way down: the id printed is that of the session's leader, and its group's id too,
// because sshd starts every command in a session of its own. The login shell's name comes along.
const prologue = (mark: string, limit: number) =>
  `printf "%s%s %s\\n" ${mark} $$ "$SHELL" >&2; command -v timeout >/dev/null && exec timeout -k ${GRACE_S} ${limit} "$@"; exec "$@"`

export type StartOptions = {
  timeoutMs: number
  env?: Env | undefined
  /** The login shell is known to speak POSIX: no `sh` is put before it, which saves 0.6 of 4.4 ms. */
  isPosix?: boolean
}

/**
 * Wraps a command. `env` may hold no secrets: every user of the host can read the words of a process;
 * those go in through `input`. Throws `invalid` for words that no process can be given.
 */
export const startable = (
  command: Command,
  { timeoutMs, env = {}, isPosix = false }: StartOptions,
): Started => {
  const mark = `jarvis-${randomBytes(6).toString('hex')}:`
  const words = typeof command === 'string' ? ['sh', '-c', command] : command
  if (words.length === 0 || words[0] === '')
    throw new Problem('invalid', 'There is no command to run.')
  const first = prologue(mark, Math.ceil(timeoutMs / 1000) + GRACE_S)
  const settings = Object.entries(env).map(setting)
  const all = (settings.length > 0 ? ['env', ...settings, ...words] : words).map(quote).join(' ')
  return {
    mark,
    line: isPosix ? `set -- ${all}; ${first}` : `exec sh -c ${quote(first)} sh ${all}`,
  }
}

/** Shells that understand the wrapping themselves; fish and csh do not. */
export const isPosixShell = (path: string): boolean =>
  /\/(bash|dash|ash|sh|zsh|ksh|mksh)$/.test(path)

const setting = ([name, value]: [string, string]): string => {
  if (!/^[A-Za-z_]\w*$/.test(name))
    throw new Problem('invalid', `"${name}" cannot be the name of a variable.`)
  return `${name}=${value}`
}

/** One word for any Bourne-like shell. */
export const quote = (word: string): string => {
  if (word.includes('\0')) throw new Problem('invalid', 'A command cannot hold a NUL character.')
  return /^[\w%+,./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * Ends a process group: asks, waits up to 2 s, kills. The signal goes to the group, and to the
 * process alone where it leads none. No `--` before the group: dash 0.5.12 takes it for a number.
 */
export const killLine = (pid: number): string =>
  `exec sh -c ${quote(`
end() { kill -"$1" -${pid} 2>/dev/null || kill -"$1" ${pid} 2>/dev/null; }
end TERM || exit 0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do end 0 || exit 0; sleep 0.1; done
end KILL`)}`

/**
 * Takes the mark's line out of standard error. Answers what belongs to the command, and the process
 * id once it was seen; what a start-up file says before it stays.
 */
export const createMarkReader = (mark: string) => {
  const MOST = 64 * 1024
  let held: Buffer | undefined = Buffer.alloc(0)
  let pid: number | undefined
  let shell = ''
  return {
    pid: () => pid,
    /** Path of the login shell; empty until it is known. */
    shell: () => shell,
    read(chunk: Buffer): Buffer {
      if (!held) return chunk
      held = Buffer.concat([held, chunk])
      const at = held.indexOf(mark)
      const end = at < 0 ? -1 : held.indexOf(10, at)
      if (end < 0) return held.length > MOST ? this.rest() : Buffer.alloc(0)
      const told = held.subarray(at + mark.length, end).toString('latin1')
      const [, digits, path = ''] = /^(\d{1,10})(?: (.*))?$/.exec(told) ?? []
      pid = Number(digits) > 1 ? Number(digits) : undefined
      shell = path
      const before = held.subarray(0, at)
      const after = held.subarray(end + 1)
      held = undefined
      return Buffer.concat([before, after])
    },
    /** What is still held back, when nothing more comes. */
    rest(): Buffer {
      const left = held ?? Buffer.alloc(0)
      held = undefined
      return left
    },
  }
}
