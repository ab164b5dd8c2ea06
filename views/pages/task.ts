/** One task: what it is, what became of it, and its log, page by page, as the text that it is. */
import { html } from 'hono/html'
import type { TaskState } from '../../lib/cluster/picture.ts'
import { count, duration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import type { LogLine } from '../../lib/proxmox/types.ts'
import type { Html } from '../layout.ts'
import { taskJson } from '../panels/tasks.ts'
import { linkButton } from '../parts/button.ts'
import { shown } from '../parts/shown.ts'
import { block, type Got, gotJson, gotPanel, nothing } from './got.ts'
import { head, type PageBody, type Pair, pairLines, pairs } from './place.ts'
import { whenOf } from './range.ts'
import { taskSign } from './tasks.ts'

export type LogPart = { lines: LogLine[]; total: number; from: number }

export type TaskPage = {
  now: number
  timeZone: string
  task: TaskState
  /** Is the page read again every few seconds? */
  follows: boolean
  log: Got<LogPart>
  /** Lines a page. */
  size: number
}

export const taskPage = (m: TaskPage): PageBody => {
  const { task: t } = m
  const about = t.object ? `${shown(t.type)} ${shown(t.object)}` : shown(t.type)
  return {
    title: about,
    body: html`${head(
      [
        { text: 'Tasks', href: paths.tasks() },
        { text: shown(t.node), href: paths.tasks({ node: t.node }) },
        { text: about },
      ],
      { sign: taskSign[t.outcome], title: about, facts: [wordsOf(m)], right: follow(m) },
    )}
<div class="columns aside">
<div>${logPanel(m)}</div>
<div><section class="panel" aria-labelledby="about-title"><header><h2 id="about-title">About</h2></header><div class="body">${pairs(aboutOf(m))}</div></section></div>
</div>`,
  }
}

const wordsOf = ({ task: t, now }: TaskPage): string =>
  t.outcome === 'running'
    ? `running for ${duration((now - t.start) / 1000)}`
    : `${t.text ? shown(t.text) : t.outcome}${t.end === undefined ? '' : `, after ${duration((t.end - t.start) / 1000)}`}`

/** A page that renews itself does so only where somebody wished it (WCAG 2.2.1). */
const follow = ({ task: t, follows }: TaskPage): Html | undefined =>
  t.outcome !== 'running'
    ? undefined
    : linkButton(
        follows
          ? { text: 'Stop following', href: paths.task(t.upid) }
          : { text: 'Follow it', href: paths.task(t.upid, { follow: 1 }) },
      )

const facts = (m: TaskPage): [string, string][] => {
  const { task: t } = m
  return [
    ['Outcome', t.text ? shown(t.text) : t.outcome],
    ['Node', shown(t.node)],
    ['Who', shown(t.user)],
    ['Start', whenOf(t.start, m)],
    ['End', t.end === undefined ? '–' : whenOf(t.end, m)],
    ['UPID', shown(t.upid)],
  ]
}

const aboutOf = (m: TaskPage): Pair[] =>
  facts(m).map(([what, is]): Pair => {
    if (what === 'Node') return [what, html`<a href="${paths.node(m.task.node)}">${is}</a>`]
    return [what, what === 'UPID' ? html`<code>${is}</code>` : is]
  })

const logPanel = (m: TaskPage) =>
  gotPanel(m.log, {
    id: 'log',
    title: 'Log',
    now: m.now,
    count: ({ total, lines, from }) =>
      lines.length === 0
        ? undefined
        : lines.length === total
          ? count(total, 'line')
          : `lines ${from + 1} to ${from + lines.length} of ${total}`,
    body: (part) =>
      part.lines.length === 0
        ? nothing(m.task.outcome === 'running' ? 'It has said nothing yet.' : 'It said nothing.')
        : html`${pager(m, part)}<pre class="log" tabindex="0" aria-label="Log of the task">${part.lines.map((l) => `${shown(l.t, '')}\n`).join('')}</pre>${pager(m, part)}`,
  })

const pager = ({ task: t, size }: TaskPage, { from, lines, total }: LogPart) => {
  const after = from + lines.length
  if (from === 0 && after >= total) return ''
  return html`<nav class="pager" aria-label="Pages of the log">${from > 0 ? html`<a href="${paths.task(t.upid, { from: Math.max(0, from - size) })}">earlier lines</a>` : ''}${after < total ? html`<a href="${paths.task(t.upid, { from: after })}">later lines</a>` : ''}</nav>`
}

export const taskText = (m: TaskPage): string =>
  [
    `${shown(m.task.type)} ${m.task.object ? shown(m.task.object) : ''}  ${wordsOf(m)}`.replace(
      /\u2009/g,
      ' ',
    ),
    pairLines(facts(m)).join('\n'),
    block('Log', m.log, ({ lines, from, total }) => [
      ...(lines.length < total ? [`lines ${from + 1} to ${from + lines.length} of ${total}`] : []),
      ...lines.map((l) => shown(l.t, '')),
    ]),
  ].join('\n\n')

export const taskPageJson = (m: TaskPage) => ({
  task: taskJson(m.task),
  log: gotJson(m.log, ({ lines, total, from }) => ({
    from,
    total,
    lines: lines.map((l) => l.t),
  })),
})
