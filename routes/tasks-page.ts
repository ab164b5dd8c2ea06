/** `GET /tasks`, with older ones where a node is chosen, and `GET /tasks/:upid` with the log. */
import type { Picture, TaskState } from '../lib/cluster/picture.ts'
import { outcomeIn } from '../lib/cluster/task-state.ts'
import { asProblem, inWords, Problem } from '../lib/errors.ts'
import type { TaskRow, TaskStatus } from '../lib/proxmox/types.ts'
import { isUpid, parseUpid } from '../lib/proxmox/upid.ts'
import type { Got } from '../views/pages/got.ts'
import {
  type LogPart,
  type TaskPage,
  taskPage,
  taskPageJson,
  taskText,
} from '../views/pages/task.ts'
import {
  outcomes,
  type TasksPage,
  type TaskWish,
  tasksJson,
  tasksPage,
  tasksText,
} from '../views/pages/tasks.ts'
import { shown } from '../views/parts/shown.ts'
import type { Ctx } from './answer.ts'
import { nodeIn } from './found.ts'
import type { Needs } from './needs.ts'
import { formIn, send } from './pages.ts'
import { createReader, notAsked, type Read } from './reading.ts'

/** Of one node, where it is chosen. */
const OLDER = 500

export const showTasks = (needs: Needs) => {
  const read = createReader(needs)
  return async (c: Ctx) => {
    const picture = needs.cluster.picture()
    const wish = wishIn(c, picture)
    formIn(c)
    const older = await olderOf(needs, read, picture, wish)
    const all = merged(picture.tasks, older?.value ?? [])
    const part = picture.parts.tasks
    const page: TasksPage = {
      now: needs.clock.now(),
      timeZone: needs.config.timeZone,
      at: part.at,
      wish,
      tasks: all.filter((t) => fits(t, wish)),
      nodes: picture.nodes.map((n) => n.name).filter(isPlain),
      types: [...new Set(all.map((t) => t.type))].filter(isPlain).sort(),
      trouble: troubleOf(older) ?? part.trouble?.text,
    }
    return send(c, needs, {
      html: () => tasksPage(page),
      text: () => tasksText(page),
      json: () => tasksJson(page),
    })
  }
}

/** What can be chosen from a list must come back as it is. */
const isPlain = (word: string) => /^[\w.-]{1,64}$/.test(word)

const troubleOf = (older: Got<TaskState[]> | undefined) =>
  older?.problem && `Older ones cannot be read: ${inWords(older.problem)}`

const wishIn = (c: Ctx, picture: Picture): TaskWish => {
  const { node, type, outcome, object } = c.req.query()
  if (outcome && !outcomes.some((o) => o === outcome))
    throw new Problem('invalid', 'There is no such outcome.', {
      details: { outcome: `expected one of ${outcomes.join(', ')}` },
    })
  return {
    node: node ? nodeIn(picture, node).name : undefined,
    type: type || undefined,
    outcome: outcomes.find((o) => o === outcome),
    object: object || undefined,
  }
}

const fits = (t: TaskState, w: TaskWish) =>
  (!w.node || t.node === w.node) &&
  (!w.type || t.type === w.type) &&
  (!w.outcome || t.outcome === w.outcome) &&
  (!w.object || t.object === w.object)

const olderOf = async (
  { proxmox }: Needs,
  read: Read,
  picture: Picture,
  { node, type, outcome }: TaskWish,
): Promise<Got<TaskState[]> | undefined> => {
  if (node === undefined) return undefined
  if (picture.nodes.find((n) => n.name === node)?.reach === 'offline')
    return notAsked(`${shown(node)} is lost.`)
  const filter = {
    limit: OLDER,
    ...(type && { type }),
    ...((outcome === 'failed' || outcome === 'stopped') && { errors: true }),
  }
  const got = await read((o) => proxmox.nodes.tasks(node, { source: 'all', ...filter }, o))
  return got.problem ? got : { value: got.value.map(ofRow) }
}

/** The picture's word first: it is the younger one. */
const merged = (now: readonly TaskState[], older: readonly TaskState[]): TaskState[] => {
  const known = new Set(now.map((t) => t.upid))
  return [...now, ...older.filter((t) => !known.has(t.upid))].sort(
    (a, b) =>
      Number(b.outcome === 'running') - Number(a.outcome === 'running') || b.start - a.start,
  )
}

