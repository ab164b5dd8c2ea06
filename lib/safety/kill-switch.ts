/**
 * The kill switch: pressed, nothing acts until a person lets go. It is held in three places, each
 * enough by itself: a flag in the process, a row in the database, a file in the data folder.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf, Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { clean, type Log } from '../log.ts'

export type StopState =
  | { pressed: false }
  | { pressed: true; at: number; by: string; reason?: string | undefined }

/** `by` is whoever did it; `state` is how things are since then. */
export type StopChange = {
  state: StopState
  by: string
  /** The address, `local` for the control socket, `file`. */
  from: string
  reason?: string | undefined
}

export type KillSwitch = {
  /** Looks at the file first, so that one that was put there a moment ago counts at once. */
  state(): StopState
  /** Aborted as soon as it is pressed; after a release there is a new one. */
  signal(): AbortSignal
  /** Never throws and never waits; pressed twice, the first stands. */
  press(who: { by: string; from: string; reason?: string | undefined }): StopState
  /** Throws `forbidden` for anybody but a person, `conflict` when the file cannot be removed. */
  release(who: { by: string; from: string; kind: 'person' | 'machine' | 'wall' }): void
  onChange(hear: (change: StopChange) => void): () => void
  /** Begins to watch for the file. */
  start(): void
  close(): void
}

type Needs = {
  db: Db
  clock: Clock
  log: Log
  bus?: Pick<Bus<Events>, 'emit'> | undefined
  /** `data/STOP`. Its first line says who; removing it alone releases nothing while the row stands. */
  file?: string | undefined
  /** Another one that is obeyed and never touched: in the lab, the file of the real cluster. */
  alsoObey?: string | undefined
}

type Pressed = Extract<StopState, { pressed: true }>
type Row = { pressed_at: number; pressed_by: string; reason: string | null }

/** The file works within a second: it is looked for twice a second, which costs 10 µs each. */
const LOOK_EVERY_MS = 500

export const createKillSwitch = ({ db, clock, log, bus, file, alsoObey }: Needs): KillSwitch => {
  const ears = new Set<(change: StopChange) => void>()
  let now: Pressed | undefined = stored(db)
  let controller = new AbortController()
  let stopLooking: (() => void) | undefined
  if (now) controller.abort(halted(now))

  const guarded = (what: string, work: () => unknown) => {
    try {
      work()
    } catch (error) {
      log.error(`stop: ${what}`, { reason: messageOf(error) })
    }
  }
  const tell = (change: StopChange) => {
    for (const hear of ears) guarded('a listener failed', () => hear(change))
  }

  const press: KillSwitch['press'] = ({ by, from, reason }) => {
    if (now) return now
    // The flag first: neither a full disk nor a broken database may keep it from working.
    const state: Pressed = { pressed: true, at: clock.now(), by, ...(reason && { reason }) }
    now = state
    controller.abort(halted(state))
    log.warn('stop: pressed', { by, reason })
    guarded('the row was not written', () =>
      db.run(
        'insert or replace into stop (id, pressed_at, pressed_by, reason) values (1, ?, ?, ?)',
        [state.at, by, reason],
      ),
    )
    if (file && !isThere(file))
      guarded('the file was not written', () => writeFileSync(file, fileText(by, reason)))
    bus?.emit('stop.pressed', { by, reason })
    tell({ state, by, from, reason })
    return state
  }

  const look = () => {
    const there = now ? undefined : [file, alsoObey].find((f) => f !== undefined && isThere(f))
    if (there) press({ ...readStop(there), from: 'file' })
  }
  const watch = () => {
    stopLooking = clock.after(LOOK_EVERY_MS, () => {
      look()
      watch()
    })
  }

  return {
    state() {
      look()
      return now ?? { pressed: false }
    },
    signal: () => controller.signal,
    press,
    release({ by, from, kind }) {
      if (kind !== 'person') throw onlyPersons()
      if (!now) return
      if (alsoObey && isThere(alsoObey)) throw stillThere(alsoObey)
      if (file) removeFile(file)
      db.run('delete from stop')
      const afterMs = clock.now() - now.at
      now = undefined
      controller = new AbortController()
      log.warn('stop: released', { by })
      bus?.emit('stop.released', { by, afterMs })
      tell({ state: { pressed: false }, by, from })
    },
    onChange(hear) {
      ears.add(hear)
      return () => void ears.delete(hear)
    },
    start() {
      look()
      watch()
    },
    close: () => stopLooking?.(),
  }
}

/** What everything that is stopped is told. */
export const halted = ({ by, reason }: Pressed): Problem =>
  new Problem('halted', `STOP was pressed by ${clean(by)}${reason ? `: ${clean(reason)}` : ''}.`, {
    next: 'Nothing is done until a person lets go: in the browser, or with ./jarvis resume.',
    details: { rule: 'stop' },
  })

const onlyPersons = () =>
  new Problem('forbidden', 'Only a person may let go of STOP.', {
    next: 'Use the button in the browser, or ./jarvis resume on a terminal of the server.',
    details: { rule: 'stop' },
  })

const stored = (db: Db): Pressed | undefined => {
  const row = db.first<Row>('select pressed_at, pressed_by, reason from stop')
  if (!row) return undefined
  const { pressed_at: at, pressed_by: by, reason } = row
  return { pressed: true, at, by, ...(reason !== null && { reason }) }
}

/** Anything of that name counts, also a folder or a file that cannot be read. */
const isThere = (file: string): boolean => {
  try {
    statSync(file)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT'
  }
}

const BY_HAND = 'the file STOP'

/** First line who, second why; what a person made with `touch` is empty. */
export const fileText = (by: string, reason?: string | undefined) => `${by}\n${reason ?? ''}\n`

const readStop = (file: string): { by: string; reason?: string | undefined } => {
  try {
    const lines = readFileSync(file, 'utf8').slice(0, 1000).split('\n')
    const [by = '', reason = ''] = lines.map((line) => clean(line).trim().slice(0, 200))
    return { by: by || BY_HAND, ...(reason && { reason }) }
  } catch {
    return { by: BY_HAND }
  }
}

const removeFile = (file: string) => {
  try {
    rmSync(file, { force: true })
  } catch (cause) {
    throw stillThere(file, cause)
  }
}

const stillThere = (file: string, cause?: unknown) =>
  new Problem('conflict', `The file ${file} is there, so STOP stays pressed.`, {
    ...(cause !== undefined && { cause }),
    next: 'Remove it by hand, then let go again.',
  })
