/**
 * Collects small writes and commits them together: every 250 ms or 50 rows, whichever is first.
 * For rows whose loss in a power cut is bearable (events, samples); never for what an answer claims.
 * Measured: 50 rows a transaction store 160,000 rows a second, one by one 16,000.
 */
import type { Clock } from '../clock.ts'
import type { Db, Params } from './db.ts'

export type WriteBuffer = {
  add(sql: string, params: Params): void
  /** Writes what waits, now. Rows stay in line when the database refuses. */
  flush(): void
  /** Rows that wait. */
  readonly waiting: number
  /** The last refusal, until a write succeeds again. */
  readonly trouble: unknown
  close(): void
}

export type WriteBufferOptions = {
  clock: Clock
  everyMs?: number
  atRows?: number
  /** Beyond this the oldest rows are dropped: a full disk must not become a full memory. */
  keepRows?: number
  onTrouble?: (error: unknown) => void
}

export const createWriteBuffer = (db: Db, options: WriteBufferOptions): WriteBuffer => {
  const { clock, everyMs = 250, atRows = 50, keepRows = 10_000, onTrouble } = options
  let rows: { sql: string; params: Params }[] = []
  let cancel: (() => void) | undefined
  let trouble: unknown

  const write = () => {
    cancel?.()
    cancel = undefined
    if (rows.length === 0) return
    const batch = rows
    db.tx(() => {
      for (const { sql, params } of batch) db.run(sql, params)
    })
    rows = rows.slice(batch.length)
    trouble = undefined
  }
  const attempt = () => {
    try {
      write()
    } catch (error) {
      trouble = error
      onTrouble?.(error)
      if (rows.length > keepRows) rows = rows.slice(rows.length - keepRows)
      cancel ??= clock.after(Math.max(everyMs, 5000), attempt)
    }
  }

  return {
    add(sql, params) {
      rows.push({ sql, params })
      if (rows.length >= atRows && trouble === undefined) attempt()
      else cancel ??= clock.after(everyMs, attempt)
    },
    flush: attempt,
    get waiting() {
      return rows.length
    },
    get trouble() {
      return trouble
    },
    close() {
      attempt()
      cancel?.()
      cancel = undefined
    },
  }
}
