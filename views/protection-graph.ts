/**
 * What hangs on what, drawn: Jarvis at the left, then what he runs in and who does what in the house,
 * the nodes, the storages. What is protected has a form of its own, and its reason in words.
 */
import { html } from 'hono/html'
import type { Html } from './layout.ts'
import { short } from './parts/arc.ts'
import { cut, shown } from './parts/shown.ts'

export type Thing = {
  /** `jarvis`, `guest/103`, `node/pve`, `storage/tank`. */
  key: string
  label: string
  /** Why it is protected, in two or three words; undefined = it is not. */
  reason?: string | undefined
  vital: boolean
}

export type Tie = { from: string; to: string; what: string }

export type Drawing = {
  things: readonly Thing[]
  ties: readonly Tie[]
  /** One sentence for those who do not see it. */
  label: string
}

const COLUMNS = ['jarvis', 'guest', 'node', 'storage'] as const
const LEFT = { jarvis: 1, guest: 330, node: 680, storage: 1000 } as const
const WIDE = { jarvis: 110, guest: 200, node: 170, storage: 179 } as const
const WIDTH = 1180
const LOW = 46
const PORT = 17
const GAP = 14

type Column = (typeof COLUMNS)[number]
type Box = Thing & { column: Column; x: number; y: number; w: number; h: number }

const columnOf = (key: string): Column =>
  COLUMNS.find((c) => key === c || key.startsWith(`${c}/`)) ?? 'guest'

export const protectionGraph = ({ things, ties, label }: Drawing): Html => {
  const boxes = placed(things, ties)
  const height = Math.max(...[...boxes.values()].map((b) => b.y + b.h)) + MARGIN
  const known = ties.filter((t) => boxes.has(t.from) && boxes.has(t.to))
  return html`<div class="ties" role="region" aria-label="Drawing of what hangs on what" tabindex="0"><svg viewBox="0 0 ${WIDTH} ${short(height)}" role="img" aria-label="${label}">
${known.map((tie) => line(tie, known, boxes))}
${[...boxes.values()].map(drawn)}
</svg></div>`
}

/** Room above and below for ties that go around the nodes. */
const MARGIN = 24

/** A box is as high as the ties that leave it need; a column with less stands in the middle. */
const placed = (things: readonly Thing[], ties: readonly Tie[]): Map<string, Box> => {
  const heightOf = ({ key }: Thing) =>
    key === 'jarvis' ? LOW : Math.max(LOW, ties.filter((t) => t.from === key).length * PORT + 12)
  const columns = COLUMNS.map((column) =>
    things
      .filter((t) => columnOf(t.key) === column)
      .map((t) => ({ ...t, column, x: LEFT[column], w: WIDE[column], h: heightOf(t) })),
  )
  const tall = (list: { h: number }[]) => list.reduce((sum, b) => sum + b.h + GAP, -GAP)
  const height = Math.max(...columns.map(tall))
  return new Map(
    columns.flatMap((list) => {
      let y = Math.max(0, (height - tall(list)) / 2) + MARGIN
      return list.map((box): [string, Box] => {
        const here = { ...box, y }
        y += box.h + GAP
        return [box.key, here]
      })
    }),
  )
}

/** Where the nth of several ties meets a box, from its middle outwards. */
const port = (box: Box, n: number, of: number, apart: number) =>
  short(box.y + box.h / 2 + (n - (of - 1) / 2) * apart)

