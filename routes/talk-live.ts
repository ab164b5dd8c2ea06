/**
 * Talks as panels of the live hub: whatever is told of a turn, its row is drawn anew at most five
 * times a second, once for all who look at it, and never for nobody. A talk is its owner's: for
 * everybody else it is as if there were none.
 */
import { html } from 'hono/html'
import { type Caller, covers } from '../lib/auth/auth.ts'
import { messageOf, Problem } from '../lib/errors.ts'
import type { Change, Hub } from '../lib/live/hub.ts'
import { domId } from '../views/parts/shown.ts'
import { LOG, talkLog, turnId, turnJson, turnLines, turnRow } from '../views/parts/talk.ts'
import type { FeedNeeds } from './feed.ts'
import { turnView } from './talk-view.ts'
import { emptyTalk, type TalkPart, talkOf } from './talks.ts'

export type TalkPanels = {
  /** The hub's name for what a caller wishes: `talk` = his newest, `talk-12`. Throws `forbidden`. */
  admit(name: string, caller: Caller | undefined): string
  close(): void
}

export const isTalk = (name: string) => /^talk(-\d{1,15})?$/.test(name)

/** Least time between two drawings, milliseconds. */
const PACE_MS = 200
/** Of its time a long answer may take a tenth. */
const SHARE = 10
/** As much of a talk as is followed; what is older is read on its page. */
const MOST_FOLLOWED = 30
const MOST_ON_HUD = 6

type Source = {
  name: string
  owner: Pick<Caller, 'name' | 'kind'>
  /** Undefined = whatever is his newest. */
  talk: number | undefined
  part: TalkPart
  drawn: Map<string, string>
  /** Turns of which something was told since; undefined = everything. */
  told: Set<number> | undefined
}

export const createTalkPanels = (needs: FeedNeeds, hub: Hub): TalkPanels => {
  const { clock, log, bus } = needs
  const sources = new Map<string, Source>()
  let cancel: (() => void) | undefined
  let rest = PACE_MS

  const look = (source: Source): Change | undefined => {
    const { told, drawn: before, part: old } = source
    source.told = new Set()
    const part = told ? partWith(needs, old, told) : partOf(needs, source)
    source.part = part
    source.drawn = new Map(
      part.turns.map((t) => {
        const id = turnId(t.id)
        const known = told && !told.has(t.id) ? before.get(id) : undefined
        return [id, known ?? String(turnRow(t))]
      }),
    )
    if (part.talk !== old.talk || before.size === 0) return { whole: true }
    return changeBetween(before, source.drawn)
  }

  const tell = (source: Source) => {
    try {
      const change = look(source)
      if (change) hub.changed(source.name, change)
    } catch (error) {
      source.told = undefined
      log.error('live: a talk could not be drawn', { why: messageOf(error) })
    }
  }

  const beat = () => {
    cancel = undefined
    const began = clock.now()
    const { byPanel } = hub.counts()
    for (const source of sources.values()) {
      if (!byPanel[source.name]) forget(source)
      else if (!source.told || source.told.size > 0) tell(source)
    }
    hub.flush()
    rest = Math.max(PACE_MS, (clock.now() - began) * SHARE)
  }

  const forget = ({ name }: Source) => {
    sources.delete(name)
    hub.drop(name, 'ended')
  }

  const stopListening = bus?.on('chat.changed', ({ conversation, turn }) => {
    if (sources.size === 0) return
    for (const source of sources.values()) {
      const isShown = source.part.talk === conversation
      if (isShown && turn > 0) source.told?.add(turn)
      // Another talk may be the newest now, and a talk that was renamed or deleted is read anew.
      else if (isShown || source.talk === undefined) source.told = undefined
    }
    cancel ??= clock.after(rest, beat)
  })

  return {
    admit(wish, caller) {
      if (!caller || caller.kind === 'wall' || !covers(caller.scope, 'operate'))
        throw new Problem('forbidden', 'Talks are for whoever may act.')
      const talk = wish === 'talk' ? undefined : Number(wish.slice('talk-'.length))
      const name = domId(`talk-${talk ?? 'newest'}-of`, caller.name)
      const known = sources.get(name)
      const source: Source = known ?? {
        name,
        owner: { name: caller.name, kind: caller.kind },
        talk,
        part: { turns: [], empty: html`` },
        drawn: new Map(),
        told: undefined,
      }
      if (!known) {
        sources.set(name, source)
        hub.panel(name, facesOf(source))
      }
      if (!source.told || source.told.size > 0) tell(source)
      if (!known) hub.changed(name, { whole: true })
      return name
    },
    close() {
      stopListening?.()
      cancel?.()
    },
  }
}

const facesOf = (source: Source) => {
  const some = (ids: readonly string[]) =>
    source.part.turns.filter((t) => ids.includes(turnId(t.id)))
  return {
    target: LOG,
    html: {
      whole: () => String(talkLog(source.part)),
      rows: (ids: readonly string[]) =>
        new Map(ids.flatMap((id) => (source.drawn.has(id) ? [[id, source.drawn.get(id)!]] : []))),
    },
    json: {
      whole: () => ({ talk: source.part.talk ?? null, turns: source.part.turns.map(turnJson) }),
      rows: (ids: readonly string[]) =>
        new Map<string, unknown>(some(ids).map((t) => [turnId(t.id), turnJson(t)])),
    },
    text: {
      whole: () => source.part.turns.map(turnLines).join(''),
      rows: (ids: readonly string[]) => new Map(some(ids).map((t) => [turnId(t.id), turnLines(t)])),
    },
  }
}

/** Never throws `not-found`: a talk that is gone, or another's, is an empty one. */
const partOf = (needs: FeedNeeds, { talk, owner }: Source): TalkPart => {
  const most = talk === undefined ? MOST_ON_HUD : MOST_FOLLOWED
  try {
    return talkOf(needs, owner, talk, most)
  } catch (error) {
    if (error instanceof Problem && error.kind === 'not-found')
      return { turns: [], empty: emptyTalk('There is no such talk any more.') }
    throw error
  }
}

/** Only what was told of is read again. */
const partWith = (needs: FeedNeeds, part: TalkPart, told: ReadonlySet<number>): TalkPart => {
  const most = part.most ?? MOST_FOLLOWED
  const known = new Map(part.turns.map((t) => [t.id, t]))
  for (const id of told) {
    const turn = needs.chat?.turn(id)
    if (turn) known.set(id, turnView(needs, turn))
    else known.delete(id)
  }
  return { ...part, turns: [...known.values()].sort((a, b) => a.id - b.id).slice(-most) }
}

/** New turns stand behind the last one, old ones leave at the top; anything else is told whole. */
const changeBetween = (
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Change | undefined => {
  const removed = [...before.keys()].filter((id) => !now.has(id))
  const rows = [...now].filter(([id, row]) => before.has(id) && before.get(id) !== row)
  const ids = [...now.keys()]
  const added = ids.flatMap((id, i) =>
    before.has(id) ? [] : i === 0 ? undefined : [{ id, after: ids[i - 1]! }],
  )
  if (added.includes(undefined)) return { whole: true }
  if (rows.length + removed.length + added.length === 0) return undefined
  return {
    rows: rows.map(([id]) => id),
    added: added.filter((a) => a !== undefined),
    removed,
  }
}
