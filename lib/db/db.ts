/**
 * The one door to libSQL: four verbs over a synchronous SQLite file, and the rules that keep
 * libsql 0.5.29 from ending the process (a boolean, or a lone Date or Buffer, is a SIGABRT that
 * nobody can catch; text is cut at NUL; `get` adds a key; `readonly` is ignored).
 * Upstream: tursodatabase/libsql-js #60 and #114.
 */
import type Database from 'libsql'
import { Problem } from '../errors.ts'

export type Value = string | number | bigint | boolean | null | undefined | Date | ArrayBufferView
export type Params = readonly Value[] | Readonly<Record<string, Value>>
export type Row = Record<string, unknown>

export type Db = {
  /** All rows. */
  all<T = Row>(sql: string, params?: Params): T[]
  /** The first row, or undefined. */
  first<T = Row>(sql: string, params?: Params): T | undefined
  /** A change; `changes` is how many rows it touched, `id` the last row id. */
  run(sql: string, params?: Params): { changes: number; id: number }
  /** Runs `work` in one `begin immediate` transaction; nested calls join the outer one. */
  tx<T>(work: () => T): T
  /** Several statements of trusted SQL without parameters (migrations, pragmas). */
  exec(sql: string): void
  readonly file: string
  close(): void
}

type Statement = {
  all(params: unknown): Row[]
  get(params: unknown): Row | undefined
  run(params: unknown): { changes: number; lastInsertRowid: number | bigint }
}

const MAX_STATEMENTS = 300

/** Makes any value safe to bind; see the traps above. */
export const bindable = (v: Value): unknown => {
  if (v === undefined || v === null) return null
  if (typeof v === 'boolean') return v ? 1 : 0
  if (v instanceof Date) return v.getTime()
  if (ArrayBuffer.isView(v)) return Buffer.from(v.buffer, v.byteOffset, v.byteLength)
  if (typeof v === 'string') return v.replaceAll('\0', '\uFFFD')
  if (typeof v === 'number' || typeof v === 'bigint') return v
  throw new Problem('broken', `A ${typeof v} cannot be stored in the database.`)
}

const bindAll = (params: Params): unknown =>
  Array.isArray(params)
    ? params.map(bindable)
    : Object.fromEntries(Object.entries(params).map(([key, v]) => [key, bindable(v as Value)]))

/**
 * `onFull` hears of every write that a full disk refused, before the caller does; `onStored` of every
 * one that was stored, so that whoever heard of the trouble also hears of its end.
 */
export type DbOptions = { onFull?: (problem: Problem) => void; onStored?: () => void }

/**
 * Opens (or creates) the file: WAL, foreign keys, waits up to 5 s for a lock.
 * `synchronous = full` because an answer that claims a write must survive a power cut.
 */
export const openDb = async (file: string, options: DbOptions = {}): Promise<Db> => {
  const { default: Driver } = (await import('libsql')) as { default: typeof Database }
  try {
    return wrap(new Driver(file, { timeout: 5000 }), file, options)
  } catch (cause) {
    throw asDbProblem(cause, file)
  }
}

const wrap = (raw: Database.Database, file: string, { onFull, onStored }: DbOptions): Db => {
  raw.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on')
  const statements = new Map<string, Statement>()
  let depth = 0

  const prepared = (sql: string): Statement => {
    let statement = statements.get(sql)
    if (!statement) {
      if (statements.size >= MAX_STATEMENTS) statements.clear()
      statement = raw.prepare(sql) as unknown as Statement
      statements.set(sql, statement)
    }
    return statement
  }
  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (cause) {
      const problem = asDbProblem(cause, file)
      if (problem.details?.disk === 'full') onFull?.(problem)
      throw problem
    }
  }
  const begin = () => guarded(() => raw.exec('begin immediate'))

  return {
    file,
    all: <T>(sql: string, params: Params = []) =>
      guarded(() => prepared(sql).all(bindAll(params)) as T[]),
    first<T>(sql: string, params: Params = []) {
      const row = guarded(() => prepared(sql).get(bindAll(params)))
      if (row) delete row._metadata
      return row as T | undefined
    },
    run: (sql, params = []) =>
      guarded(() => {
        const { changes, lastInsertRowid } = prepared(sql).run(bindAll(params))
        if (depth === 0 && changes > 0) onStored?.()
        return { changes, id: Number(lastInsertRowid) }
      }),
    tx(work) {
      if (depth === 0) begin()
      depth += 1
      try {
        const result = work()
        if (result instanceof Promise)
          throw new Problem('broken', 'A transaction must not wait: its work returned a promise.')
        if (depth === 1) {
          guarded(() => raw.exec('commit'))
          onStored?.()
        }
        return result
      } catch (error) {
        if (depth === 1) rollback(raw)
        throw error
      } finally {
        depth -= 1
      }
    },
    exec: (sql) => guarded(() => void raw.exec(sql)),
    close() {
      if (raw.open) foldLog(raw)
      statements.clear()
      raw.close()
    },
  }
}

/**
 * After a clean stop the file alone is the whole truth: whoever copies it copies everything.
 * The emptied `-wal` stays, because libsql holds the file until its statements are collected.
 */
const foldLog = (raw: Database.Database) => {
  try {
    raw.exec('pragma wal_checkpoint(truncate)')
  } catch {
    return // Another reader or a full disk: the log is folded in at the next start.
  }
}

/** A failed commit (disk full) may have rolled back already; then there is nothing left to undo. */
const rollback = (raw: Database.Database) => {
  try {
    raw.exec('rollback')
  } catch {
    return
  }
}

/** Database trouble as a Problem: `busy` for locks, `broken` with the remedy for a full disk. */
export const asDbProblem = (cause: unknown, file: string): Problem => {
  if (cause instanceof Problem) return cause
  const code = String((cause as { code?: unknown })?.code ?? '')
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/BUSY|LOCKED/.test(code) || /database is locked/.test(text))
    return new Problem('busy', `The database ${file} is locked by another program.`, { cause })
  if (/FULL/.test(code) || /database or disk is full|No space left/i.test(text))
    return new Problem('broken', 'The disk is full; nothing can be stored.', {
      cause,
      next: `Free some space on the disk of ${file}.`,
      details: { disk: 'full' },
    })
  if (/NOTADB|CORRUPT/.test(code) || /not a database|malformed/.test(text))
    return new Problem('broken', `The file ${file} is not a sound database.`, {
      cause,
      next: 'Restore a backup: ./jarvis restore FILE.',
    })
  return new Problem('broken', `The database refused: ${text}`, { cause })
}