/** The words stand where the line has most room: before the thing that Jarvis leans on, else behind the one that leans. */
const line = (tie: Tie, all: readonly Tie[], boxes: Map<string, Box>) => {
  const [from, to] = [boxes.get(tie.from)!, boxes.get(tie.to)!]
  const leaving = all.filter((t) => t.from === tie.from)
  const arriving = all.filter((t) => t.to === tie.to)
  const isFirst = from.column === 'jarvis'
  const y1 = port(from, leaving.indexOf(tie), leaving.length, isFirst ? 0 : PORT)
  const apart = Math.min(PORT, (to.h - 12) / arriving.length)
  const y2 = port(to, arriving.indexOf(tie), arriving.length, apart)
  const [x1, x2] = [from.x + from.w, to.x]
  const start = isFirst ? x1 : x1 + WORDS
  const end = isFirst ? x2 - 170 : x2 - 30
  const way =
    from.column === 'guest' && to.column === 'storage'
      ? around(start, y1, end, y2, lane((y1 + y2) / 2, all.indexOf(tie), boxes))
      : curve(start, y1, end, y2)
  return html`<path class="tie${from.vital || isFirst ? ' vital' : ''}" d="M${x1} ${y1}H${start}${way}H${x2}"/><text class="tie" x="${isFirst ? x2 - 6 : x1 + 6}" y="${short((isFirst ? y2 : y1) - 4)}"${isFirst ? html` text-anchor="end"` : ''}>${cut(shown(tie.what), 30)}</text>`
}

/** Room for `has disks on`. */
const WORDS = 84

const curve = (x1: number, y1: number, x2: number, y2: number) => {
  const half = short((x1 + x2) / 2)
  return `C${half} ${y1} ${half} ${y2} ${x2} ${y2}`
}

/** Past the column of the nodes, not through one of them. */
const around = (x1: number, y1: number, x2: number, y2: number, y: number) => {
  const right = LEFT.node + WIDE.node
  return `${curve(x1, y1, LEFT.node - 8, y)}H${right + 8}${curve(right + 8, y, x2, y2)}`
}

/** The gap between nodes that is nearest; ties that share one lie beside each other. */
const lane = (wanted: number, index: number, boxes: Map<string, Box>): number => {
  const nodes = [...boxes.values()].filter((b) => b.column === 'node')
  const first = nodes[0]
  const last = nodes.at(-1)
  if (!first || !last) return short(wanted)
  const gaps = [
    first.y - MARGIN / 2,
    ...nodes.slice(1).map((b) => b.y - GAP / 2),
    last.y + last.h + MARGIN / 2,
  ]
  const apart = (gap: number) => Math.abs(gap - wanted)
  const nearest = gaps.reduce((a, b) => (apart(b) < apart(a) ? b : a))
  return short(nearest + ((index % 5) - 2) * 2.5)
}

/** Vital: corners cut off, as those of STOP; protected: a frame in a frame; else a hairline. */
const drawn = (b: Box) => {
  const kind = b.vital ? 'vital' : b.reason === undefined ? 'free' : 'shielded'
  const middle = b.y + b.h / 2
  return html`<g class="thing ${kind}">${outline(b, kind)}<text class="name" x="${b.x + 12}" y="${short(middle + (b.reason === undefined ? 5 : -3))}">${cut(shown(b.label), b.column === 'jarvis' ? 12 : 22)}</text>${b.reason === undefined ? '' : html`<text class="why" x="${b.x + 12}" y="${short(middle + 13)}">${cut(shown(b.reason), 28)}</text>`}</g>`
}

const CORNER = 8
const outline = ({ x, y, w, h }: Box, kind: 'vital' | 'shielded' | 'free') => {
  if (kind === 'vital') {
    const [side, up] = [w - 2 * CORNER, h - 2 * CORNER]
    return html`<path d="M${x + CORNER} ${short(y)}h${side}l${CORNER} ${CORNER}v${short(up)}l-${CORNER} ${CORNER}h-${side}l-${CORNER} -${CORNER}v-${short(up)}z"/>`
  }
  const frame = html`<rect x="${x}" y="${short(y)}" width="${w}" height="${short(h)}" rx="3"/>`
  return kind === 'free'
    ? frame
    : html`${frame}<rect x="${x + 3}" y="${short(y + 3)}" width="${w - 6}" height="${short(h - 6)}" rx="2"/>`
}
