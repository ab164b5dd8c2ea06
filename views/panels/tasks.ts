/** What the cluster is doing and has done lately; a failure keeps the words of Proxmox. */
import { html } from 'hono/html'
import type { Picture, TaskState } from '../../lib/cluster/picture.ts'
import { count, duration } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { iso, isoOr, jsonOf, named, section, table, textOf } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { moment } from '../parts/words.ts'
import type { Extra, Model, Panel } from './panel.ts'

export type TaskRow = {
  id: string
  at: string
  iso: string
  type: string
  object: string
  node: string
  user: string
  is: TaskState['outcome']
  outcome: string
  took: string
  source: TaskState
}

const model = (picture: Picture, extra: Extra): Model<TaskRow> => {
  const rows = picture.tasks.map((t) => rowOf(t, extra))
  const running = rows.filter((r) => r.is === 'running').length
  const failed = rows.filter((r) => r.is === 'failed').length
  return {
    rows,
    frame: frameOf({
      name: 'tasks',
      title: 'Tasks',
      part: picture.parts.tasks,
      moment: extra,
      rows: rows.length,
      count: [
        count(rows.length, 'task'),
        `${running} running`,
        ...(failed ? [`${failed} failed`] : []),
      ].join(', '),
      empty: 'No tasks. Nobody wants anything, for once.',
    }),
  }
}

const rowOf = (t: TaskState, m: Moment): TaskRow => ({
  id: domId('task', t.upid),
  at: moment(t.start, m),
  iso: iso(t.start),
  type: shown(t.type),
  object: shown(t.object),
  node: shown(t.node),
  user: shown(t.user),
  is: t.outcome,
  outcome: t.text ? `${t.outcome}: ${shown(t.text)}` : t.outcome,
  took: duration(((t.end ?? m.now) - t.start) / 1000),
  source: t,
})

export const taskRow = (r: TaskRow): Html =>
  html`<tr id="${r.id}" data-is="${r.is}"><td><time datetime="${r.iso}">${r.at}</time></td><th scope="row">${named(r.type)}</th><td>${named(r.object)}</td><td>${named(r.node)}</td><td>${named(r.user)}</td><td class="is">${r.outcome}</td><td class="n">${r.took}</td></tr>
`
const heads = ['Start', 'Task', 'Object', 'Node', 'Who', 'Outcome', 'Took#']

export const taskJson = (t: TaskState) => ({
  upid: t.upid,
  node: t.node,
  type: t.type,
  object: t.object,
  user: t.user,
  start: iso(t.start),
  end: isoOr(t.end),
  outcome: t.outcome,
  text: t.text ?? null,
})

export const tasks: Panel<Model<TaskRow>> = {
  name: 'tasks',
  title: 'Tasks',
  model,
  html: (m) => section(m.frame, table(heads, m.rows.map(taskRow))),
  text: (m) =>
    textOf(
      m.frame,
      [
        { head: 'START', cell: (r) => r.at },
        { head: 'TASK', cell: (r) => r.type },
        { head: 'OBJECT', cell: (r) => r.object },
        { head: 'NODE', cell: (r) => r.node },
        { head: 'WHO', cell: (r) => r.user },
        { head: 'TOOK', cell: (r) => r.took, right: true },
        { head: 'OUTCOME', cell: (r) => r.outcome, most: 100 },
      ],
      m.rows,
    ),
  json: (m) =>
    jsonOf(
      m.frame,
      m.rows.map((r) => taskJson(r.source)),
    ),
}
