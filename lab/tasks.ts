/**
 * Tasks as pve-common's workers run them: a UPID at once, a log that grows, an end that is told
 * in the last line. All waiting goes through the clock; a lost node takes its tasks with it.
 */
import { type Clock, days, hours, minutes, seconds, sleep } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import { type Guest, inBrief, type Node, runAt } from './things.ts'
import type { World } from './world.ts'

export type Task = {
  upid: string
  node: string
  pid: number
  pstart: number
  /** Milliseconds; the API shows seconds. */
  start: number
  end?: number
  type: string
  id: string
  /** `user@realm` or `user@realm!token`. */
  authid: string
  log: string[]
  /** `OK`, `WARNINGS: n` or the error text; absent while it runs. */
  status?: string
  stop: (reason: string) => void
}

export type Work = {
  task: Task
  log(line: string): void
  /** A line that makes the task end with `WARNINGS: n`. */
  warn(line: string): void
  /** Waits as long as the real thing takes (ms, times the lab's pace). */
  take(ms: number): Promise<void>
  /** Runs `work` under the guest's file lock, which is waited for 10 s and no longer. */
  locked<T>(guest: Guest, work: () => Promise<T>): Promise<T>
}

export type Wish = {
  node: string
  type: string
  id: string
  authid: string
  run: (work: Work) => Promise<void>
}

export type ClusterLogEntry = {
  at: number
  node: string
  user: string
  pid: number
  tag: string
  text: string
  uid: number
}

export type Tasks = ReturnType<typeof createTasks>
type Needs = {
  world: World
  clock: Clock
  /** Multiplies the length of all work; 0 makes everything immediate. */
  pace: number
  signal: AbortSignal
  /** Names an error to fail with instead of doing the work: the scenario `task-fails`. */
  sabotage: (type: string, id: string) => string | undefined
}

const LOCK_WAIT = seconds(10)

