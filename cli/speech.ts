/**
 * How a talk looks on a terminal: words as they come on standard output, all else on standard error. What
 * a terminal would obey is taken out; where no terminal shows it, a round is written once it is whole.
 */
import { disarmed } from '../lib/untrusted.ts'
import type { TalkLine } from '../routes/local-chat.ts'
import type { Io } from './io.ts'

type Call = Extract<TalkLine, { type: 'call' }>
type End = Extract<TalkLine, { type: 'end' }>

export type Speech = ReturnType<typeof createSpeech>

export const createSpeech = (io: Io) => {
  const colours = coloursFor(io)
  const live = io.shows.out
  /** The line that is being said, as it came, and what of it was written. */
  let raw = ''
  let written = ''
  let begun = false
  let isAtStart = true

  const put = (text: string) => {
    if (text === '') return
    io.write(text)
    isAtStart = text.endsWith('\n')
  }
  const fresh = () => {
    // Where the two are not one screen, nothing has to be kept apart.
    if (!isAtStart && live) put('\n')
  }
  const note = (text: string) => {
    fresh()
    io.err(text)
  }
  /** Of the line that is not over, what cannot change any more. */
  const sayOn = () => {
    // Half of a command to the terminal would be left as litter.
    if (raw.includes('\u001b')) return
    const safe = disarmed(raw.replace(/[\r\ud800-\udbff]$/, ''))
    if (!safe.startsWith(written)) return
    put(safe.slice(written.length))
    written = safe
  }
  const restOf = (line: string) => {
    const safe = disarmed(line)
    return safe.startsWith(written) ? safe.slice(written.length) : `\n${safe}`
  }
  const reset = () => {
    raw = ''
    written = ''
    begun = false
  }

  return {
    note: (text: string) => note(colours.dim(text)),
    text(piece: string) {
      if (!live) return
      begun = true
      raw += piece
      for (let end = raw.indexOf('\n'); end >= 0; end = raw.indexOf('\n')) {
        put(`${restOf(raw.slice(0, end).replace(/\r$/, ''))}\n`)
        raw = raw.slice(end + 1)
        written = ''
      }
      sayOn()
    },
    again() {
      if (begun) note(colours.dim('(Another model takes over.)'))
      reset()
    },
    /** A round is over; whatever of it was not written yet is written now. */
    said(whole: string) {
      if (!begun) put(disarmed(unfenced(whole)))
      else put(restOf(raw))
      if (!isAtStart) put('\n')
      reset()
    },
    call(call: Call) {
      const words = callWords(call)
      if (words) note(call.approval ? colours.loud(words) : colours.dim(words))
    },
    end({ state, why, mind, usd }: End) {
      if (state !== 'done') note(colours.loud(disarmed(why ?? `The turn has ${state}.`)))
      if (state === 'done' && io.shows.err && mind && mind !== 'rules')
        note(colours.dim(`· ${mind}${usd ? `, $${usd.toFixed(4)}` : ''}`))
    },
  }
}

/** NO_COLOR (no-color.org), terminals without any, and files get none. */
const coloursFor = ({ env, shows }: Pick<Io, 'env' | 'shows'>) => {
  const has = shows.err && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (code: number) => (text: string) => (has ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { dim: paint(2), loud: paint(33) }
}

const LONGEST = 160

/** One short line; undefined for what nobody needs to know. */
const callWords = ({ tool, state, text, tookS, approval, deed }: Call): string | undefined => {
  const name = disarmed(tool).slice(0, 60)
  if (state === 'pending') return undefined
  if (state === 'running') return `· ${name} …`
  if (approval)
    return [
      `· ${name} waits for a person: ${firstOf(text)}`,
      `  Decide on ${approval.url}`,
      `  or: ./jarvis approvals approve ${approval.id} (deny ${approval.id})`,
    ].join('\n')
  if (state === 'waiting') return `· ${name} is under way${deed ? ` as deed ${deed}` : ''}.`
  return `· ${name}: ${firstOf(text)}${tookS && tookS >= 1 ? ` (${Math.round(tookS)} s)` : ''}`
}

const firstOf = (text: string): string => {
  const line = disarmed(text.split('\n')[0]!.replace(/^\[\w[\w-]*\] /, ''))
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`
}

/** A table of ours needs no fence where all is in one width. */
const unfenced = (text: string): string => /^```\n([\s\S]*?)\n?```$/.exec(text.trim())?.[1] ?? text
