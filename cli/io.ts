/**
 * What a command may touch of the world: handed in, so that a test drives every command in its own
 * process and looks at the words and the exit code.
 */
import type { Clock } from '../lib/clock.ts'
import type { Environment } from '../lib/config.ts'

export type Io = {
  /** One or more lines on standard output. */
  out(text: string): void
  /** On standard output as it is, without an end of line. */
  write(text: string): void
  /** One or more lines on standard error: questions, progress, complaints. */
  err(text: string): void
  /** Everything that is piped in; empty on a terminal. */
  input(): Promise<string>
  /** Lines as they come in, as many at a time as there are. */
  lines(): AsyncIterable<string[]>
  /** Standard input is no terminal: a pipe, a file, or nothing. */
  isPiped: boolean
  /** Somebody sits in front of it and can be asked. */
  isTTY: boolean
  /** Does a terminal show what is written there? */
  shows: { out: boolean; err: boolean }
  ask(question: string, fallback?: string): Promise<string>
  /** What somebody types next, with earlier ones to go back to; undefined = he leaves (Ctrl-D). */
  nextLine(prompt: string): Promise<string | undefined>
  askHidden(question: string): Promise<string>
  env: Environment
  cwd: string
  /** The program's own folder. */
  root: string
  version: string
  clock: Clock
  /** Calls `hear` for SIGTERM and SIGINT; the answer stops listening. */
  onSignal(hear: (signal: string) => void): () => void
}

/** The exit codes of every command; scripts rely on them. */
export const exit = {
  ok: 0,
  /** It was done or looked at, and something is not well; or it was refused. */
  trouble: 1,
  /** Wrong use, or a broken configuration; nothing was started. */
  wrong: 2,
  /** Nobody answered: no server on this data folder, or the cluster cannot be reached. */
  nobody: 3,
} as const
