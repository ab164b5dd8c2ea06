/** What somebody asks of the audit trail: by its filters, by time, by words; every mistake at once. */
import { facets, phrase, type Wanted } from '../lib/audit/search.ts'
import { Problem } from '../lib/errors.ts'
import { shown } from '../views/parts/shown.ts'
import { momentIn, whole } from './wanted-events.ts'

export type AuditWish = {
  wanted: Wanted
  before: number | undefined
  limit: number
  /** As it was asked, for the form and the links. */
  query: Record<string, string>
}

const DEFAULT_ACTS = 50
const MOST_ACTS = 500
const LONGEST = 300
const allowed = [...facets, 'since', 'until', 'text', 'before', 'limit'] as const

const A_MOMENT = 'a moment like 2026-11-20T14:00:00Z'
const words = (text: string) => (text.length <= LONGEST ? text : undefined)

/** `asked` as the address holds it: a form sends its empty fields too, and they ask for nothing. */
export const wantedAudit = (asked: Record<string, string[]>): AuditWish => {
  const query: Record<string, string> = {}
  const mistakes: Record<string, string> = {}
  for (const [name, values] of Object.entries(asked)) {
    if (name === 'as' || values.every((v) => v === '')) continue
    if (!(allowed as readonly string[]).includes(name))
      mistakes[shown(name).slice(0, 60)] = `no such parameter; there are ${allowed.join(', ')}`
    else if (values.length > 1) mistakes[name] = 'expected once'
    else query[name] = values[0]!
  }
  const one = <T>(name: string, read: (text: string) => T | undefined, expected: string) => {
    const given = query[name]
    if (given === undefined) return undefined
    const value = read(given)
    if (value === undefined)
      mistakes[name] = `expected ${expected}, got ${shown(given).slice(0, 60)}`
    return value
  }
  const wanted: Wanted = {
    ...Object.fromEntries(
      facets.map((name) => [name, one(name, words, `at most ${LONGEST} characters`)]),
    ),
    since: one('since', momentIn, A_MOMENT),
    until: one('until', momentIn, A_MOMENT),
    text: one('text', (t) => (phrase(t) ? words(t) : undefined), 'words of two letters or more'),
  }
  const before = one('before', whole(1, Number.MAX_SAFE_INTEGER), 'the number of a row')
  const limit = one('limit', whole(1, MOST_ACTS), `a number from 1 to ${MOST_ACTS}`)
  if (Object.keys(mistakes).length > 0)
    throw new Problem('invalid', 'That question has mistakes.', { details: mistakes })
  return { wanted, before, limit: limit ?? DEFAULT_ACTS, query }
}
