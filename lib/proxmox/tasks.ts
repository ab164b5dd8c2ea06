/**
 * Tasks: what became of a write. A UPID is only a promise; the task's exit status is the truth
 * (`OK`, `WARNINGS: n`, or the error text), read through the node that stands in the UPID.
 */
import { type Clock, sleep } from '../clock.ts'
import { asProblem, inWords, type Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Calls } from './calls.ts'
import { filled, number, row, rows, sorted, text } from './decode.ts'
import { path } from './path.ts'
import type { LogLine, Outcome, TaskRow, TaskStatus, Upid, WriteOptions } from './types.ts'
import { isUpid, parseUpid } from './upid.ts'

export type LogPage = { lines: LogLine[]; total: number }
export type TaskFilter = {
  /** Finished ones only unless said (the API's default is `archive`). */
  source?: 'archive' | 'active' | 'all'
  vmid?: number
  /** One type, such as `vzdump`. */
  type?: string
  /** Seconds since 1970. */
  since?: number
  until?: number
  errors?: boolean
  start?: number
  /** 50 unless said; 0 means none here. */
  limit?: number
}
type Reading = {
  signal?: AbortSignal | undefined
  role?: WriteOptions['role']
  timeout?: number | undefined
}

export type Tasks = {
  status(upid: Upid, options?: Reading): Promise<TaskStatus>
  /** Lines after the first `start`; `limit` 0 = to the end. An empty log is an empty list. */
  log(upid: Upid, from?: { start?: number; limit?: number }, options?: Reading): Promise<LogPage>
  /** Sends the worker a TERM; it ends as `received interrupt`. Tasks of others need Sys.Modify. */
  stop(upid: Upid, options?: Reading): Promise<void>
  /** Follows to the end; always resolves. */
  follow(upid: Upid, options?: WriteOptions): Promise<Outcome>
}

/** Somebody looks at the screen while a short task runs; a backup of hours is asked less often. */
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 2000
const SHORT_TASK_MS = 60_000
/** A node that reboots under a task is back within this, or the outcome stays unknown. */
const SILENCE_MS = 120_000
/** Placeholders that the server writes for a log that is empty or not there yet (measured). */
const noLine = /^(no content|unable to open file - )/

export const createTasks = (calls: Calls, clock: Clock): Tasks => {
  const at = (upid: Upid) => path`/nodes/${parseUpid(upid).node}/tasks/${upid}`

  const status: Tasks['status'] = async (upid, options) =>
    taskStatus(upid, await calls.read(`${at(upid)}/status`, {}, options))

  const log: Tasks['log'] = async (upid, { start = 0, limit = 0 } = {}, options) => {
    const page = await calls.page('GET', `${at(upid)}/log`, { start, limit }, options)
    const lines = logLines(page.data)
    return { lines, total: lines.length === 0 && start === 0 ? 0 : (page.total ?? lines.length) }
  }

  const follow: Tasks['follow'] = async (upid, options = {}) => {
    if (!isUpid(upid))
      return { result: 'failed', text: 'Proxmox named no task to follow.', unknown: true }
    const reading = { signal: options.signal, role: options.role }
    const progress = createProgress((start) => log(upid, { start, limit: 500 }, reading), options)
    const since = clock.now()
    let heard = since
    let wait = FIRST_WAIT_MS
    // The log of a task that has just ended may lack its last line for a moment, as a killed one's does.
    let looks = 0
    for (;;) {
      try {
        const task = await status(upid, reading)
        heard = clock.now()
        await progress.more()
        const halfWritten = task.exitstatus === 'unexpected status' && looks++ < 2
        if (!task.running && !halfWritten) return outcomeOf(upid, task, await progress.warnings())
      } catch (thrown) {
        const problem = asProblem(thrown)
        if (options.signal?.aborted) return unknown(upid, 'No longer followed; the task goes on.')
        if (!mayPass(problem) || clock.now() - heard > SILENCE_MS)
          return unknown(upid, `The task was started, its end is not known. ${inWords(problem)}`)
      }
      await sleep(clock, wait, options.signal).catch(() => undefined)
      if (clock.now() - since > SHORT_TASK_MS) wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)
    }
  }

  return {
    status,
    log,
    follow,
    stop: async (upid, options) => {
      await calls.page('DELETE', at(upid), {}, { role: 'operate', ...options })
    },
  }
}

