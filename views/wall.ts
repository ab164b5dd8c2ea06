/**
 * What the wall says of a picture: the rule's sentence, the nodes, six names, two lines of news. Where
 * there is more than a screen holds, what is not well comes first and the rest is counted.
 */
import type { GuestState, Picture, StorageState } from '../lib/cluster/picture.ts'
import { DASH, timeOfDay } from '../lib/format.ts'
import { wordsOf } from './panels/event-words.ts'
import type { EventLine, Extra } from './panels/panel.ts'
import { cut, shown, width } from './parts/shown.ts'
import { type Column, columns } from './parts/table.ts'
import type {
  Band,
  Wall,
  WallHead,
  WallMoment,
  WallName,
  WallNode,
  WallSign,
} from './parts/wall.ts'
import { letterOf } from './parts/wall.ts'
import { moment, part } from './parts/words.ts'
import { type Sentence, sentenceOf, type Tone } from './sentence.ts'
import { FULL, isSilent, tilesOf } from './wall-tiles.ts'

const MOST_NAMES = 6
/** What fits into a line at 34 px beside the clock, and across the page. */
const REST_COLUMNS = 54
const NEWS_COLUMNS = 72

export const wallOf = (picture: Picture, extra: Extra): Wall => {
  const head = headOf(picture, extra)
  return {
    ...head,
    nodes: tilesOf(picture, extra.now),
    names: namesOf(picture, extra.now),
    news: newsOf(picture, extra, head.band),
  }
}

/** The moment of a look; `version` is the program's. */
export const wallMoment = (picture: Picture, extra: Extra, version: string): WallMoment => ({
  now: extra.now,
  at: picture.parts.resources.at,
  clock: timeOfDay(extra.now, extra.timeZone),
  version,
})

const bands: Record<Tone, Band> = { well: 'well', attention: 'amber', lost: 'red', unseen: 'grey' }

/** The sentence, cut to a headline that is read from the door and a line below. */
export const headOf = (picture: Picture, extra: Extra): WallHead => {
  const { now, timeZone, stopped, trouble } = extra
  const sentence = sentenceOf(picture, { now, timeZone, stopped, trouble })
  const { headline, left } = splitOf(sentence)
  // An age that nobody counts on would be wrong a second later: the moment stays true.
  const since = isSilent(picture, now)
    ? [`Not since ${moment(picture.parts.resources.at!, extra)}.`]
    : []
  const rest = [...since, ...left.filter((s) => since.length === 0 || !s.startsWith('Last heard'))]
  return {
    band: bands[sentence.tone],
    sentence: cut(headline, 92),
    rest: fitted(rest),
  }
}

/** Whole sentences, as many as there is room for. */
const fitted = ([first = '', ...others]: string[]): string => {
  let line = cut(first, REST_COLUMNS)
  for (const other of others) {
    if (width(line) + 1 + width(other) <= REST_COLUMNS) line = `${line} ${other}`.trim()
  }
  return line
}

const splitOf = ({ first, rest, tone }: Sentence) => {
  const said = sentences(first)
  const others = sentences(rest)
  if (tone === 'well')
    return {
      headline: 'All is well.',
      left: [...said.filter((s) => s !== 'Nothing waits for you.'), ...others],
    }
  // In front of what is wanted stands that the nodes are up, which is not what the door must tell.
  const at = tone === 'attention' ? said.length - 1 : 0
  const left = [...said.filter((_, i) => i !== at), ...others]
  // The moment is for the second line: the shorter the headline, the farther it is read.
  const [, what, when] = /^(.+) since (.+)$/.exec(said[at] ?? '') ?? []
  return what
    ? { headline: `${what}.`, left: [`Since ${when}`, ...left] }
    : { headline: said[at] ?? '', left }
}

const sentences = (text: string) => text.split(/(?<=[.!?]) +/).filter(Boolean)

const namesOf = (picture: Picture, now: number): WallName[] => {
  const silent = isSilent(picture, now)
  const guests = picture.guests
    .filter((g) => !g.template)
    .map((g) => ({ text: cut(shown(g.name, String(g.vmid)), 30), sign: guestSign(g, silent) }))
  const storage = fullest(picture, silent)
  const room = MOST_NAMES - (storage ? 1 : 0)
  const fitted = guests.length <= room ? guests : [...chosen(guests, room)]
  return storage ? [...fitted, storage] : fitted
}

export const guestSign = (g: GuestState, silent: boolean): WallSign => {
  if (silent || g.condition === 'unknown') return 'unknown'
  if (g.condition === 'running') return 'well'
  return g.condition === 'stopped' ? 'off' : 'attention'
}

