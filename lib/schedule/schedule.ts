/**
 * All periodic work in one list: its rhythm, when it ran last and how that ended, when it is next.
 * A job that throws is noted and comes again; one that is still running is not started twice.
 */
import { Cron } from 'croner'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf, Problem } from '../errors.ts'
import type { Log } from '../log.ts'

/** Each so many seconds, or a cron pattern (5 or 6 fields) in a time zone. */
export type Rhythm = { seconds: number } | { cron: string; timeZone: string }

export type JobState = {
  name: string
  rhythm: Rhythm
  running: boolean
  /** Milliseconds since 1970; undefined = never. */
  lastRun?: number | undefined
  /** `ok`, or the words of the failure. */
  lastResult?: string | undefined
  /** How long the last run took, in milliseconds. */
  took?: number | undefined
  /** Undefined while the schedule is stopped, or when the pattern has no more moments. */
  nextRun?: number | undefined
}

export type Schedule = {
  /** Adds a job; on a started schedule it counts at once. Throws `invalid` for a bad pattern. */
  every(name: string, rhythm: Rhythm, work: () => unknown): void
  list(): JobState[]
  start(): void
  /** Starts nothing more and waits for what runs. */
  stop(): Promise<void>
}

type Job = JobState & {
  work: () => unknown
  cancel?: (() => void) | undefined
  flight?: Promise<void> | undefined
}

/** Timers beyond 24.8 days fire at once, and a laptop may sleep: look again each hour. */
const LONGEST_WAIT_MS = 3_600_000
/** After a start, overdue work waits until the house has come up. */
const SETTLE_MS = 5000

export const createSchedule = ({
  clock,
  log,
  db,
}: {
  clock: Clock
  log: Log
  /** Remembers last runs over a restart. */
  db?: Db
}): Schedule => {
  const jobs = new Map<string, Job>()
  let started = false

  const run = async (job: Job) => {
    const began = clock.now()
    job.running = true
    try {
      await job.work()
      job.lastResult = 'ok'
    } catch (error) {
      job.lastResult = messageOf(error)
      log.error(`schedule: ${job.name} failed: ${messageOf(error)}`)
    }
    job.running = false
    job.lastRun = began
    job.took = clock.now() - began
    remember(job)
  }

  const remember = ({ name, lastRun, lastResult, took }: Job) => {
    try {
      db?.run(
        `insert into schedule (name, last_run, result, took) values (?, ?, ?, ?)
         on conflict (name) do update
         set last_run = excluded.last_run, result = excluded.result, took = excluded.took`,
        [name, lastRun, lastResult, took],
      )
    } catch (error) {
      log.warn(`schedule: the run of ${name} could not be noted: ${messageOf(error)}`)
    }
  }

  const wait = (job: Job) => {
    const { nextRun } = job
    if (!started || nextRun === undefined) return
    const asleep = clock.now()
    job.cancel = clock.after(Math.min(LONGEST_WAIT_MS, nextRun - asleep), () => {
      const now = clock.now()
      // Set back meanwhile: the moment that was planned may be years away now.
      if (now < asleep) job.nextRun = nextOf(job.rhythm, now)
      if (now < nextRun) return wait(job)
      if (job.running) log.warn(`schedule: ${job.name} is still running and is not started again`)
      else job.flight = run(job)
      job.nextRun = nextOf(job.rhythm, clock.now())
      wait(job)
    })
  }

  const plan = (job: Job) => {
    const now = clock.now()
    job.nextRun =
      'seconds' in job.rhythm && job.lastRun !== undefined && job.lastRun <= now
        ? Math.max(now + SETTLE_MS, job.lastRun + job.rhythm.seconds * 1000)
        : nextOf(job.rhythm, now)
    wait(job)
  }

  return {
    every(name, rhythm, work) {
      if (jobs.has(name)) throw new Problem('broken', `The job ${name} is in the list already.`)
      nextOf(rhythm, clock.now())
      const job: Job = { name, rhythm, work, running: false, ...lastOf(db, name) }
      jobs.set(name, job)
      if (started) plan(job)
    },
    list: () =>
      [...jobs.values()].map(({ name, rhythm, running, lastRun, lastResult, took, nextRun }) => ({
        name,
        rhythm,
        running,
        lastRun,
        lastResult,
        took,
        nextRun,
      })),
    start() {
      if (started) return
      started = true
      for (const job of jobs.values()) plan(job)
    },
    async stop() {
      started = false
      for (const job of jobs.values()) {
        job.cancel?.()
        job.nextRun = undefined
      }
      await Promise.all([...jobs.values()].map((job) => job.flight))
    },
  }
}

const nextOf = (rhythm: Rhythm, now: number): number | undefined => {
  if ('seconds' in rhythm) {
    if (rhythm.seconds > 0) return now + rhythm.seconds * 1000
    throw new Problem('invalid', `Each ${rhythm.seconds} seconds is no rhythm.`)
  }
  try {
    // Croner computes, the clock waits: a Cron with a function would start timers of its own.
    return new Cron(rhythm.cron, { timezone: rhythm.timeZone }).nextRun(new Date(now))?.getTime()
  } catch (cause) {
    throw new Problem(
      'invalid',
      `The pattern ${rhythm.cron} (${rhythm.timeZone}) is not understood: ${messageOf(cause)}`,
      { cause, next: 'A good one is "0 3 * * *" in Europe/Berlin.' },
    )
  }
}

const lastOf = (db: Db | undefined, name: string): Partial<JobState> => {
  const row = db?.first<{ last_run: number; result: string; took: number }>(
    'select last_run, result, took from schedule where name = ?',
    [name],
  )
  return row ? { lastRun: row.last_run, lastResult: row.result, took: row.took } : {}
}
