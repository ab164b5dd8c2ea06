/**
 * `jarvis chat`: a talk with the running server, one question or many. It only listens and shows: the
 * turn lives on the server, and no word in it decides what waits for a person.
 */
import { commands } from '../lib/chat/commands.ts'
import { createPiped } from '../lib/chat/piped.ts'
import { seconds } from '../lib/clock.ts'
import { asProblem, inWords, Problem } from '../lib/errors.ts'
import { disarmed } from '../lib/untrusted.ts'
import type { TalkLine } from '../routes/local-chat.ts'
import { type Args, type Command, numberOf } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit, type Io } from './io.ts'
import { callServer, linesFrom } from './socket.ts'
import { createSpeech, type Speech } from './speech.ts'

export const command: Command = {
  usage: ['["QUESTION"] [--conversation ID | --new]'],
  options: {
    conversation: { type: 'string', value: 'ID', help: 'go on with this talk' },
    new: { type: 'boolean', help: 'begin a new talk' },
  },
  words: 1,
  notes: [
    'Without a question it is a talk: nodes, guests, help and the like show without a model; clear',
    'begins anew, exit or Ctrl-D leaves, Ctrl-C stops the turn. At a terminal a question goes on with',
    'the last talk if that is less than 30 minutes old; what is piped in begins a new one.',
    '  journalctl -n 50 | jarvis chat "what is wrong?"',
    'Words of the answer go to standard output, tools and requests for approval to standard error.',
    'What was piped in was written by others: in that talk every change waits for a person.',
    'Exit code: 0 answered · 1 failed, refused or stopped · 2 wrong use · 3 no server.',
  ].join('\n'),
  async run(args, io) {
    const [question] = args.words
    const id = numberOf(args, 'conversation', 1, Number.MAX_SAFE_INTEGER)
    if (id !== undefined && args.values.new)
      throw new Problem('invalid', '--conversation goes on and --new begins: one of them.')
    if (question === undefined && io.isTTY) return converse(id, args, io)
    const piped = await readPiped(io)
    const asked = askedWith(question, piped)
    const goesOn = io.isTTY && !args.values.new ? 'last' : undefined
    const told = await ask({ ...asked, conversation: id ?? goesOn }, args, io)
    return told.state === 'done' ? exit.ok : exit.trouble
  },
}

type Asked = {
  text: string
  conversation?: number | 'last' | undefined
  piped?: string
  foreign?: true
}

/** With a question the piped text is evidence; without one it is the question. */
const askedWith = (question: string | undefined, piped: string): Asked => {
  if (question?.trim()) return { text: asCommand(question), ...(piped && { piped }) }
  if (piped) return { text: asCommand(piped), foreign: true }
  throw new Problem('invalid', 'There is no question.', {
    next: 'jarvis chat "how are the nodes?", or without a word on a terminal.',
  })
}

const READING_AFTER_MS = seconds(3)

/** Whatever comes through the pipe, of any length; a terminal gives none. */
const readPiped = async (io: Io): Promise<string> => {
  if (!io.isPiped) return ''
  const piped = createPiped()
  // Whoever starts it with an open pipe by accident would wonder for ever.
  const cancel = io.clock.after(READING_AFTER_MS, () =>
    io.err('Reading what is piped in; without any: < /dev/null'),
  )
  try {
    for await (const lines of io.lines()) piped.take(lines)
  } finally {
    cancel()
  }
  const text = piped.text().trimEnd()
  return text.trim() && text
}

/** `nodes` is what `/nodes` is on the page. */
const asCommand = (text: string): string => {
  const word = text.trim().toLowerCase()
  return Object.hasOwn(commands, word) ? `/${word}` : text
}

const CLEAR_SCREEN = '\u001b[2J\u001b[3J\u001b[H'
type Talks = { talks: { id: number; title: string; changed: string }[] }
type Read = {
  id: number
  title: string
  open: number | null
  last: { question: string; answer: string } | null
}

/** Asks until he leaves. A server that is away meanwhile is told and asked again. */
const converse = async (id: number | undefined, args: Args, io: Io): Promise<number> => {
  const data = dataFolder(io)
  const speech = createSpeech(io)
  if (id === undefined) await callServer<Talks>(data, 'GET', '/local/chat')
  else await goOn(await callServer<Read>(data, 'GET', `/local/chat/${id}`), args, io)
  let conversation: Asked['conversation'] = id ?? (args.values.new ? undefined : 'last')
  speech.note('At your service. help lists what needs no model; exit or Ctrl-D leaves.')
  for (;;) {
    const line = await io.nextLine('> ')
    const text = line?.trim()
    if (text === undefined || /^(exit|quit|bye)$/i.test(text)) return exit.ok
    if (text === '') continue
    if (/^\/?clear$/i.test(text)) {
      conversation = undefined
      if (io.shows.out && io.env.TERM !== 'dumb') io.write(CLEAR_SCREEN)
      else speech.note('A new talk.')
      continue
    }
    try {
      const told = await ask({ text: asCommand(text), conversation }, args, io)
      conversation = told.conversation ?? conversation
    } catch (thrown) {
      io.err(`jarvis: ${inWords(asProblem(thrown))}`)
    }
  }
}

