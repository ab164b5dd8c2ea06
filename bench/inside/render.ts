/** Renders the product's guests table beside the same markup of plain strings and beside React. */

import { type GuestRow, guestRow, guests } from '../../views/panels/guests.ts'
import { createCluster800, momentOf } from '../cluster.ts'
import { answering, cpuOf } from '../frame.ts'
import { peer } from '../peers.ts'

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const esc = (text: string) =>
  /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (c) => escapes[c]!) : text

const plainRow = (r: GuestRow) =>
  `<tr id="${esc(r.id)}" data-is="${esc(r.is)}"><td class="n">${esc(r.vmid)}</td><th scope="row">${esc(r.name)}</th><td>${esc(r.kind)}</td><td>${esc(r.node)}</td><td class="is">${esc(r.state)}</td><td class="n">${esc(r.cpu)}</td><td class="n">${esc(r.memory)}</td><td class="n">${esc(r.net)}</td><td class="n">${esc(r.uptime)}</td><td>${esc(r.tags)}</td></tr>\n`

type React = {
  createElement: (tag: string, props: object | null, ...children: unknown[]) => unknown
}
type ReactServer = { renderToStaticMarkup(element: unknown): string }
const { createElement: h } = await peer<React>('react')
const { renderToStaticMarkup } = await peer<ReactServer>('react-dom/server')
const reactRow = (r: GuestRow) =>
  h(
    'tr',
    { key: r.id, id: r.id, 'data-is': r.is },
    h('td', { className: 'n' }, r.vmid),
    h('th', { scope: 'row' }, r.name),
    h('td', null, r.kind),
    h('td', null, r.node),
    h('td', { className: 'is' }, r.state),
    ...[r.cpu, r.memory, r.net, r.uptime].map((text) => h('td', { className: 'n' }, text)),
    h('td', null, r.tags),
  )

const picture = createCluster800()
const { rows } = guests.model(picture, momentOf(picture))
const roads = {
  product: () => rows.map((row) => String(guestRow(row))).join(''),
  plain: () => rows.map(plainRow).join(''),
  react: () => renderToStaticMarkup(h('table', null, h('tbody', null, ...rows.map(reactRow)))),
}

answering({
  /** CPU milliseconds of one rendering; a Buffer, so that lazy strings cannot win. */
  run({ road, times }: { road: keyof typeof roads; times: number }) {
    return (
      cpuOf(() => {
        for (let i = 0; i < times; i++) Buffer.from(roads[road]())
      }) / times
    )
  },
})
