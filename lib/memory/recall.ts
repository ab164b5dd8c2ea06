/**
 * What comes to mind at a question: words found by FTS5, weighed with age, tier and pins, as much as
 * the budget holds. The question is untrusted: none of its signs reaches FTS5 as one.
 */
import { days } from '../clock.ts'
import type { Entry } from './entry.ts'
import { bytesAdded, bytesIn, fileOf, tokensOf } from './markdown.ts'
import type { Rows } from './rows.ts'
import { tiers } from './tiers.ts'

export type Recall = {
  /** How much may be told, in tokens of a model. */
  budgetTokens: number
  /** False leaves out what would taint whoever reads it; with it otherwise. */
  tainted?: boolean | undefined
  /** What is not meant for whoever asks. */
  without?: ((entry: Entry) => boolean) | undefined
}

export type Recalled = {
  /** Best first. */
  entries: Entry[]
  /** One of them holds words of others: the context that reads them is tainted. */
  tainted: boolean
  /** Where those come from; for `provenance.taint`. */
  taintedBy?: string | undefined
  /** What goes into the prompt; empty where nothing came to mind. */
  markdown: string
  tokens: number
}

const MOST_WORDS = 24
const MOST_QUESTION = 2000
const MOST_CANDIDATES = 100
const HALF_LIFE_MS = days(14)

/** Words that nearly every question has; they would find nearly every entry. */
const EVERYDAY = new Set(
  `a about an and any are as at be been but by can could did do does for from had has have how i if in
  is it its me my not of on or our should so some that the their them then there they this to was we
  were what when where which who why will with would you your
  aber auf aus bei das dem den der des die du ein eine einen er es für hat hatte ich im in ist kann
  man mein mir mit nach nicht noch oder sich sie sind und von war warum was wenn wer wie wird wo zu
  zum zur`.split(/\s+/),
)

const WORD = /[\p{L}\p{N}\p{M}]+(?:[./:_-][\p{L}\p{N}\p{M}]+)*/gu

/** `10.0.0.33` is one thing; `guest/303` is one thing and its parts. */
const piecesOf = (word: string): string[] =>
  /^[\p{N}./:_-]+$/u.test(word) ? [word] : [...new Set([word, ...word.split(/[./:_-]/)])]

/** The question in FTS5's language: every word quoted, any of them will do. Empty = nothing to look for. */
export const matchOf = (question: string): string => {
  const words = question.slice(0, MOST_QUESTION).toLowerCase().match(WORD) ?? []
  const told = words
    .flatMap(piecesOf)
    .filter((w) => !EVERYDAY.has(w) && (w.length > 1 || /\p{N}/u.test(w)))
  return [...new Set(told)]
    .slice(0, MOST_WORDS)
    .map((w) => `"${w.slice(0, 40)}"${w.length > 3 && /^[\p{L}\p{M}]+$/u.test(w) ? '*' : ''}`)
    .join(' OR ')
}

type Found = { entry: Entry; score: number }

/** What was found for the words alone, best first. */
export const search = (rows: Rows, question: string, now: number, limit: number): Entry[] => {
  const match = matchOf(question)
  if (!match) return []
  return rows
    .matching(match, MOST_CANDIDATES)
    .map(({ entry, rank }) => ({ entry, score: scoreOf(entry, rank, now) }))
    .sort(byScore)
    .slice(0, limit)
    .map((f) => f.entry)
}

/** Found ones and standing ones together, best first. */
export const candidates = (rows: Rows, question: string, now: number): Entry[] => {
  const match = matchOf(question)
  const found = new Map<number, Found>()
  for (const entry of rows.standing(MOST_CANDIDATES))
    found.set(entry.id, { entry, score: scoreOf(entry, undefined, now) })
  for (const { entry, rank } of match ? rows.matching(match, MOST_CANDIDATES) : [])
    found.set(entry.id, { entry, score: scoreOf(entry, rank, now) })
  return [...found.values()].sort(byScore).map((f) => f.entry)
}

const byScore = (a: Found, b: Found) => b.score - a.score || b.entry.id - a.entry.id

/**
 * bm25 has no upper end and is nearly nothing where a word is in half of all entries, so it is bent into
 * 0-1, and that a word was found at all counts by itself. Recency comes second, then the tier.
 */
const scoreOf = (e: Entry, rank: number | undefined, now: number): number => {
  const bm25 = rank === undefined ? 0 : Math.max(0, -rank)
  const relevance = rank === undefined ? 0 : 0.25 + bm25 / (bm25 + 2)
  const age = Math.max(0, now - Math.max(e.madeAt, e.edited?.at ?? 0, e.checkedAt))
  const recency = 0.5 ** (age / HALF_LIFE_MS)
  const doubt = e.verified ? 1 : 0.5
  return (
    relevance +
    0.2 * recency +
    0.25 * tiers[e.tier].weight * e.confidence * doubt +
    (e.pinned ? 0.5 : 0)
  )
}

/** As many of them, best first, as their file fits into the budget; a smaller one may follow one too large. */
export const within = (entries: readonly Entry[], budgetTokens: number, timeZone: string) => {
  const has = new Set<string>()
  let left = bytesIn(budgetTokens)
  const kept = entries.filter((entry) => {
    const would = new Set(has)
    const bytes = bytesAdded(entry, would, timeZone)
    if (bytes > left) return false
    left -= bytes
    for (const block of would) has.add(block)
    return true
  })
  const markdown = kept.length === 0 ? '' : fileOf(kept, timeZone)
  return { entries: kept, markdown, tokens: tokensOf(markdown) }
}
