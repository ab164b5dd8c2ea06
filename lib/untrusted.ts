/**
 * Text that others have written, made fit for whoever reads it as words: a model, a card, a log. It
 * is shortened and disarmed, never trusted: no controls, no signs that nobody sees, and nothing in it
 * that a model's template would take for the end of a turn.
 */
import { clean } from './log.ts'

/** Colours and titles of terminals, as a whole: without their ESC the rest would stay as litter. */
const ESCAPES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|.)/g

/** What nobody sees and a model reads: tags (U+E0000…), zero widths, selectors, marks of direction. */
const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu
/** A tower of marks over one letter reaches into the lines above. */
const TOWER = /(\p{M}{3})\p{M}+/gu
const HALVES = /\p{Cs}/gu
/** `<|im_start|>`, `</tool_call>`, `<start_of_turn>`, `<<SYS>>`, `<s>`, and whatever comes next year. */
const ANGLES = /<(?=[|\uff5c/!?\p{L}])/gu
/** `[INST]`, `[/INST]`, `[TOOL_CALLS]`: not every bracket, since logs say [error] all day. */
const BRACKETS =
  /\[(?=\/?(?:INST|SYS|SYSTEM|SYSTEM_PROMPT|USER|ASSISTANT|TOOL_CALLS?|TOOL_RESULTS?|AVAILABLE_TOOLS|TOOL_CONTENT|BOS|EOS|PAD|CLS|SEP|MASK|THINK|ARGS|CALL_ID)\])/gi

/** One line of prose, at most `most` characters; what is cut off is told by an ellipsis. */
export const harmless = (text: string | null | undefined, most = 200): string => {
  const line = clean((text ?? '').slice(0, most * 8).replace(ESCAPES, ''))
    .replace(UNSEEN, '')
    .replace(TOWER, '$1')
    .replace(HALVES, '\ufffd')
    .replace(ANGLES, '< ')
    .replace(BRACKETS, '[ ')
    .trim()
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Several lines as they came, of any length, without what moves a cursor or what nobody sees. */
export const disarmed = (text: string): string =>
  text
    .replace(ESCAPES, '')
    .replace(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.split('\t').map(unarmed).join('\t'))
    .join('\n')

const unarmed = (text: string): string =>
  clean(text).replace(UNSEEN, '').replace(TOWER, '$1').replace(HALVES, '\ufffd')

/**
 * A name as it may stand in a sentence: of the strict set of signs that cannot speak to anybody (as
 * Proxmox itself demands of names and tags), all else is an underscore.
 */
export const nameOf = (text: string | null | undefined, most = 64): string => {
  const name = (text ?? '').slice(0, most * 2).replace(/[^\w.:@%+/-]/gu, '_')
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`
}

/** Before every line of others, so that none of them can pass for ours. */
const BAR = '| '
const LONGEST_LINE = 400

export type Quoted = { text: string; lines: string[]; left: number }

/** Lines of others, each behind a bar; of too many the newest, which come last. */
export const quoted = (lines: readonly string[], mostBytes: number): Quoted => {
  const kept: string[] = []
  let bytes = 0
  for (const line of [...lines].reverse()) {
    const safe = harmless(line, LONGEST_LINE)
    bytes += Buffer.byteLength(safe) + BAR.length + 1
    if (bytes > mostBytes) break
    kept.push(safe)
  }
  kept.reverse()
  return {
    text: kept.map((line) => `${BAR}${line}`).join('\n'),
    lines: kept,
    left: lines.length - kept.length,
  }
}
