/** `/nodes/{node}/journal` and `syslog`: the same lines, told twice. */
import { createHash } from 'node:crypto'
import { integer, text } from '../parameters.ts'
import { type Call, type Route, remote } from '../routing.ts'
import type { LogLine, Node } from '../things.ts'

const need = ['/nodes/{node}', ['Sys.Syslog']] as const

const journal = ({ node, values }: Call) => {
  const since = Number(values.since ?? 0) * 1000
  const until = values.until ? Number(values.until) * 1000 : Number.POSITIVE_INFINITY
  const lines = node.syslog
    .filter((l) => l.at >= since && l.at <= until)
    .slice(-Number(values.lastentries ?? 500))
    .map((l) => lineOf(node.name, l))
  // The reader puts its cursors around the lines.
  return [cursor(node, 0), ...lines, cursor(node, lines.length)]
}
const syslog = ({ node, values }: Call) => {
  const rows = node.syslog
    .filter((l) => !values.service || l.tag.startsWith(values.service))
    .map((l, i) => ({ n: i + 1, t: lineOf(node.name, l) }))
  const start = Number(values.start ?? 0)
  return { paged: rows.slice(start, start + Number(values.limit ?? 50)), total: rows.length }
}

export const nodeLogRoutes = (): Route[] => [
  remote('journal', need, journal, {
    privileged: true,
    ordered: true,
    rules: {
      lastentries: integer(0),
      since: integer(0),
      until: integer(0),
      startcursor: text(),
      endcursor: text(),
    },
  }),
  remote('syslog', need, syslog, {
    privileged: true,
    ordered: true,
    rules: {
      limit: integer(0),
      start: integer(0),
      since: text(),
      until: text(),
      service: text(128),
    },
  }),
]

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
/** A line as journald writes it, with the name of the machine. */
export const lineOf = (name: string, { at, tag, text: words }: LogLine) => {
  const date = new Date(at)
  const day = String(date.getUTCDate()).padStart(2, '0')
  const clock = date.toISOString().slice(11, 19)
  const who = tag === 'kernel' || tag.endsWith(']') ? tag : `${tag}[812]`
  return `${months[date.getUTCMonth()]} ${day} ${clock} ${name} ${who}: ${words}`
}
const cursor = (node: Node, n: number) => `s=${sha1(node.name)};i=${n.toString(16)}`