/** What is not well first; then those that run, then those that do not. */
const ranks: Record<WallSign, number> = { failed: 0, attention: 1, unknown: 2, well: 3, off: 4 }
export const byNeed = <T extends { sign: WallSign }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => ranks[a.sign] - ranks[b.sign])

const chosen = (all: WallName[], room: number): WallName[] => {
  const sorted = byNeed(all)
  const left = sorted.slice(room - 1)
  const unwell = left.filter((n) => ranks[n.sign] < ranks.well)
  // The count is of those that the sign is true of.
  const of = unwell.length > 0 ? unwell : left
  return [...sorted.slice(0, room - 1), { text: `${of.length} more`, sign: of[0]!.sign }]
}

/** The storage that matters most: one that is gone, else the fullest. */
const fullest = ({ storages, nodes }: Picture, silent: boolean): WallName | undefined => {
  const away = new Set(nodes.filter((n) => n.reach !== 'online').map((n) => n.name))
  const seen = storages.filter((s) => !s.nodes.every((n) => away.has(n)))
  const use = (s: StorageState) => (s.condition === 'available' ? (part(s.use) ?? 0) : 2)
  const [worst] = [...seen].sort((a, b) => use(b) - use(a))
  if (!worst) return undefined
  const text = cut(shown(worst.storage), 20)
  const share = part(worst.use)
  if (silent || worst.condition !== 'available') return { text, sign: 'unknown' }
  if (share === undefined) return undefined
  return {
    text,
    sign: share >= FULL ? 'attention' : 'well',
    figure: `${Math.round(share * 100)}%`,
  }
}

const newsOf = (picture: Picture, extra: Extra, band: Band): string[] => {
  const lines = [...runningWords(picture, extra), ...eventLines(extra)].slice(0, 2)
  if (lines.length > 0) return lines.map((line) => cut(line, NEWS_COLUMNS))
  return band === 'well' ? ['Nothing to report. I shall try to contain my disappointment.'] : []
}

const taskWords: Record<string, string> = {
  vzdump: 'Backup',
  qmstart: 'Start',
  vzstart: 'Start',
  qmshutdown: 'Shutdown',
  vzshutdown: 'Shutdown',
  qmreboot: 'Restart',
  vzreboot: 'Restart',
  qmigrate: 'Migration',
  vzmigrate: 'Migration',
  qmsnapshot: 'Snapshot',
  vzsnapshot: 'Snapshot',
  qmclone: 'Copy',
  vzclone: 'Copy',
}

const runningWords = ({ tasks, guests }: Picture, { timeZone }: Extra): string[] =>
  tasks
    .filter((t) => t.outcome === 'running')
    .map((t) => {
      const guest = guests.find((g) => String(g.vmid) === t.object)
      const what = Object.hasOwn(taskWords, t.type) ? taskWords[t.type] : shown(t.type)
      const of = guest ? shown(guest.name, t.object) : t.object ? shown(t.object) : shown(t.node)
      return `${what} of ${of} runs since ${timeOfDay(t.start, timeZone)}.`
    })

/** Who came in, and from where, is nobody's business in a hall. */
const isForHalls = ({ kind, severity }: EventLine) =>
  severity !== 'info' && !/^(session|token)\./.test(kind)

const eventLines = (extra: Extra): string[] =>
  extra.events
    .filter(isForHalls)
    .slice(0, 2)
    .map((e) => `${moment(e.at, extra)} ${wordsOf(e.kind, e.payload)}`)

/** The same for a terminal; ends with a newline. */
export const wallText = (w: Wall): string => {
  const nodes = columns(nodeColumns, w.nodes).slice(1)
  const names = w.names.map((n) => [letterOf(n.sign), n.text, n.figure].filter(Boolean).join(' '))
  return [
    [w.sentence, w.rest].filter(Boolean).join('\n'),
    nodes.join('\n'),
    names.join('   '),
    w.news.join('\n'),
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

const nodeColumns: Column<WallNode>[] = [
  { head: '', cell: (n) => letterOf(n.sign) },
  { head: '', cell: (n) => n.name },
  { head: '', cell: (n) => `CPU ${n.cpu === undefined ? DASH : `${n.cpu} %`}` },
  { head: '', cell: (n) => `RAM ${n.ram}` },
  { head: '', cell: (n) => (n.foot ? `${n.foot.word} ${n.foot.figure}` : '') },
]
