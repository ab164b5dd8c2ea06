/**
 * The screens of terminals as text that follows, for tablets, readers and `curl -N`. A host is asked
 * while somebody looks: each second as long as something moves, else every three; never for nobody.
 */
import { isWithin, seconds } from '../lib/clock.ts'
import { asProblem } from '../lib/errors.ts'
import { timeOfDay } from '../lib/format.ts'
import { createHub } from '../lib/live/hub.ts'
import { plainScreen } from '../views/pages/terminal.ts'
import {
  type ScreenView,
  sameScreen,
  screenFrame,
  screenJson,
  screenPage,
  screenText,
} from '../views/screen.ts'
import { type Ctx, varies } from './answer.ts'
import { callerIn } from './deeds.ts'
import type { FeedNeeds } from './feed.ts'
import type { Needs } from './needs.ts'
import { assetsOf } from './static.ts'
import { createStreams } from './streams.ts'
import { living, terminalsOf } from './terminals.ts'

const LINES = 200
const MOVES_MS = seconds(1)
const RESTS_MS = seconds(3)
/** It moves while it has changed within this time. */
const MOVED_MS = seconds(20)
/** How soon a page without a script comes again. */
const REFRESH_S = 5

export type Screens = {
  /** `GET /terminals/:id/live?as=json|text|wall` */
  open(c: Ctx): Promise<Response>
  check(): void
  close(): Promise<void>
}

type Reader = { view: ScreenView; changedAt: number; cancel?: () => void }

export const createScreens = (needs: FeedNeeds): Screens => {
  const { clock, log } = needs
  const beat = () => {
    const now = clock.now()
    return JSON.stringify({ now, good: true, every: RESTS_MS, at: { live: now } })
  }
  const hub = createHub({ clock, log, beat })
  const streams = createStreams(needs, hub)
  const readers = new Map<string, Reader>()

  const forget = (name: string) => {
    readers.delete(name)
    hub.drop(name, 'ended')
  }
  const look = async (name: string, id: string, reader: Reader) => {
    if (!hub.counts().byPanel[name]) return forget(name)
    const before = reader.view
    const view = await viewOf(needs, id)
    if (readers.get(name) !== reader) return
    reader.view = view
    if (!sameScreen(before, view)) {
      reader.changedAt = clock.now()
      hub.changed(name, { whole: true })
    }
    if (view.over) forget(name)
    else follow(name, id, reader)
  }
  const follow = (name: string, id: string, reader: Reader) => {
    const moves = isWithin(reader.changedAt, MOVED_MS, clock.now())
    reader.cancel = clock.after(moves ? MOVES_MS : RESTS_MS, () => void look(name, id, reader))
  }
  const read = async (name: string, id: string) => {
    if (readers.has(name)) return
    const view = await viewOf(needs, id)
    if (readers.has(name)) return
    const reader: Reader = { view, changedAt: clock.now() }
    readers.set(name, reader)
    hub.panel(
      name,
      facesOf(reader, () => clock.now()),
    )
    follow(name, id, reader)
  }

  return {
    async open(c) {
      const terminals = terminalsOf(needs)
      const { id } = living(terminals.find(c.req.param('id') ?? ''))
      if (c.req.method === 'HEAD') return c.body(null, 200)
      const name = `screen-${id}`
      await read(name, id)
      const leave = terminals.visit(id, callerIn(c))
      try {
        return streams.open(c, name, leave)
      } catch (error) {
        leave()
        throw error
      }
    },
    check: streams.check,
    close() {
      streams.close()
      for (const { cancel } of readers.values()) cancel?.()
      readers.clear()
      return hub.close()
    },
  }
}

/** It is told whole: a line more moves all the others. */
const facesOf = (reader: Reader, now: () => number) => {
  const whole = <T>(say: () => T) => ({ whole: say, rows: () => new Map<string, T>() })
  return {
    target: 'wall',
    wall: whole(() => String(screenFrame(reader.view, now()))),
    text: whole(() => screenText(reader.view)),
    json: whole<unknown>(() => screenJson(reader.view)),
  }
}

/** Never throws: what goes wrong is told in place of the screen. */
const viewOf = async (needs: FeedNeeds, id: string): Promise<ScreenView> => {
  const { clock, config, version } = needs
  const at = clock.now()
  const now = { id, at, clock: timeOfDay(at, config.timeZone), version, text: '', over: false }
  try {
    const terminals = terminalsOf(needs)
    const { name, label, endedAt, endedWhy } = terminals.find(id)
    const view = { ...now, name, label }
    if (endedAt !== undefined) return { ...view, trouble: endedWhy ?? 'It has ended.', over: true }
    return await terminals.text(id, LINES).then(
      (text) => ({ ...view, text: plainScreen(text) }),
      (error) => ({ ...view, trouble: asProblem(error).message }),
    )
  } catch (error) {
    return { ...now, name: id, label: 'a terminal', trouble: asProblem(error).message, over: true }
  }
}

/** `GET /terminals/:id/screen`: the page; `?part=screen` is its frame alone, also of one that has ended. */
export const showScreen = (needs: Needs) => async (c: Ctx) => {
  const id = c.req.param('id') ?? ''
  const isPart = c.req.query('part') !== undefined
  if (!isPart) living(terminalsOf(needs).find(id))
  const view = await viewOf(needs, id)
  const now = needs.clock.now()
  varies(c)
  if (isPart) return c.html(screenFrame(view, now))
  const { url } = assetsOf(needs.config.root)
  const files = { css: url('screen.css'), script: url('wall.js'), refreshS: REFRESH_S }
  return c.html(screenPage(view, now, files))
}