const mayPass = (problem: Problem) =>
  ['unreachable', 'timeout', 'busy', 'failed'].includes(problem.kind)

const unknown = (upid: Upid, why: string): Outcome => ({
  result: 'failed',
  upid,
  text: why,
  unknown: true,
})

/** Hands on each line of the log once, and keeps those that warn. */
const createProgress = (
  page: (start: number) => Promise<LogPage>,
  { onLine }: Pick<WriteOptions, 'onLine'>,
) => {
  let seen = 0
  const warned: string[] = []
  const more = async () => {
    for (;;) {
      const { lines } = await page(seen)
      const unread = lines.filter((line) => line.n > seen)
      for (const line of unread) {
        seen = line.n
        if (/^\s*(WARN|WARNING)\b/.test(line.t)) warned.push(clean(line.t).trim())
        onLine?.(line)
      }
      if (unread.length < 500) return
    }
  }
  return {
    /** Costs a call only for somebody who listens. */
    more: async () => {
      if (onLine) await more()
    },
    warnings: async () => {
      await more().catch(() => undefined)
      return warned
    },
  }
}

const outcomeOf = (upid: Upid, task: TaskStatus, warned: string[]): Outcome => {
  const exit = clean(task.exitstatus ?? '').trim()
  if (exit === 'OK') return { result: 'ok', upid }
  if (/^WARNINGS: \d+$/.test(exit))
    return { result: 'warnings', upid, text: [exit, ...warned.slice(0, 20)].join('; ') }
  return { result: 'failed', upid, text: exit || 'It ended without a word.' }
}

export const taskStatus = (upid: Upid, data: unknown): TaskStatus => {
  const r = row(data)
  const named = parseUpid(upid)
  return {
    upid,
    node: text(r.node) ?? named.node,
    type: text(r.type) ?? named.type,
    id: text(r.id) ?? named.id,
    user: text(r.user) ?? named.user,
    starttime: number(r.starttime) ?? named.starttime,
    running: r.status === 'running',
    exitstatus: filled(r.exitstatus),
  }
}

export const logLines = (data: unknown): LogLine[] => {
  const lines = rows(data).flatMap((r) => {
    const n = number(r.n)
    return n === undefined ? [] : [{ n, t: text(r.t) ?? '' }]
  })
  return lines.length === 1 && noLine.test(lines[0]!.t) ? [] : sorted(lines, (line) => line.n)
}

/** Task lists, newest first. A console's task lasts as long as it is open; the caller decides. */
export const taskRows = (data: unknown): TaskRow[] =>
  sorted(
    rows(data).flatMap((r) => {
      const upid = text(r.upid)
      if (!isUpid(upid)) return []
      const named = parseUpid(upid)
      // Node lists call a running one RUNNING, cluster lists leave the key out.
      const status = filled(r.status)
      const task: TaskRow = {
        upid,
        node: text(r.node) ?? named.node,
        type: text(r.type) ?? named.type,
        id: text(r.id) ?? named.id,
        user: text(r.user) ?? named.user,
        token: filled(r.tokenid) ?? named.token,
        starttime: number(r.starttime) ?? named.starttime,
        endtime: number(r.endtime),
        status: status === 'RUNNING' ? undefined : status,
      }
      return [task]
    }),
    (t) => -t.starttime,
    (t) => t.upid,
  )

export const taskQuery = ({ type, ...filter }: TaskFilter) => ({ ...filter, typefilter: type })
