/**
 * The live hub: rooms say which rows changed, and each of them is rendered once, framed once,
 * compressed once and written to everybody who looks. It knows bytes and panels, not clusters.
 * It refuses to send what did not change and to wait for whoever does not read.
 */
import { type Clock, isWithin } from '../clock.ts'
import { Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import { createDraw, drawnOnce, type LivePanel, wholeMark } from './draw.ts'
import { createGroups, type Group, type Counts as GroupCounts } from './groups.ts'
import {
  checkedId,
  eventOf,
  type Form,
  forms,
  greetingOf,
  heartbeatOf,
  messageOf,
} from './messages.ts'
import { type Parcel, parcel } from './packet.ts'
import { createRecent, type Mark, type Marks, newMark } from './recent.ts'
import { createViewer, type Sink, type Viewer } from './viewer.ts'

/** What became of a panel. A row that was marked and is not there any more counts as removed. */
export type Change = {
  rows?: readonly string[]
  /** New rows and the row that each stands behind; a new first row, or a new order, is `whole`. */
  added?: readonly { id: string; after: string }[]
  removed?: readonly string[]
  whole?: boolean
}

/** What somebody wants to look at. */
export type Want = {
  panels: readonly string[]
  form: Form
  gzip: boolean
  lastEventId?: string | undefined
  /** Whose stream it is (a session, a token), for `dismiss`. */
  owner?: string | undefined
  /** How many streams the owner may have: a further one takes the place of the oldest. */
  mostOfOwner?: number | undefined
}

/** `updates` and `dropped` (viewers let go for not reading) count since the start. */
export type Counts = GroupCounts & { updates: number; dropped: number }

export type Hub = {
  panel(name: string, panel: LivePanel): void
  /** Told to everybody at the next beat. */
  changed(name: string, change: Change): void
  /** Tells now what waits, so that a deed's row is on its way before the deed is answered. */
  flush(): void
  /** A named event to everybody, or to some; a viewer who does not read misses it. */
  tell(event: string, data: string, to?: { owner?: string; form?: Form }): void
  /** Says `event` to an owner's streams and ends them; how many there were. */
  dismiss(owner: string, event: string, data?: string): number
  /** Opens a stream; `open` is called when the wish is in order. Throws not-found, busy. */
  join(want: Want, open: () => Sink): void
  /** Says `event` to all who look at a panel, ends their streams, and forgets the panel. */
  drop(name: string, event: string): void
  counts(): Counts
  /** Whether anybody looks. */
  isWatched(): boolean
  /** Whose streams are open. */
  owners(): string[]
  /** Ends every stream; resolves when all are closed, at most `graceMs` later. */
  close(): Promise<void>
}

export type HubNeeds = {
  clock: Clock
  log: Log
  heartbeatMs?: number
  /** What the heartbeat says, as the data of an event `beat`, to newcomers too; silent without it. */
  beat?: (() => string) | undefined
  /** Bytes that a viewer may leave unread. */
  capBytes?: number
  dropAfterMs?: number
  /** How long changes are gathered. */
  beatMs?: number
  /** How many streams may be open. */
  most?: number
  graceMs?: number
}

/** A whole frame is kept this long while nothing changes: a crowd that reconnects shares it. */
const WHOLE_MS = 1000

export const createHub = (needs: HubNeeds): Hub => {
  const { clock, log, heartbeatMs = 15_000, beatMs = 100, most = 1000, graceMs = 1000 } = needs
  const { capBytes = 1 << 20, dropAfterMs = 60_000, beat } = needs
  const panels = new Map<string, LivePanel>()
  const groups = createGroups(panels)
  const recent = createRecent()
  const draw = createDraw(panels, log, (name) => {
    markOf(name).whole = true
  })
  // A restarted server counts anew: its ids must not look like those of the one before.
  const epoch = clock.now().toString(36)
  let seq = 0
  let pending: Marks = new Map()
  let cancelBeat: (() => void) | undefined
  let cancelHeartbeat: (() => void) | undefined
  let dropped = 0
  let joined = 0
  let isClosing = false
  let closed = () => {}

  const id = () => `${epoch}-${seq}`

  const markOf = (name: string): Mark => {
    const mark = pending.get(name) ?? newMark()
    pending.set(name, mark)
    return mark
  }

  const flush = () => {
    cancelBeat?.()
    cancelBeat = undefined
    if (pending.size === 0 || isClosing) return
    const marks = pending
    pending = new Map()
    seq += 1
    recent.push(seq, marks)
    const drawn = drawnOnce(draw, marks)
    for (const { form, names, viewers } of groups.all()) {
      const pieces = names.filter((name) => marks.has(name)).map((name) => drawn(name, form))
      const text = messageOf(form, pieces, id())
      if (text) sendAll(viewers, text)
    }
  }

  const sendAll = (viewers: Iterable<Viewer>, text: string) => {
    const shared = parcel(text)
    for (const viewer of viewers) viewer.send(shared)
  }

  const heartbeat = () => {
    cancelHeartbeat = undefined
    const words = beat?.()
    for (const { form, viewers } of groups.all()) sendAll(viewers, heartbeatOf(form, words))
    if (groups.size() > 0 && !isClosing) cancelHeartbeat = clock.after(heartbeatMs, heartbeat)
  }

  const wholeOf = (group: Group): Parcel => {
    const now = clock.now()
    if (group.whole && isWithin(group.whole.at, WHOLE_MS, now)) return group.whole.parcel
    const pieces = group.names.map((name) => draw(name, group.form, wholeMark))
    const made = parcel(messageOf(group.form, pieces, id()))
    group.whole = { at: now, parcel: made }
    return made
  }

  /** The rows since the update that he saw last, or the whole. */
  const firstFrame = (group: Group, lastEventId = ''): Parcel => {
    const [, theirs, number] = /^(\w+)-(\d{1,15})$/.exec(lastEventId) ?? []
    const marks = theirs === epoch ? recent.since(Number(number), group.names) : undefined
    if (!marks) return wholeOf(group)
    const pieces = [...marks].map(([name, mark]) => draw(name, group.form, mark))
    return parcel(messageOf(group.form, pieces, id()))
  }

  const viewerFor = (group: Group, want: Want, sink: Sink) =>
    createViewer({
      sink,
      clock,
      capBytes,
      dropAfterMs,
      form: want.form,
      gzip: want.gzip,
      owner: want.owner,
      since: ++joined,
      whole: () => wholeOf(group),
      onDrop() {
        dropped += 1
        log.info('live: a viewer who does not read was let go', { form: want.form })
      },
    })

  const owned = (owner: string) => groups.viewers().filter((viewer) => viewer.owner === owner)

  const dismissed = (viewers: Viewer[], event: string, data: string) => {
    for (const viewer of viewers) {
      viewer.send(parcel(eventOf(viewer.form, event, data)))
      viewer.end()
    }
    return viewers.length
  }

  /** A browser opens six connections to a house, and its pages need some of them for other things. */
  const makeRoom = ({ owner, mostOfOwner }: Want) => {
    if (owner === undefined || mostOfOwner === undefined) return
    const theirs = owned(owner).sort((a, b) => a.since - b.since)
    dismissed(theirs.slice(0, Math.max(0, theirs.length - mostOfOwner + 1)), 'crowded', '')
  }

  const gone = (group: Group, viewer: Viewer) => {
    groups.leave(group, viewer)
    if (groups.size() > 0) return
    cancelHeartbeat?.()
    cancelHeartbeat = undefined
    closed()
  }

  return {
    panel(name, panel) {
      checkedId(panel.wallTarget ?? panel.target)
      panels.set(name, { ...panel, target: checkedId(panel.target) })
    },

    changed(name, { rows = [], added = [], removed = [], whole = false }) {
      if (!panels.has(name)) throw new Problem('broken', `Nobody registered the panel ${name}.`)
      if (!whole && rows.length + added.length + removed.length === 0) return
      const mark = markOf(name)
      mark.whole ||= whole
      for (const id of rows) if (!mark.rows.has(id)) mark.rows.set(checkedId(id), 'changed')
      for (const id of removed) mark.rows.set(checkedId(id), 'removed')
      for (const { id, after } of added) {
        // Gone and back within a beat: where its old element stands is not known any more.
        if (mark.rows.has(id)) mark.whole = true
        mark.rows.set(checkedId(id), { after: checkedId(after) })
      }
      for (const group of groups.all()) if (group.names.includes(name)) group.whole = undefined
      if (!isClosing) cancelBeat ??= clock.after(beatMs, flush)
    },

    flush,

    tell(event, data, { owner, form: only } = {}) {
      const theirs = groups.viewers().filter((v) => owner === undefined || v.owner === owner)
      for (const form of only ? [only] : forms)
        sendAll(
          theirs.filter((v) => v.form === form),
          eventOf(form, event, data),
        )
    },

    dismiss: (owner, event, data = '') => dismissed(owned(owner), event, data),

    drop(name, event) {
      flush()
      const theirs = [...groups.all()].filter(({ names }) => names.includes(name))
      dismissed(
        theirs.flatMap(({ viewers }) => [...viewers]),
        event,
        '',
      )
      panels.delete(name)
    },

    isWatched: () => groups.size() > 0,

    owners: () => [...new Set(groups.viewers().flatMap(({ owner }) => owner ?? []))],

    join(want, open) {
      if (isClosing) throw new Problem('busy', 'The server is stopping.')
      if (groups.size() >= most)
        throw new Problem('busy', `${most} streams are open already.`, {
          next: 'Close some pages, or read a panel now and then instead.',
        })
      const group = groups.of(want)
      makeRoom(want)
      // What waits is told before: the newcomer's whole holds it already.
      flush()
      const sink = open()
      const viewer = viewerFor(group, want, sink)
      groups.enter(group, viewer)
      sink.onClose(() => gone(group, viewer))
      viewer.send(parcel(greetingOf(want.form)))
      viewer.send(firstFrame(group, want.lastEventId))
      if (beat && want.form !== 'text') viewer.send(parcel(heartbeatOf(want.form, beat())))
      cancelHeartbeat ??= clock.after(heartbeatMs, heartbeat)
    },

    counts: () => ({ ...groups.counts(), updates: seq, dropped }),

    close: () =>
      new Promise((resolve) => {
        isClosing = true
        cancelBeat?.()
        if (groups.size() === 0) return resolve()
        const cancelGrace = clock.after(graceMs, () => {
          for (const viewer of groups.viewers()) viewer.destroy()
        })
        closed = () => {
          cancelGrace()
          resolve()
        }
        for (const viewer of groups.viewers()) viewer.end()
      }),
  }
}
