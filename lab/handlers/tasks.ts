/** Task lists, status, logs, and stopping one. */
import type { Caller } from '../access.ts'
import { wrongParameters } from '../answer.ts'
import { boolean, integer, items, oneOf, text, vmid } from '../parameters.ts'
import { type Call, demand, type Kit, type Route, route } from '../routing.ts'
import type { Task } from '../tasks.ts'

const UPID = /^UPID:[a-zA-Z0-9-]+:[0-9A-F]{8}:[0-9A-F]{8,9}:[0-9A-F]{8}:[^:\s]+:[^:\s]*:[^:\s]+:$/

/** A task in a list; while it runs there is neither `endtime` nor `status`. */
export const taskRow = (task: Task) => {
  const [user, tokenid] = task.authid.split('!')
  return {
    upid: task.upid,
    node: task.node,
    pid: task.pid,
    pstart: task.pstart,
    starttime: Math.floor(task.start / 1000),
    type: task.type,
    id: task.id,
    user,
    ...(tokenid ? { tokenid } : {}),
    ...(task.end === undefined
      ? {}
      : { endtime: Math.floor(task.end / 1000), status: task.status }),
  }
}

export const taskRoutes = (kit: Kit): Route[] => {
  const { access, tasks } = kit

  const parsed = ({ values }: Call): string => {
    const upid = values.upid ?? ''
    if (!UPID.test(upid)) throw wrongParameters({ upid: 'unable to parse worker upid' })
    return upid
  }
  const found = (call: Call): Task => {
    const task = tasks.find(parsed(call))
    // Asked under another node's name a task does not exist, although its log does.
    if (!task || task.node !== call.values.node) throw wrongParameters({ upid: 'no such task' })
    return task
  }
  const isOwn = (caller: Caller, authid: string) =>
    caller.authid === authid || (!caller.token && authid.startsWith(`${caller.user}!`))
  const read = (call: Call, authid: string | undefined) => {
    if (authid !== undefined && isOwn(call.caller, authid)) return
    demand(access, ['/nodes/{node}', ['Sys.Audit']], call)
  }

  const list = (call: Call) => {
    const { values, caller, node } = call
    const all = access.can(caller, `/nodes/${node.name}`, ['Sys.Audit'])
    const source = values.source ?? 'archive'
    const matches = (t: Task) =>
      (all || isOwn(caller, t.authid)) &&
      (source === 'all' || (source === 'active') === (t.end === undefined)) &&
      (!values.vmid || t.id === values.vmid) &&
      (!values.typefilter || t.type === values.typefilter) &&
      (!values.userfilter || t.authid.includes(values.userfilter)) &&
      (!values.since || t.start / 1000 >= Number(values.since)) &&
      (!values.until || t.start / 1000 <= Number(values.until)) &&
      (values.errors !== '1' || (t.status !== undefined && t.status !== 'OK')) &&
      (!values.statusfilter || items(values.statusfilter).includes(statusKind(t)))
    const rows = tasks.on(node.name).filter(matches)
    const start = Number(values.start ?? 0)
    const page = rows.slice(start, start + Number(values.limit ?? 50))
    return {
      paged: page.map((t) => ({
        ...taskRow(t),
        ...(t.end === undefined ? { status: 'RUNNING' } : {}),
      })),
      total: rows.length,
    }
  }

  const status = (call: Call) => {
    const task = found(call)
    read(call, task.authid)
    const {
      endtime: _,
      status: exitstatus,
      ...row
    } = { endtime: 0, status: undefined, ...taskRow(task) }
    return task.status === undefined
      ? { ...row, status: 'running' }
      : { ...row, status: 'stopped', exitstatus }
  }

  const log = (call: Call) => {
    const upid = parsed(call)
    const task = tasks.find(upid)
    read(call, task?.authid)
    const lines =
      !task || task.node !== call.values.node
        ? ['unable to open file - No such file or directory']
        : task.log.length
          ? task.log
          : ['no content']
    const start = Number(call.values.start ?? 0)
    const limit = Number(call.values.limit ?? 50)
    const rows = lines.map((t, i) => ({ n: i + 1, t }))
    return {
      paged: rows.slice(start, limit === 0 ? undefined : start + limit),
      total: lines.length,
    }
  }

  const stop = (call: Call) => {
    const task = found(call)
    if (!isOwn(call.caller, task.authid)) demand(access, ['/nodes/{node}', ['Sys.Modify']], call)
    if (task.status === undefined) task.stop('received interrupt')
    return null
  }

  const base = '/nodes/{node}/tasks'
  return [
    route('GET', base, 'all', list, {
      remote: true,
      ordered: true,
      rules: {
        errors: boolean,
        limit: integer(0),
        since: integer(),
        until: integer(),
        start: integer(0),
        source: oneOf('archive', 'active', 'all'),
        statusfilter: text(),
        typefilter: text(),
        userfilter: text(),
        vmid,
      },
    }),
    route('GET', `${base}/{upid}`, 'all', () => [{ name: 'log' }, { name: 'status' }]),
    route('GET', `${base}/{upid}/status`, 'all', status, { remote: true, privileged: true }),
    route('GET', `${base}/{upid}/log`, 'all', log, {
      remote: true,
      privileged: true,
      ordered: true,
      rules: { start: integer(0), limit: integer(0), download: boolean },
    }),
    route('DELETE', `${base}/{upid}`, 'all', stop, { remote: true, privileged: true }),
  ]
}

const statusKind = (t: Task) =>
  t.status === 'OK'
    ? 'ok'
    : t.status?.startsWith('WARNINGS')
      ? 'warning'
      : t.status === 'unexpected status'
        ? 'unknown'
        : 'error'