const ofRow = (row: TaskRow): TaskState => {
  const outcome = outcomeIn(row.status)
  return {
    upid: row.upid,
    node: row.node,
    type: row.type,
    object: row.id,
    user: row.user,
    start: row.starttime * 1000,
    end: row.endtime === undefined ? undefined : row.endtime * 1000,
    outcome,
    text: outcome === 'ok' || outcome === 'running' ? undefined : row.status,
  }
}

/** Lines a page of the log; a full page of a backup's log is some 40 KiB. */
const PAGE = 500
/** Seconds after which a followed page is asked for again. */
const FOLLOW_S = '3'

export const showTask = (needs: Needs) => {
  const read = createReader(needs)
  return async (c: Ctx) => {
    const upid = c.req.param('upid') ?? ''
    if (!isUpid(upid) || upid.length > 300)
      throw new Problem('not-found', 'That is not the name of a task.', {
        next: 'A task is named UPID:node:…; the list has them.',
      })
    const from = fromIn(c)
    formIn(c)
    const picture = needs.cluster.picture()
    const seen = picture.tasks.find((t) => t.upid === upid)
    const { status, log } = await ask(needs, read, upid, from, picture)
    const task = taskOf(upid, seen, status)
    const follows = c.req.query('follow') === '1' && task.outcome === 'running'
    if (follows) c.header('Refresh', FOLLOW_S)
    const page: TaskPage = {
      now: needs.clock.now(),
      timeZone: needs.config.timeZone,
      task,
      follows,
      log,
      size: PAGE,
    }
    return send(c, needs, {
      html: () => taskPage(page),
      text: () => taskText(page),
      json: () => taskPageJson(page),
    })
  }
}

const fromIn = (c: Ctx): number | undefined => {
  const from = c.req.query('from')
  if (from === undefined) return undefined
  if (/^\d{1,9}$/.test(from)) return Number(from)
  throw new Problem('invalid', 'There is no such page of the log.', {
    details: { from: 'expected the number of a line' },
  })
}

const ask = async (
  { proxmox: { tasks } }: Needs,
  read: Read,
  upid: string,
  from: number | undefined,
  picture: Picture,
): Promise<{ status: Got<TaskStatus>; log: Got<LogPart> }> => {
  const node = picture.nodes.find((n) => n.name === parseUpid(upid).node)
  if (node?.reach === 'offline') {
    const not = notAsked(`${shown(node.name)} is lost; its log lies there.`)
    return { status: not, log: not }
  }
  const [status, log] = await Promise.all([
    read((o) => tasks.status(upid, o)),
    read(async (o) => {
      const part = async (start: number) => ({
        ...(await tasks.log(upid, { start, limit: PAGE }, o)),
        from: start,
      })
      const first = await part(from ?? 0)
      // Without a wish the end is shown, since that is where the reason stands.
      return from === undefined && first.total > PAGE ? part(first.total - PAGE) : first
    }),
  ])
  return { status, log }
}

/** What the node says now, else what the list said; a task that neither knows is not there. */
const taskOf = (upid: string, seen: TaskState | undefined, status: Got<TaskStatus>): TaskState => {
  if (status.problem) {
    if (seen) return seen
    const problem = asProblem(status.problem)
    if (problem.kind === 'not-found')
      throw new Problem('not-found', 'There is no such task; old ones are forgotten by Proxmox.')
    const { node, type, id, user, starttime } = parseUpid(upid)
    throw new Problem(
      problem.kind,
      `The task ${shown(type)} ${shown(id, '')} of ${shown(user)} on ${shown(node)}, begun at ${new Date(starttime * 1000).toISOString()}, cannot be read: ${problem.message}`,
      problem.next ? { next: problem.next } : {},
    )
  }
  const s = status.value
  const outcome = s.running ? 'running' : outcomeIn(s.exitstatus ?? 'unknown')
  return {
    upid,
    node: s.node,
    type: s.type,
    object: s.id,
    user: s.user,
    start: s.starttime * 1000,
    end: seen?.end,
    outcome,
    text: outcome === 'ok' || outcome === 'running' ? undefined : s.exitstatus,
  }
}
