/**
 * The memory as a file: what a model is given is what a person is shown. One line an entry, by tier;
 * words of others stand apart, each in a field that names its source.
 */
import { dateTime, percent } from '../format.ts'
import type { Entry } from './entry.ts'
import { type Tier, tierNames, tiers } from './tiers.ts'

const HEAD = '# What I remember'
export const NOTHING = 'I remember nothing yet, which keeps me tactful.'

/** Bytes of a token, cautiously: English prose has four, numbers and addresses two to three. */
const BYTES_A_TOKEN = 3
export const tokensOf = (text: string): number =>
  Math.ceil(Buffer.byteLength(text, 'utf8') / BYTES_A_TOKEN)
export const bytesIn = (tokens: number): number => tokens * BYTES_A_TOKEN

/** The file of these entries, in the order of the tiers, then of their making. */
export const fileOf = (entries: readonly Entry[], timeZone: string): string => {
  if (entries.length === 0) return `${HEAD}\n\n${NOTHING}\n`
  const trusted = entries.filter((e) => !e.tainted)
  const blocks = tierNames.flatMap((tier) => blockOf(tier, trusted, timeZone))
  return `${[HEAD, ...blocks, ...untrustedBlock(entries, timeZone)].join('\n\n')}\n`
}

const blockOf = (tier: Tier, entries: readonly Entry[], timeZone: string): string[] => {
  const lines = inOrder(entries.filter((e) => e.tier === tier)).map((e) => lineOf(e, timeZone))
  return lines.length === 0 ? [] : [`## ${tiers[tier].title}\n\n${lines.join('\n')}`]
}

const untrustedBlock = (entries: readonly Entry[], timeZone: string): string[] => {
  const lines = inOrder(entries.filter((e) => e.tainted)).map((e) => fieldOf(e, timeZone))
  const { title, what } = tiers.untrusted
  return lines.length === 0 ? [] : [`## ${title}\n\n${what}\n\n${lines.join('\n')}`]
}

/**
 * How many bytes an entry adds to a file that holds entries of these blocks already; never less than
 * it does.
 */
export const bytesAdded = (e: Entry, has: Set<string>, timeZone: string): number => {
  const block = e.tainted ? 'tainted' : e.tier
  const { title, what } = tiers[e.tainted ? 'untrusted' : e.tier]
  const heading = has.has(block) ? '' : `\n\n## ${title}\n\n${e.tainted ? `${what}\n\n` : ''}`
  const first = has.size === 0 ? `${HEAD}\n` : ''
  has.add(block)
  const line = e.tainted ? fieldOf(e, timeZone) : lineOf(e, timeZone)
  return Buffer.byteLength(`${first}${heading}${line}\n`, 'utf8')
}

const inOrder = (entries: readonly Entry[]) => entries.toSorted((a, b) => a.id - b.id)

/** Behind the number nothing can be the beginning of a heading, a list or a definition. */
const lineOf = (e: Entry, timeZone: string): string =>
  `- (${e.id}) ${e.about ? `${e.about}${e.key ? ` ${e.key}` : ''}: ` : ''}${inert(e.text)} [${remarks(e, timeZone)}]`

const remarks = (e: Entry, timeZone: string): string =>
  [
    inert(e.source),
    day(e.edited?.at ?? e.madeAt, timeZone),
    ...(e.confidence < 1 ? [`${percent(e.confidence).replace(/\u2009/g, ' ')} sure`] : []),
    ...(e.verified ? [] : [`not verified since ${day(e.checkedAt, timeZone)}`]),
    ...(e.pinned ? ['pinned'] : []),
  ].join(', ')

/** As data, with quotes that its own text cannot close. */
const fieldOf = (e: Entry, timeZone: string): string =>
  `- (${e.id}) ${inert(
    JSON.stringify({
      source: e.source,
      ...(e.about && { about: e.about }),
      kind: e.tier,
      day: day(e.madeAt, timeZone),
      text: e.text,
    }),
  )}`

const day = (at: number, timeZone: string) => dateTime(at, timeZone).slice(0, 10)

/**
 * No HTML, no link, no image and no sign of a chat template (`<|im_start|>`, `<tool_call>`, `[INST]`)
 * stays whole, whatever reads the file.
 */
const inert = (text: string): string =>
  text
    .replace(/<(?=\S)/g, '< ')
    .replace(/\](?=[([])/g, '] ')
    .replace(/\[(?=\/?[A-Z_]{3,}\])/g, '[ ')
