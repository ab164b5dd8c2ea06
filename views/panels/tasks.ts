/** What the cluster is doing and has done lately; a failure keeps the words of Proxmox. */
import { html } from 'hono/html'
import type { Picture, TaskState } from '../../lib/cluster/picture.ts'
import { duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { frameOf, type Moment } from '../parts/frame.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { further, iso, isoOr, jsonOf, named, section, textOf } from '../parts/section.ts'
import { cut, domId, shown } from '../parts/shown.ts'
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
  /** `302 adguard`, or the node where there is no object. */
  subject: string
  /** The user without his realm. */
  who: string
}

const model = (picture: Picture, extra: Extra): Model<TaskRow> => {
  const names = new Map(picture.guests.map((g) => [String(g.vmid), g.name]))
  const rows = picture.tasks.map((t) => rowOf(t, extra, names))
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
      count: [`${running} running`, ...(failed ? [`${failed} failed`] : [])].join(', '),
      empty: 'No tasks. Nobody wants anything, for once.',
    }),
  }
}

const rowOf = (t: TaskState, m: Moment, names: ReadonlyMap<string, string>): TaskRow => ({
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
  subject: subjectOf(t, names),
  who: shown(t.user.replace(/@[^!]*/, '')),
})

const subjectOf = ({ object, node }: TaskState, names: ReadonlyMap<string, string>) => {
  const name = names.get(object)
  if (!object) return shown(node)
  return name === undefined ? shown(object) : `${shown(object)} ${shown(name, '')}`.trim()
}

const signs: Record<TaskState['outcome'], [State, string]> = {
  running: ['working', 'runs'],
  ok: ['proven', 'done'],
  warnings: ['attention', 'done with warnings'],
  stopped: ['off', 'stopped'],
  failed: ['failed', 'failed'],
}

const tones: { [is in TaskState['outcome']]?: string } = { failed: 'crit', warnings: 'warn' }

export const taskRow = (r: TaskRow): Html => {
  const [sign, label] = signs[r.is]
  const text = r.source.text && shown(r.source.text)
  return html`<tr id="${r.id}" data-is="${r.is}"><td class="sign">${glyph(sign, label)}</td><td class="type">${named(r.type)}</td><th scope="row">${named(r.subject)}${text ? html` <span class="${tones[r.is] ?? 'note'}" title="${text}">${cut(text, 60)}</span>` : ''}</th><td class="who">${named(r.who)}</td><td class="right"><time class="fig" datetime="${r.iso}" title="since ${r.at} on ${r.node}">${r.took}</time></td></tr>
`
}

const tableOf = (rows: TaskRow[]): Html =>
  html`<table class="plain tasks"><thead class="unseen"><tr><th scope="col">Outcome</th><th scope="col">Task</th><th scope="col">Object</th><th scope="col">Who</th><th scope="col">Took</th></tr></thead><tbody>
${rows.map(taskRow)}</tbody></table>
`

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
  html: (m) =>
    section(m.frame, tableOf(m.rows), { tools: further(m.rows.length, paths.tasks(), 'tasks') }),
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
