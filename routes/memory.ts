/**
 * The memory over HTTP: read by whoever may act, changed by a person before a browser. A token tells
 * the house something through the tool `remember`, where its taint is known.
 */
import { Problem } from '../lib/errors.ts'
import type { Entry, Who } from '../lib/memory/entry.ts'
import type { Memory } from '../lib/memory/memory.ts'
import { isTier, rememberable, type Tier, tierNames, tiers, UNDO_MS } from '../lib/memory/tiers.ts'
import { paths } from '../lib/paths.ts'
import { type MemoryPage, memoryPage, type Shelf } from '../views/pages/memory.ts'
import {
  type MemoryEntryPage,
  memoryEntryPage,
  memoryEntryText,
} from '../views/pages/memory-entry.ts'
import type { Fault } from '../views/pages/memory-forms.ts'
import { memoryEntryJson, memoryJson, memoryText } from '../views/pages/memory-lists.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { bodyOf, callerIn } from './deeds.ts'
import { statusOf } from './failures.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'
import { type Deed, record } from './record.ts'
import { known } from './trouble.ts'

/** So many of a tier on the page of all, on the page of the tier, and found by a search. */
const FEW = 20
const MANY = 100
const FOUND = 50

const memoryOf = ({ memory }: Needs): Memory => {
  if (memory) return memory
  throw new Problem('not-found', 'There is no memory here.')
}

/** `GET /memory`: `?q=` words, `?tier=`, `?before=` an id of that tier. */
export const showMemory = (needs: Needs) => (c: Ctx) => showForm(c, needs)

const showForm = (c: Ctx, needs: Needs) =>
  send(c, needs, {
    html: () => memoryPage(pageOf(c, needs)),
    text: () => memoryText(wholeOf(c, needs)),
    json: () => memoryJson(wholeOf(c, needs)),
  })

/** `GET /memory.md`, `.txt`, `.json`: all of it, or what the same questions find. */
export const showMemoryFile = (needs: Needs, as: 'md' | 'txt' | 'json') => (c: Ctx) => {
  const page = wholeOf(c, needs)
  c.header('Content-Disposition', `inline; filename="memory.${as}"`)
  if (as === 'json') return sendJson(c, memoryJson(page))
  if (as === 'txt') return sendText(c, memoryText(page))
  const file = memoryOf(needs).asMarkdown(page.found ?? page.shelves.flatMap((s) => s.entries))
  return c.body(file, 200, { 'Content-Type': 'text/markdown; charset=utf-8' })
}

/** Cut to what a page holds. */
const pageOf = (c: Ctx, needs: Needs, fault?: Fault): MemoryPage => {
  const page = wholeOf(c, needs, fault)
  const { tier, before = Number.POSITIVE_INFINITY } = page.wish
  const shelves = page.shelves.map((shelf) => {
    const entries = shelf.entries.filter((e) => e.id < before)
    return { ...shelf, count: entries.length, entries: entries.slice(0, tier ? MANY : FEW) }
  })
  return { ...page, shelves }
}

const wholeOf = (c: Ctx, needs: Needs, fault?: Fault): MemoryPage => {
  const memory = memoryOf(needs)
  const wish = wishOf(c)
  const all = memory.everything()
  const isWanted = (e: Entry) => wish.tier === undefined || e.tier === wish.tier
  const shelves = tierNames.flatMap((tier): Shelf[] => {
    const entries = all.filter((e) => e.tier === tier && isWanted(e))
    const { title, what } = tiers[tier]
    return entries.length === 0 ? [] : [{ tier, title, what, count: entries.length, entries }]
  })
  return {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    wish,
    shelves,
    found: wish.q === undefined ? undefined : memory.search(wish.q, FOUND).filter(isWanted),
    total: all.length,
    forgotten: memory.forgotten(),
    undoMs: UNDO_MS,
    titles: Object.fromEntries(tierNames.map((t) => [t, tiers[t].title])) as Record<Tier, string>,
    may: isPerson(c),
    fault,
  }
}

/** A form sends its empty fields too; they ask for nothing. */
const wishOf = (c: Ctx): MemoryPage['wish'] => {
  const { q, tier, before } = c.req.query()
  if (tier && !isTier(tier))
    throw new Problem('invalid', 'There is no such tier.', {
      details: { tier: `expected one of ${tierNames.join(', ')}` },
    })
  if (before && !/^\d{1,15}$/.test(before))
    throw new Problem('invalid', 'That is no entry.', { details: { before: 'expected an id' } })
  return {
    q: q?.trim() ? q : undefined,
    tier: (tier || undefined) as Tier | undefined,
    before: before ? Number(before) : undefined,
  }
}

/** `GET /memory/:id` */
export const showMemoryEntry = (needs: Needs) => (c: Ctx) => {
  const page = entryPageOf(c, needs)
  return send(c, needs, {
    html: () => memoryEntryPage(page),
    text: () => memoryEntryText(page),
    json: () => ({
      ...memoryEntryJson(page.entry),
      before: page.before.map(memoryEntryJson),
    }),
  })
}

