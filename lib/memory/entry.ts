/** One thing remembered: what it holds, how it lies in its row, and what may go in at all. */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { type Rememberable, rememberable, type Tier, tiers } from './tiers.ts'

/** Who does something to the memory; a person outranks a machine. */
export type Who = { name: string; kind: 'person' | 'machine' }

/** All moments are milliseconds since 1970. */
export type Entry = {
  id: number
  tier: Tier
  text: string
  /** Its subject: `guest/303`, `node/pve`. */
  about?: string | undefined
  /** What of the subject: `ip`; a newer entry of the same subject and key replaces it. */
  key?: string | undefined
  /** Who or what said so. */
  source: string
  /** 0-1. */
  confidence: number
  /** It holds words that others have written; whoever reads it is tainted too. */
  tainted: boolean
  madeAt: number
  madeBy: string
  edited?: { at: number; by: string } | undefined
  /** When it was last known to be so. */
  checkedAt: number
  /** False: its tier wants it checked now and then, and that was too long ago. */
  verified: boolean
  /** When it was last recalled, and how often. */
  usedAt?: number | undefined
  uses: number
  pinned?: { at: number; by: string } | undefined
  /** Undefined = never by itself. */
  expiresAt?: number | undefined
  forgotten?: { at: number; by: string } | undefined
  /** By what it was contradicted. */
  replaced?: { at: number; by: number } | undefined
}

export type NewEntry = {
  tier: Rememberable
  text: string
  about?: string | undefined
  key?: string | undefined
  source: string
  confidence: number
  /** Whether the context that asks has read words of others. */
  tainted: boolean
}

export const MOST_TEXT = 2000
const MOST_SOURCE = 120
/** How much of something untrusted can be believed. */
const UNTRUSTED_CONFIDENCE = 0.3

const ABOUT = /^[\w.:@%+/-]{1,120}$/
const KEY = /^[\w.:@%+/-]{1,120}$/
export const isSubject = (text: string): boolean => ABOUT.test(text)
export const isKey = (text: string): boolean => KEY.test(text)

/** Marks that nobody sees and a model reads: tags (U+E0000…), zero widths, marks of direction. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/gu

/** One line of what can be seen, at most `most` characters; what is cut off is told by an ellipsis. */
export const plainText = (text: string, most: number = MOST_TEXT): string => {
  const line = clean(text.slice(0, most * 8))
    .replace(INVISIBLE, '')
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/\s+/gu, ' ')
    .trim()
  if (line.length <= most) return line
  return `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** The text as it is kept. Throws `invalid` where nothing is left of it. */
export const demandText = (text: string): string => {
  const line = plainText(text)
  if (/[^\s\p{M}\p{Cf}]/u.test(line)) return line
  throw new Problem('invalid', 'There is nothing to remember in that.', {
    details: { text: 'expected at least one visible character' },
  })
}

/** What a new entry becomes before it is stored. Throws `invalid` with every mistake. */
export const checkedEntry = (e: NewEntry) => {
  const mistakes: Record<string, string> = {}
  if (!(rememberable as readonly string[]).includes(e.tier))
    mistakes.tier = `expected one of ${rememberable.join(', ')}`
  if (!(e.confidence >= 0 && e.confidence <= 1)) mistakes.confidence = 'expected 0 to 1'
  // Words of others choose neither a subject's key nor a name that is none.
  const about = e.tainted && e.about && !isSubject(e.about) ? undefined : e.about || undefined
  const key = e.tainted ? undefined : e.key || undefined
  Object.assign(mistakes, mistakesIn({ about, key }))
  if (Object.keys(mistakes).length > 0)
    throw new Problem('invalid', 'That cannot be remembered so.', { details: mistakes })
  return {
    text: demandText(e.text),
    about,
    key,
    source: plainText(e.source, MOST_SOURCE) || 'unknown',
    confidence: e.tainted ? Math.min(e.confidence, UNTRUSTED_CONFIDENCE) : e.confidence,
    tainted: e.tainted,
  }
}

export const mistakesIn = ({ about, key }: Pick<Entry, 'about' | 'key'>) => ({
  ...(about !== undefined &&
    !isSubject(about) && { about: 'expected a subject such as guest/303' }),
  ...(key !== undefined && !isKey(key) && { key: 'expected a short word such as ip' }),
  ...(key !== undefined && about === undefined && { about: 'a key needs a subject: guest/303' }),
})

export type Stored = {
  id: number
  tier: Tier
  text: string
  about: string | null
  key: string | null
  source: string
  confidence: number
  tainted: number
  made_at: number
  made_by: string
  edited_at: number | null
  edited_by: string | null
  checked_at: number
  used_at: number | null
  uses: number
  pinned_at: number | null
  pinned_by: string | null
  expires_at: number | null
  forgotten_at: number | null
  forgotten_by: string | null
  replaced_at: number | null
  replaced_by: number | null
}

export const decoded = (r: Stored, now: number): Entry => {
  const { verifyMs } = tiers[r.tier]
  return {
    id: r.id,
    tier: r.tier,
    text: r.text,
    about: r.about ?? undefined,
    key: r.key ?? undefined,
    source: r.source,
    confidence: r.confidence,
    tainted: r.tainted === 1,
    madeAt: r.made_at,
    madeBy: r.made_by,
    edited: byAt(r.edited_at, r.edited_by),
    checkedAt: r.checked_at,
    verified: verifyMs === undefined || now - r.checked_at < verifyMs,
    usedAt: r.used_at ?? undefined,
    uses: r.uses,
    pinned: byAt(r.pinned_at, r.pinned_by),
    expiresAt: r.expires_at ?? undefined,
    forgotten: byAt(r.forgotten_at, r.forgotten_by),
    replaced: r.replaced_at === null ? undefined : { at: r.replaced_at, by: r.replaced_by ?? 0 },
  }
}

const byAt = (at: number | null, by: string | null) =>
  at === null ? undefined : { at, by: by ?? 'somebody' }