/** Where it was left; a turn that is still under way is listened to. */
const goOn = async ({ title, last, open }: Read, args: Args, io: Io) => {
  const speech = createSpeech(io)
  speech.note(disarmed(title))
  if (open !== null) await hear('GET', `/local/chat/turns/${open}`, undefined, args, io)
  else if (last) speech.said(last.answer)
}

type Told = {
  conversation: number | undefined
  turn: number | undefined
  state: string
  text: string
  calls: { tool: string; state: string; text: string; approval: number | null }[]
  why: string | null
  mind: string | null
  usd: number | null
  tokens: { in: number; out: number }
}

const ask = (asked: Asked, args: Args, io: Io): Promise<Told> =>
  hear('POST', '/local/chat', asked, args, io)

/** Listens to a turn until it has ended. Ctrl-C stops it; while it waits, it ends the waiting. */
const hear = async (
  method: 'GET' | 'POST',
  path: string,
  body: Asked | undefined,
  { values }: Args,
  io: Io,
): Promise<Told> => {
  const data = dataFolder(io)
  const speech = values.json ? undefined : createSpeech(io)
  const life = new AbortController()
  const told: Told = { ...NOTHING, calls: [] }
  let waits = false
  let pressed = 0
  const deaf = io.onSignal(() => {
    pressed += 1
    if (pressed > 1 || waits || told.turn === undefined) return life.abort()
    callServer(data, 'POST', `/local/chat/turns/${told.turn}/stop`, {}).catch(() => life.abort())
  })
  try {
    for await (const line of linesFrom<TalkLine>(data, method, path, {
      body,
      signal: life.signal,
    })) {
      waits = line.type === 'rests' || (waits && line.type === 'call')
      note(told, line)
      if (line.type !== 'turn') show(line, speech)
      else if (body?.conversation === 'last' && line.goesOn)
        speech?.note(`Talk ${line.conversation}: ${disarmed(line.title)} (--new begins another)`)
      if (line.type === 'rests') (speech?.note ?? io.err)(WAITING)
    }
  } catch (thrown) {
    throw told.turn === undefined ? thrown : brokenOff(told, thrown)
  } finally {
    deaf()
  }
  if (told.state === 'running') await left(told, life.signal.aborted, io)
  if (values.json) io.out(JSON.stringify(told))
  return told
}

const NOTHING: Omit<Told, 'calls'> = {
  conversation: undefined,
  turn: undefined,
  state: 'running',
  text: '',
  why: null,
  mind: null,
  usd: null,
  tokens: { in: 0, out: 0 },
}

const WAITING = '  I wait; it goes on by itself. Ctrl-C ends the waiting, not the request.'

const note = (told: Told, line: TalkLine) => {
  if (line.type === 'turn')
    Object.assign(told, { turn: line.turn, conversation: line.conversation })
  if (line.type === 'said') told.text = [told.text, line.text].filter(Boolean).join('\n\n')
  if (line.type === 'call' && !['pending', 'running'].includes(line.state)) {
    const { tool, state, text, approval } = line
    told.calls = told.calls.filter((c) => c.state !== 'waiting' || c.tool !== tool)
    told.calls.push({ tool, state, text, approval: approval?.id ?? null })
  }
  if (line.type === 'end') {
    const { type: _, ...end } = line
    Object.assign(told, end)
  }
}

const show = (line: TalkLine, speech: Speech | undefined) => {
  if (!speech) return
  if (line.type === 'text') speech.text(line.text)
  if (line.type === 'again') speech.again()
  if (line.type === 'said') speech.said(line.text)
  if (line.type === 'call') speech.call(line)
  if (line.type === 'end') speech.end(line)
}

const left = async (told: Told, wished: boolean, io: Io) => {
  if (!wished) throw brokenOff(told, undefined)
  told.state = 'waiting'
  if (told.conversation !== undefined)
    io.err(`It stays open. How it went: ./jarvis chat --conversation ${told.conversation}`)
}

const brokenOff = ({ conversation }: Told, cause: unknown) =>
  new Problem('failed', 'The server has gone in the middle of it.', {
    cause,
    next: `It goes on when the server does: ./jarvis chat --conversation ${conversation}`,
  })