const entryPageOf = (c: Ctx, needs: Needs, fault?: Fault): MemoryEntryPage => {
  const memory = memoryOf(needs)
  const entry = memory.find(idIn(c))
  return {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    entry,
    title: tiers[entry.tier].title,
    before: memory.before(entry.id),
    hasSubject: !entry.tainted && (rememberable as readonly string[]).includes(entry.tier),
    may: isPerson(c),
    fault,
  }
}

/** `POST /memory` with `tier` (preference or fact), `text`, and `about` and `key` if it has them. */
export const addMemory = (needs: Needs) => async (c: Ctx) => {
  const who = personIn(c)
  const typed = await bodyOf(c)
  const told = await known(tell(memoryOf(needs), typed, who))
  if (told.problem) {
    if (formOf(c) !== 'html') throw told.problem
    const page = memoryPage(pageOf(c, needs, faultOf(told.problem, typed)))
    return sendPage(c, needs, { ...page, status: statusOf[told.problem.kind] as 422 })
  }
  const { entry } = told.value
  record(c, needs, 'memory.remember', 'done', { id: entry.id, tier: entry.tier })
  return settled(c, entry, `${paths.memory()}#memory-${entry.id}`, 201)
}

const tell = async (memory: Memory, typed: Record<string, string>, who: Who) => {
  const { tier = 'preference', text = '', about, key } = typed
  if (tier !== 'preference' && tier !== 'fact')
    throw new Problem('invalid', 'By hand one tells a preference or a fact.', {
      details: { tier: 'expected preference or fact' },
    })
  return memory.remember(
    {
      tier,
      text,
      about: about?.trim(),
      key: key?.trim(),
      source: who.name,
      confidence: 1,
      tainted: false,
    },
    who,
  )
}

/** `POST /memory/:id` with `text`, `about`, `key`; what is not sent stays. */
export const editMemory = (needs: Needs) => async (c: Ctx) => {
  const who = personIn(c)
  const typed = await bodyOf(c)
  const { text, about, key } = typed
  const memory = memoryOf(needs)
  const { id } = memory.find(idIn(c))
  const done = await known((async () => memory.edit(id, { text, about, key }, who))())
  if (done.problem) {
    if (formOf(c) !== 'html') throw done.problem
    const page = memoryEntryPage(entryPageOf(c, needs, faultOf(done.problem, typed)))
    return sendPage(c, needs, { ...page, status: statusOf[done.problem.kind] as 422 })
  }
  record(c, needs, 'memory.edit', 'done', { id })
  return settled(c, done.value, paths.memoryEntry(id))
}

/** `POST /memory/:id/pin`; with `on=0` it is not pinned any more. */
export const pinMemory = (needs: Needs) => async (c: Ctx) => {
  const { on = '1' } = await bodyOf(c)
  const isOff = on === '0'
  return act(c, needs, isOff ? 'memory.unpin' : 'memory.pin', (memory, id, who) =>
    isOff ? memory.unpin(id, who) : memory.pin(id, who),
  )
}

/** `POST /memory/:id/verify`: it is still so. */
export const verifyMemory = (needs: Needs) => (c: Ctx) =>
  act(c, needs, 'memory.verify', (memory, id, who) => memory.verify(id, who))

/** `POST /memory/:id/forget` */
export const forgetMemory = (needs: Needs) => (c: Ctx) =>
  act(c, needs, 'memory.forget', (memory, id, who) => memory.forget(id, who))

/** `POST /memory/:id/restore`: within ten minutes. */
export const restoreMemory = (needs: Needs) => (c: Ctx) =>
  act(c, needs, 'memory.restore', (memory, id) => memory.bringBack(id))

const act = (
  c: Ctx,
  needs: Needs,
  what: Deed,
  work: (memory: Memory, id: number, who: Who) => Entry,
) => {
  const who = personIn(c)
  const entry = work(memoryOf(needs), idIn(c), who)
  record(c, needs, what, 'done', { id: entry.id })
  return settled(
    c,
    entry,
    entry.forgotten ? paths.memory() : `${paths.memory()}#memory-${entry.id}`,
  )
}

const settled = (c: Ctx, entry: Entry, at: string, status: 200 | 201 = 200) => {
  varies(c)
  if (formOf(c) === 'html') return c.redirect(at, 303)
  return sendJson(c, memoryEntryJson(entry), status)
}

const faultOf = ({ message, details = {} }: Problem, typed: Record<string, string>): Fault => ({
  message,
  details,
  typed,
})

const idIn = (c: Ctx): number => {
  const id = c.req.param('id') ?? ''
  return /^\d{1,15}$/.test(id) ? Number(id) : 0
}

const isPerson = (c: Ctx) => callerIn(c).kind === 'person'

/** Throws `forbidden` for whoever is no person. */
const personIn = (c: Ctx): Who => {
  const { kind, name } = callerIn(c)
  if (kind === 'person') return { name, kind }
  throw new Problem('forbidden', 'Only a person changes what I remember, not a token.', {
    next: 'Log in with a browser.',
  })
}
