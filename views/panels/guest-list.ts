/** How the guests are searched and sorted: by query string, or in the browser over the same rows. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import type { GuestRow } from './guests.ts'
import type { Asked } from './panel.ts'

/** More guests than this are shown in figures only. */
export const MANY = 40
/** A search is worth its room from here on. */
const SEARCHED = 8

/** Those whose number, name, node, kind, state or tags hold each of the words. */
export const chosen = (rows: GuestRow[], q: string): GuestRow[] => {
  const wanted = q.toLowerCase().split(/\s+/).filter(Boolean)
  if (wanted.length === 0) return rows
  return rows.filter((r) => {
    const text = `${r.vmid} ${r.name} ${r.node} ${r.kind} ${r.state} ${r.tags}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}

type Key = (r: GuestRow) => string | number
// What is not known stands last.
const keys: Record<string, Key> = {
  id: (r) => r.source.vmid,
  name: (r) => r.name.toLowerCase(),
  node: (r) => r.node.toLowerCase(),
  cpu: (r) => -(r.is === 'stopped' ? -1 : (r.source.cpu ?? -1)),
  memory: (r) => -(r.is === 'stopped' ? -1 : (r.source.memory?.used ?? -1)),
  state: (r) => r.is,
}

/** A new list; `sort` is a name of a column, anything else leaves the order. */
export const ordered = (rows: GuestRow[], sort: string): GuestRow[] => {
  const key = Object.hasOwn(keys, sort) ? keys[sort] : undefined
  if (!key) return rows
  const least = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  return rows
    .map((row) => ({ row, k: key(row) }))
    .sort((a, b) => least(a.k, b.k) || a.row.source.vmid - b.row.source.vmid)
    .map(({ row }) => row)
}

const columns: [key: string, text: string][] = [
  ['id', 'ID'],
  ['name', 'Name'],
  ['node', 'Node'],
  ['cpu', 'CPU'],
  ['memory', 'Memory'],
]

/** Heads as links, so that they sort without a script. */
export const headsOf = ({ q, sort }: Asked): Html => {
  const link = (key: string, text: string) => {
    const on = sort === key || (!sort && key === 'id')
    const query = new URLSearchParams({ ...(q && { q }), sort: key })
    return html`<th scope="col"${on ? html` aria-sort="${key === 'cpu' || key === 'memory' ? 'descending' : 'ascending'}"` : ''}><a href="?${query.toString()}" data-sort="${key}">${text}</a></th>`
  }
  return html`<th scope="col"><span class="unseen">Sign</span></th>${columns.map(([key, text]) => link(key, text))}<th scope="col" class="hour">Last hour</th>${link('state', 'State')}<th scope="col" class="right acts">Actions</th><td class="go"></td>`
}

/** The search; without a script it asks the server. */
export const guestTools = ({ q, sort }: Asked, total: number): Html | undefined =>
  total < SEARCHED && !q
    ? undefined
    : html`<form class="find" method="get" role="search" data-find="guests">${sort ? html`<input type="hidden" name="sort" value="${sort}">` : ''}<input class="input" name="q" type="search" value="${q}" aria-label="Find guests" placeholder="Find" autocomplete="off" spellcheck="false"></form>`
