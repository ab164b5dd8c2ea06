/** What the cluster does and has done, by node, kind and outcome; each task a link to its log. */
import { html } from 'hono/html'
import type { TaskState } from '../../lib/cluster/picture.ts'
import { count, duration } from '../../lib/format.ts'
import { paths, type Query } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { taskJson } from '../panels/tasks.ts'
import { glyph, type State } from '../parts/glyph.ts'
import { panel, says } from '../parts/panel.ts'
import { iso, named } from '../parts/section.ts'
import { domId, shown } from '../parts/shown.ts'
import { columns } from '../parts/table.ts'
import { filterForm, formLinks } from './filters.ts'
import { PAGE_LIMIT_MS } from './got.ts'
import { head, type PageBody } from './place.ts'
import { whenOf } from './range.ts'

export type Outcome = TaskState['outcome']
export const outcomes: Outcome[] = ['running', 'ok', 'warnings', 'stopped', 'failed']

export type TaskWish = {
  node?: string | undefined
  type?: string | undefined
  outcome?: Outcome | undefined
  /** A guest's number, a storage. */
  object?: string | undefined
}

export type TasksPage = {
  now: number
  timeZone: string
  at: number | undefined
  wish: TaskWish
  tasks: TaskState[]
  /** What can be chosen. */
  nodes: string[]
  types: string[]
  /** Why the list may lack some. */
  trouble?: string | undefined
}

const query = (w: TaskWish): Query => ({ ...w })
const isWished = (w: TaskWish) => Object.values(w).some((v) => v !== undefined)

export const tasksPage = (m: TasksPage): PageBody => ({
  title: 'Tasks',
  body: html`${head([{ text: 'Tasks' }], { title: 'Tasks', facts: [countWords(m)] })}
${filterForm(
  paths.tasks(),
  [
    { name: 'node', label: 'Node', choices: m.nodes, chosen: m.wish.node },
    { name: 'type', label: 'Kind', choices: m.types, chosen: m.wish.type },
    { name: 'outcome', label: 'Outcome', choices: outcomes, chosen: m.wish.outcome },
    { name: 'object', label: 'About', text: m.wish.object, example: '303' },
  ],
  isWished(m.wish),
)}
${listPanel(m)}
${formLinks(
  (['text', 'json'] as const).map((as) => ({
    text: as === 'text' ? 'text' : 'JSON',
    href: paths.tasks({ ...query(m.wish), as }),
  })),
)}`,
})

const countWords = ({ tasks }: TasksPage): string => {
  const failed = tasks.filter((t) => t.outcome === 'failed').length
  const running = tasks.filter((t) => t.outcome === 'running').length
  return [
    count(tasks.length, 'task'),
    ...(running ? [`${running} running`] : []),
    ...(failed ? [`${failed} failed`] : []),
  ].join(', ')
}

const listPanel = (m: TasksPage): Html =>
  panel({
    id: 'task-list',
    title: 'Tasks',
    state: m.at === undefined ? 'loading' : m.tasks.length === 0 ? 'empty' : 'fresh',
    at: m.at,
    now: m.now,
    limit: PAGE_LIMIT_MS,
    body: html`${m.trouble ? html`<p class="note">${shown(m.trouble)}</p>` : ''}${
      m.tasks.length === 0
        ? says({
            first: isWished(m.wish) ? 'No such task.' : 'No tasks.',
            rest: isWished(m.wish)
              ? 'Proxmox lists the newest 25 or so of each node; choose a node for older ones.'
              : 'Nobody wants anything, for once.',
          })
        : html`<table class="tasks long"><thead><tr><th scope="col">Task</th><th scope="col">About</th><th scope="col">Node</th><th scope="col">Who</th><th scope="col">Start</th><th scope="col" class="n">Took</th><th scope="col">Outcome</th></tr></thead><tbody>
${m.tasks.map((t) => rowOf(t, m))}</tbody></table>`
    }`,
  })

export const taskSign: Record<Outcome, { state: State; label: string }> = {
  running: { state: 'working', label: 'running' },
  ok: { state: 'proven', label: 'ok' },
  warnings: { state: 'attention', label: 'warnings' },
  stopped: { state: 'off', label: 'stopped' },
  failed: { state: 'failed', label: 'failed' },
}

const rowOf = (t: TaskState, m: TasksPage): Html => {
  const { state, label } = taskSign[t.outcome]
  return html`<tr id="${domId('task', t.upid)}" data-is="${t.outcome}"><th scope="row">${glyph(state, label)} <a href="${paths.task(t.upid)}">${named(shown(t.type))}</a></th><td>${objectOf(t)}</td><td class="node">${named(shown(t.node))}</td><td class="who">${named(shown(t.user))}</td><td><time datetime="${iso(t.start)}">${whenOf(t.start, m)}</time></td><td class="n">${duration(((t.end ?? m.now) - t.start) / 1000)}</td><td class="cut" title="${shown(t.text, t.outcome)}">${t.text ? shown(t.text) : t.outcome}</td></tr>
`
}

const objectOf = ({ object }: TaskState): Html | string =>
  /^[1-9]\d{2,8}$/.test(object)
    ? html`<a href="${paths.guest(object)}">${object}</a>`
    : object
      ? named(shown(object))
      : ''

export const tasksText = (m: TasksPage): string =>
  [
    `TASKS  ${countWords(m)}`,
    ...(m.trouble ? [shown(m.trouble)] : []),
    ...columns(
      [
        { head: 'START', cell: (t: TaskState) => whenOf(t.start, m) },
        { head: 'TASK', cell: (t) => shown(t.type) },
        { head: 'ABOUT', cell: (t) => (t.object ? shown(t.object) : '') },
        { head: 'NODE', cell: (t) => shown(t.node) },
        { head: 'WHO', cell: (t) => shown(t.user) },
        { head: 'TOOK', cell: (t) => duration(((t.end ?? m.now) - t.start) / 1000), right: true },
        { head: 'OUTCOME', cell: (t) => (t.text ? shown(t.text) : t.outcome), most: 60 },
        { head: 'UPID', cell: (t) => shown(t.upid), most: 200 },
      ],
      m.tasks,
    ),
  ].join('\n')

export const tasksJson = (m: TasksPage) => ({
  at: m.at === undefined ? null : iso(m.at),
  trouble: m.trouble ?? null,
  tasks: m.tasks.map(taskJson),
})
