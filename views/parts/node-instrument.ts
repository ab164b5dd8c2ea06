/** A node as an instrument: its ring, three meters, the last hour, the wire; or why there is none. */
import { html } from 'hono/html'
import type { Figure } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { edge, type PanelState, type Reading, readAt } from './edge.ts'
import { figure } from './figure.ts'
import { glyph, type State } from './glyph.ts'
import { meter } from './meter.ts'
import { ageOf, type Says, says } from './panel.ts'
import { ring } from './ring.ts'
import { type Points, sparkline } from './sparkline.ts'

export type NodeMeter = {
  label: string
  figure: Figure
  /** `/ 24 GiB`, `of 80`. */
  rest?: string | undefined
  /** 0-1. */
  value: number | undefined
  limit?: number | undefined
  /** On a phone, where there is no bar: `62` and `%`. */
  brief: Figure
  /** The figure is over its limit. */
  over?: boolean
}

export type NodeInstrument = Reading & {
  /** Safe for an id. */
  id: string
  name: Html | string
  role?: string | undefined
  /** `up 41 d 06:12`. */
  uptime?: string | undefined
  state: PanelState
  sign: State
  signLabel: string
  /** In place of the figures. */
  says?: Says | undefined
  cpu?: { value: number | undefined; peak?: number | undefined } | undefined
  meters?: NodeMeter[] | undefined
  hour?: Points | undefined
  net?: { down: Figure; up: Figure } | undefined
}

export const nodeInstrument = (n: NodeInstrument): Html =>
  html`<article id="${n.id}" class="instrument" data-state="${n.state}"${readAt(n)} aria-labelledby="${n.id}-name">
${edge(n.state, n)}<header>${glyph(n.sign, n.signLabel)}<h3 id="${n.id}-name">${n.name}</h3>${n.role ? html`<p class="role">${n.role}</p>` : ''}${n.uptime && n.state === 'fresh' ? html`<p class="age">${n.uptime}</p>` : ageOf(n.state, n)}</header>
${n.says ? says(n.says) : figures(n)}
</article>
`

const figures = (
  n: NodeInstrument,
) => html`<div class="dials">${ring({ caption: 'CPU', value: n.cpu?.value, peak: n.cpu?.peak })}
<dl class="meters">${n.meters?.map(
  (m) =>
    html`<div${m.over ? html` class="over"` : ''}><dt>${m.label}</dt><dd>${meter(m)}</dd><dd class="full">${figure(m.figure, m.rest)}</dd><dd class="brief" aria-hidden="true">${figure(m.brief)}</dd></div>`,
)}</dl>
<div class="hour">${n.hour ? sparkline({ points: n.hour, limit: 0.8 }) : ''}${n.net ? html`<p class="net"><span><span class="unseen">in </span><span aria-hidden="true">↓</span> ${figure(n.net.down)}</span> <span><span class="unseen">out </span><span aria-hidden="true">↑</span> ${figure(n.net.up)}</span></p>` : ''}</div></div>`
