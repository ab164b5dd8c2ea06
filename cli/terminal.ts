/** The real terminal (or pipe) as the `Io` of a command. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Io } from './io.ts'
import { createPrompter } from './prompter.ts'

// One folder below the root in both lives: cli/terminal.ts as source, dist/jarvis.js as bundle.
const root = fileURLToPath(new URL('..', import.meta.url))

export const terminal = (): Io => {
  const isTTY = Boolean(process.stdin.isTTY && process.stderr.isTTY)
  const prompter = createPrompter()
  return {
    write: (text) => void process.stdout.write(text),
    shows: { out: Boolean(process.stdout.isTTY), err: Boolean(process.stderr.isTTY) },
    nextLine: prompter.next,
    isPiped: !process.stdin.isTTY,
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    input: () => (process.stdin.isTTY ? Promise.resolve('') : readAll()),
    lines: readLines,
    isTTY,
    ask: async (question, fallback) => {
      const answer = await prompt(question + (fallback ? ` [${fallback}]` : ''), isTTY, false)
      return answer.trim() || (fallback ?? '')
    },
    askHidden: (question) => prompt(question, isTTY, true),
    env: process.env,
    cwd: process.cwd(),
    root,
    version: readVersion(),
    clock: systemClock,
    onSignal: listen,
  }
}

const readVersion = () =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Packed).version
type Packed = { version: string }

const readAll = async () => {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) text += chunk
  return text
}

/** A line without an end is cut, or it would fill the memory. */
const LONGEST_LINE = 4 * 1024 * 1024

async function* readLines(): AsyncGenerator<string[]> {
  let rest = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) {
      lines.push(rest)
      rest = ''
    }
    if (lines.length > 0) yield lines
  }
  if (rest !== '') yield [rest]
}

/** Questions go to standard error, so that standard output stays clean for `$(…)`. */
const prompt = async (question: string, isTTY: boolean, hidden: boolean): Promise<string> => {
  if (!isTTY)
    throw new Problem('invalid', `Nobody is here to be asked: ${question.trim()}`, {
      next: 'Give the answer as an option, see --help.',
    })
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? silent : process.stderr,
    terminal: true,
  })
  // Only now: before the interface is there the terminal would still show what is typed.
  process.stderr.write(`${question} `)
  const stopped = new AbortController()
  for (const end of ['SIGINT', 'close']) lines.once(end, () => stopped.abort())
  try {
    return await lines.question('', { signal: stopped.signal })
  } catch {
    throw new Problem('failed', 'Stopped; nothing was changed.')
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}

const listen: Io['onSignal'] = (hear) => {
  const signals = ['SIGTERM', 'SIGINT'] as const
  for (const signal of signals) process.on(signal, hear)
  return () => {
    for (const signal of signals) process.off(signal, hear)
  }
}
