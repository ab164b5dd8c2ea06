/** What somebody asks of the diary: by kind, weight, subject and time; every mistake at once. */
import { Problem } from '../lib/errors.ts'
import type { EventQuery } from '../lib/events/events.ts'
import type { EventKind, Severity } from '../lib/events/kinds.ts'
import { edits } from '../lib/nearest.ts'
import { eventKinds } from '../views/panels/event-words.ts'
import { shown } from '../views/parts/shown.ts'

const DEFAULT_EVENTS = 100
const MOST_EVENTS = 1000
export const severities: Severity[] = ['info', 'good', 'warn', 'crit']
const allowed = ['since', 'before', 'kind', 'severity', 'subject', 'limit']

/** Throws `invalid` with every mistake under the name of its parameter. */
export const wantedEvents = (query: Record<string, string[]>): EventQuery => {
  const mistakes: Record<string, string> = {}
  const one = <T>(name: string, read: (text: string) => T | undefined, expected: string) => {
    const given = query[name]
    if (given === undefined) return undefined
    const value = given.length === 1 ? read(given[0]!) : undefined
    if (value === undefined)
      mistakes[name] = `expected ${expected}, got ${shown(given.join(', ')).slice(0, 60)}`
    return value
  }
  for (const name of Object.keys(query))
    if (!allowed.includes(name))
      mistakes[shown(name).slice(0, 60)] = `no such parameter; there are ${allowed.join(', ')}`
  const wanted = {
    since: one('since', momentIn, 'a moment like 2026-11-20T14:00:00Z'),
    before: one('before', whole(1, Number.MAX_SAFE_INTEGER), 'the id of an event'),
    severity: one('severity', (t) => severities.find((s) => s === t), severities.join(', ')),
    subject: one('subject', (t) => (t && t.length <= 300 ? t : undefined), 'one like guest/303'),
    limit: one('limit', whole(1, MOST_EVENTS), `a number from 1 to ${MOST_EVENTS}`),
    kinds: kindsIn(query.kind, mistakes),
  }
  if (Object.keys(mistakes).length > 0)
    throw new Problem('invalid', 'That question has mistakes.', { details: mistakes })
  return { ...wanted, limit: wanted.limit ?? DEFAULT_EVENTS }
}

export const momentIn = (text: string) => {
  const at = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isFinite(at) ? at : undefined
}

export const whole = (least: number, most: number) => (text: string) => {
  const n = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return n >= least && n <= most ? n : undefined
}

/** `kind=node.lost`, several of them, with commas, or a first word alone: `kind=node`. */
const kindsIn = (given: string[] | undefined, mistakes: Record<string, string>) => {
  if (given === undefined) return undefined
  const kinds = new Set<EventKind>()
  const unknown: string[] = []
  for (const word of given.flatMap((text) => text.split(','))) {
    const found = eventKinds.filter((k) => k === word || k.startsWith(`${word}.`))
    for (const kind of found) kinds.add(kind)
    if (found.length === 0) unknown.push(word)
  }
  if (unknown.length > 0)
    mistakes.kind = unknown
      .slice(0, 10)
      .map((word) => `no kind ${shown(word).slice(0, 60)}; the nearest is ${nearest(word)}`)
      .join('; ')
  return [...kinds]
}

const nearest = (word: string) =>
  eventKinds.reduce((best, kind) => (edits(word, kind) < edits(word, best) ? kind : best))
