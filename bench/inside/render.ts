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

const signs = {
  running: ['well', 'up'],
  stopped: ['off', 'off'],
  paused: ['attention', 'paused'],
  unknown: ['unknown', 'cannot be seen'],
  other: ['attention', 'neither on nor off'],
}
const deeds = {
  start: ['Start', 'play'],
  reboot: ['Restart', 'restart'],
  shutdown: ['Shut down', 'power'],
  backup: ['Back up', 'box'],
  stop: ['Stop hard', 'stop'],
}
const titleOf = (r: GuestRow) => `${deeds[r.verbs[0]!.verb][0]} ${r.name}`

const plainRow = (r: GuestRow) => {
  const [sign, label] = signs[r.is]
  const { verb } = r.verbs[0]!
  const title = esc(titleOf(r))
  return `<tr id="${esc(r.id)}" data-is="${esc(r.is)}"><td class="sign"><svg class="glyph g-${sign}" role="img" aria-label="${label}"><use href="#g-${sign}"/></svg></td><td class="id">${esc(r.vmid)}</td><th scope="row"><a href="/guests/${esc(r.vmid)}">${esc(r.name)}</a><span class="brief">${esc(r.kind)} on ${esc(r.node)}</span></th><td class="node"><span class="kind">${esc(r.kind)}</span> ${esc(r.node)}</td><td class="share cpu"><span class="fig">${esc(r.cpu)}</span></td><td class="memory share"><span class="fig">${esc(r.memory)}</span></td><td class="hour"></td><td class="is">${esc(r.brief)}</td><td class="acts"><form method="post" action="/guests/${esc(r.vmid)}/${verb}"><button class="tool" title="${title}" aria-label="${title}"><svg class="icon" aria-hidden="true"><use href="#i-${deeds[verb][1]}"/></svg></button></form></td><td class="go" aria-hidden="true"><svg class="icon" aria-hidden="true"><use href="#i-next"/></svg></td></tr>\n`
}

type React = {
  createElement: (tag: string, props: object | null, ...children: unknown[]) => unknown
}
type ReactServer = { renderToStaticMarkup(element: unknown): string }
const { createElement: h } = await peer<React>('react')
const { renderToStaticMarkup } = await peer<ReactServer>('react-dom/server')
const td = (className: string, ...children: unknown[]) => h('td', { className }, ...children)
const fig = (text: string) => h('span', { className: 'fig' }, text)
const drawn = (className: string, href: string, more: object = { 'aria-hidden': true }) =>
  h('svg', { className, ...more }, h('use', { href }))
const reactRow = (r: GuestRow) => {
  const [sign, label] = signs[r.is]
  const { verb } = r.verbs[0]!
  const title = titleOf(r)
  return h(
    'tr',
    { key: r.id, id: r.id, 'data-is': r.is },
    td('sign', drawn(`glyph g-${sign}`, `#g-${sign}`, { role: 'img', 'aria-label': label })),
    td('id', r.vmid),
    h(
      'th',
      { scope: 'row' },
      h('a', { href: `/guests/${r.vmid}` }, r.name),
      h('span', { className: 'brief' }, `${r.kind} on ${r.node}`),
    ),
    td('node', h('span', { className: 'kind' }, r.kind), ' ', r.node),
    td('share cpu', fig(r.cpu)),
    td('memory share', fig(r.memory)),
    td('hour'),
    td('is', r.brief),
    td(
      'acts',
      h(
        'form',
        { method: 'post', action: `/guests/${r.vmid}/${verb}` },
        h(
          'button',
          { className: 'tool', title, 'aria-label': title },
          drawn('icon', `#i-${deeds[verb][1]}`),
        ),
      ),
    ),
    h('td', { className: 'go', 'aria-hidden': true }, drawn('icon', '#i-next')),
  )
}

const picture = createCluster800()
const { rows } = guests.model(picture, momentOf(picture))
const roads = {
  product: () => rows.map((row) => String(guestRow(row))).join(''),
  plain: () => rows.map(plainRow).join(''),
  react: () => renderToStaticMarkup(h('table', null, h('tbody', null, ...rows.map(reactRow)))),
}

if (roads.product() !== roads.plain()) throw new Error('The two sides draw different rows.')

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
