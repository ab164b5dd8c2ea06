/**
 * The program's own diary: one line an entry on standard error, `area: sentence key=value`.
 * Text from the cluster may be in it, so control characters are removed: a guest name must not
 * forge a line or move the cursor of whoever reads the journal.
 */
import type { Clock } from './clock.ts'

export type Level = 'debug' | 'info' | 'warn' | 'error'
export type Fields = Record<string, string | number | boolean | null | undefined>
export type Log = Record<Level, (message: string, fields?: Fields) => void>

const rank: Record<Level, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Text without C0/C1 controls, bidirectional overrides and line separators. */
export const clean = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')

const value = (v: Fields[string]) => {
  const text = clean(String(v))
  return /^[\w.:/@!+-]+$/.test(text) ? text : JSON.stringify(text)
}

export const createLog = (
  clock: Pick<Clock, 'now'>,
  { least = 'info', write }: { least?: Level; write?: (line: string) => void } = {},
): Log => {
  const out = write ?? ((line: string) => void process.stderr.write(`${line}\n`))
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}) => {
      if (rank[level] < rank[least]) return
      const extra = Object.entries(fields)
        .filter(([, v]) => v !== undefined)
        .map(([k, v]) => ` ${k}=${value(v)}`)
        .join('')
      out(`${new Date(clock.now()).toISOString()} ${level.padEnd(5)} ${clean(message)}${extra}`)
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
