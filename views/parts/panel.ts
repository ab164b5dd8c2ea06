/** The panel as a block that is swapped whole: an edge that tells its age, a head, a body. */
import { html } from 'hono/html'
import { age, duration } from '../../lib/format.ts'
import type { Html } from '../layout.ts'
import { edge, type PanelState, type Reading, readAt } from './edge.ts'

export type PanelShape = Reading & {
  id: string
  title: string
  state: PanelState
  /** How many of what, in words. */
  count?: string | undefined
  /** In place of the age at the right of the head. */
  action?: Html | undefined
  /** Between the words and what is right of them. */
  tools?: Html | undefined
  body: Html
  /** Only a frame around blocks with edges of their own; the head is for readers. */
  bare?: boolean
}

export const panel = (p: PanelShape): Html =>
  html`<section id="${p.id}" class="panel${p.bare ? ' bare' : ''}" data-state="${p.state}"${readAt(p)} aria-labelledby="${p.id}-title">
${p.bare ? '' : edge(p.state, p)}<header><h2 id="${p.id}-title">${p.title}</h2>${p.count ? html`<p class="count">${p.count}</p>` : ''}${p.tools ?? ''}${p.action ? html`<div class="action">${p.action}</div>` : ageOf(p.state, p)}</header>
<div class="body">${p.body}</div>
</section>
`

/** `2 s`, `stale, 12 s`, or why there is no age. */
export const ageOf = (state: PanelState, { at, now, limit }: Reading): Html | '' => {
  if (at === undefined) return state === 'loading' ? html`<p class="age">first reading…</p>` : ''
  // Our own diary has no age: it is read when it is shown.
  if (!Number.isFinite(limit)) return ''
  const words = state === 'stale' ? `stale, ${age(at, now)}` : duration((now - at) / 1000)
  return html`<p class="age"><time datetime="${new Date(at).toISOString()}">${words}</time></p>`
}

export type Says = {
  /** The fact. */
  first: string
  /** The rest, or the reason. */
  rest?: string | undefined
  /** One step that helps. */
  step?: Html | undefined
}

/** What a panel says where it has no rows to show. */
export const says = ({ first, rest, step }: Says): Html =>
  html`<div class="says"><strong>${first}</strong>${rest ? html`<p>${rest}</p>` : ''}${step ?? ''}</div>`