export const createTasks = ({ world, clock, pace, signal, sabotage }: Needs) => {
  let pid = 1200
  let uid = 0
  const tasks = new Map<string, Task>()
  const journal: ClusterLogEntry[] = []

  const say = (task: Task, text: string) => {
    const node = world.node(task.node)
    const at = clock.now()
    uid += 1
    const entry = {
      at,
      node: task.node,
      user: task.authid,
      pid: task.pid,
      tag: 'pvedaemon',
      text,
      uid,
    }
    journal.push(entry)
    if (journal.length > 500) journal.splice(0, 100)
    if (node) world.note(node, `pvedaemon[${task.pid}]`, `<${task.authid}> ${text}`, at)
  }

  const create = (wish: Omit<Wish, 'run'>, start: number): Task => {
    pid += 1 + Math.floor(world.random() * 3)
    const node = world.node(wish.node)
    const booted = node ? (runAt(node, start)?.from ?? start) : start
    const pstart = Math.max(1, Math.floor((start - booted) / 10))
    const hex = (n: number) => n.toString(16).toUpperCase().padStart(8, '0')
    const numbers = [pid, pstart, Math.floor(start / 1000)].map(hex).join(':')
    const upid = `UPID:${wish.node}:${numbers}:${wish.type}:${wish.id}:${wish.authid}:`
    const task: Task = { ...wish, upid, pid, pstart, start, log: [], stop: () => {} }
    tasks.set(upid, task)
    if (tasks.size > 4000) tasks.delete(tasks.keys().next().value!)
    return task
  }

  const finish = (task: Task, status: string) => {
    if (task.status !== undefined) return
    task.status = status
    task.end = clock.now()
    task.log.push(lastLine(status))
    say(task, `end task ${task.upid} ${status}`)
  }

  const start = ({ run, ...wish }: Wish): string => {
    const task = create(wish, clock.now())
    const cancel = new AbortController()
    const ended = AbortSignal.any([signal, cancel.signal])
    task.stop = (reason) => {
      finish(task, reason)
      cancel.abort(new Error(reason))
    }
    say(task, `starting task ${task.upid}`)
    let warnings = 0
    const work: Work = {
      task,
      log: (line) => void (task.status === undefined && task.log.push(line)),
      warn: (line) => {
        warnings += 1
        work.log(`WARN: ${line}`)
      },
      take: (ms) => sleep(clock, ms * pace, ended),
      locked: (guest, body) => locked(guest, body, (ms) => sleep(clock, ms, ended)),
    }
    const script = async () => {
      await work.take(150)
      const broken = sabotage(task.type, task.id)
      if (broken) throw new Error(broken)
      await run(work)
    }
    script().then(
      () => finish(task, warnings ? `WARNINGS: ${warnings}` : 'OK'),
      (thrown) => finish(task, messageOf(thrown).trimEnd()),
    )
    return task.upid
  }

  const locked = async <T>(
    guest: Guest,
    body: () => Promise<T>,
    pause: (ms: number) => Promise<void>,
  ): Promise<T> => {
    const until = clock.now() + LOCK_WAIT
    while (guest.held) {
      if (clock.now() >= until) throw new Error(lockTimeout(guest))
      await pause(250)
    }
    guest.held = true
    try {
      return await body()
    } finally {
      guest.held = false
    }
  }

  /** A task of the past, for the lab's history. Times in ms. */
  const record = (
    wish: Omit<Wish, 'run'>,
    from: number,
    took: number,
    status = 'OK',
    log: string[] = [],
  ) => {
    const task = create(wish, from)
    Object.assign(task, { end: from + took, status, log: [...log, lastLine(status)] })
  }

  const loseNode = (node: Node) => {
    for (const task of tasks.values())
      if (task.node === node.name && task.status === undefined) task.stop('unexpected status')
  }

  return {
    start,
    record,
    loseNode,
    journal,
    find: (upid: string) => tasks.get(upid),
    /** Newest first. */
    on: (node: string) =>
      [...tasks.values()].filter((t) => t.node === node).sort((a, b) => b.start - a.start),
    running: () => [...tasks.values()].filter((t) => t.status === undefined),
  }
}

const lastLine = (status: string) => {
  if (status === 'OK') return 'TASK OK'
  return status.startsWith('WARNINGS') ? `TASK ${status}` : `TASK ERROR: ${status}`
}

export const lockTimeout = (guest: Guest): string =>
  guest.kind === 'lxc'
    ? `can't lock file '/run/lock/lxc/pve-config-${guest.vmid}.lock' - got timeout`
    : `can't lock file '/var/lock/qemu-server/lock-${guest.vmid}.conf' - got timeout`

/** What happened before the lab was started. */
export const recordHistory = (tasks: Tasks, world: World): void => {
  const now = world.start
  const night = now - (now % days(1)) + hours(2)
  const last = night <= now ? night : night - days(1)
  const root = 'root@pam'
  for (const nights of [2, 1, 0])
    for (const [i, vmid] of [103, 300, 302].entries()) {
      const guest = world.guest(vmid)
      if (!guest) continue
      const at = last - days(nights) + minutes(7 * i)
      const wish = { node: guest.node, type: 'vzdump', id: String(vmid), authid: root }
      tasks.record(wish, at, minutes(vmid === 103 ? 6 : 2), 'OK', [
        `INFO: starting new backup job: vzdump ${vmid} --storage cluster-backup --mode snapshot`,
        `INFO: Starting Backup of ${inBrief(guest.kind)} ${vmid} (${guest.kind})`,
        `INFO: Finished Backup of ${inBrief(guest.kind)} ${vmid}`,
      ])
    }
  for (const [i, node] of world.nodes.slice(0, 4).entries()) {
    const wish = { node: node.name, type: 'aptupdate', id: '', authid: root }
    tasks.record(wish, now - hours(5) - minutes(11 * i), seconds(38), 'OK', [
      'starting apt-get update',
    ])
  }
}
