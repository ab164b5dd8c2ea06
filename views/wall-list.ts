/** One panel for the wall: its rows as a list, what is not well first where there is no room for all. */
import type { Picture } from '../lib/cluster/picture.ts'
import { timeOfDay } from '../lib/format.ts'
import type { WallPanel } from '../lib/paths.ts'
import type { Extra } from './panels/panel.ts'
import { wallPanels } from './panels/wall-rows.ts'
import type { Frame } from './parts/frame.ts'
import { cut } from './parts/shown.ts'
import { type Column, columns } from './parts/table.ts'
import { letterOf, type WallList, type WallRow } from './parts/wall.ts'
import { byNeed, headOf } from './wall.ts'

/** Rows of 58 px below the band and the title. */
const MOST_ROWS = 9
const NOTE_COLUMNS = 70

export const wallListOf = (name: WallPanel, picture: Picture, extra: Extra): WallList => {
  const { frame, rows: all } = wallPanels[name](picture, extra)
  const isNow = frame.state === 'fresh'
  // A sign of another time is no sign.
  const rows: WallRow[] = isNow ? all : all.map((r) => ({ ...r, sign: 'unknown' }))
  const note = noteOf(frame, extra)
  const room = note ? MOST_ROWS - 1 : MOST_ROWS
  const fits = rows.length <= room
  // Events and tasks have an order of their own: the newest.
  const sorted = fits || name === 'events' || name === 'tasks' ? rows : byNeed(rows)
  const left = fits ? [] : sorted.slice(room - 1)
  return {
    ...headOf(picture, extra),
    title: frame.title,
    count: cut(frame.count, 52),
    note,
    rows: fits ? sorted : sorted.slice(0, room - 1),
    more: left.length > 0 ? { count: left.length, sign: byNeed(left)[0]!.sign } : undefined,
  }
}

/** Why there are no rows, or what is wrong with them. */
const noteOf = (f: Frame, { timeZone }: Extra): string | undefined => {
  const since =
    f.at === undefined ? 'Not heard yet.' : `Last heard at ${timeOfDay(f.at, timeZone)}.`
  const words = f.state === 'fresh' ? [f.empty ?? f.notes[0]] : [since, f.notes[0], f.empty]
  return cut(words.filter(Boolean).join(' '), NOTE_COLUMNS) || undefined
}

const listColumns: Column<WallRow>[] = [
  { head: '', cell: (r) => letterOf(r.sign) },
  { head: '', cell: (r) => r.name, most: 40 },
  { head: '', cell: (r) => r.words, most: 80 },
  { head: '', cell: (r) => r.figures.join('  ') },
]

/** The same for a terminal; ends with a newline. */
export const wallListText = (w: WallList): string =>
  [
    [w.sentence, w.rest].filter(Boolean).join('\n'),
    `${w.title}  ${w.count}`.trimEnd(),
    w.note,
    w.rows.length > 0 ? columns(listColumns, w.rows).slice(1).join('\n') : undefined,
    w.more && `${letterOf(w.more.sign)}  ${w.more.count} more`,
  ]
    .filter(Boolean)
    .join('\n')
    .concat('\n')
