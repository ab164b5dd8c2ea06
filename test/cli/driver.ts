/** Drives commands in this process, and the real program in a child where a process matters. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../cli/io.ts'
import { runCommand } from '../../cli/run.ts'
import { systemClock } from '../../lib/clock.ts'

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')

/** A folder that is gone after `work`, and so is every child that was started meanwhile. */
export const withFolder = async <T>(work: (folder: string) => T | Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-test-'))
  try {
    return await work(folder)
  } finally {
    // A test that failed half-way must not leave a server behind that keeps the run from ending.
    for (const child of running) child.process.kill('SIGKILL')
    await Promise.all([...running].map((child) => child.ended))
    rmSync(folder, { recursive: true, force: true })
  }
}

export type Told = { code: number; out: string; err: string }
type Given = Partial<Io> & { piped?: string; answers?: string[] }

/** Runs a command line in this process: its words and its exit code. Questions take `answers` in turn. */
export const run = async (argv: string[], { piped = '', answers, ...given }: Given = {}) => {
  let out = ''
  const write = (text: string) => {
    out += text
  }
  const err: string[] = []
  const next = async (question: string) => {
    err.push(question)
    const answer = answers?.shift()
    if (answer === undefined) throw new Error(`nobody answers: ${question}`)
    return answer
  }
  const io: Io = {
    out: (text) => write(`${text}\n`),
    write,
    shows: { out: false, err: false },
    isPiped: answers === undefined,
    nextLine: async () => answers?.shift(),
    err: (text) => void err.push(text),
    input: async () => piped,
    lines: async function* () {
      yield piped.split('\n')
    },
    isTTY: answers !== undefined,
    ask: async (question, fallback) => (await next(question)) || (fallback ?? ''),
    askHidden: next,
    env: {},
    cwd: root,
    root,
    version: '9.8.7',
    clock: systemClock,
    onSignal: () => () => {},
    ...given,
  }
  const code = await runCommand(argv, io)
  return { code, out: out.replace(/\n$/, ''), err: err.join('\n') }
}

export type Child = {
  process: ChildProcess
  /** Everything it wrote so far. */
  out(): string
  err(): string
  /** Resolves when standard output matches; rejects when the process ends before. */
  said(pattern: RegExp): Promise<string>
  ended: Promise<{ code: number | null; signal: string | null }>
}

const running = new Set<Child>()

/** The real program, from the launcher on. */
export const launch = (argv: string[], env: Record<string, string>): Child =>
  follow(
    spawn(process.execPath, [join(root, 'jarvis'), ...argv], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )

export const follow = (process: ChildProcess): Child => {
  let out = ''
  let err = ''
  const waiting = new Set<() => void>()
  process.stdout?.on('data', (chunk) => {
    out += chunk
    for (const look of waiting) look()
  })
  process.stderr?.on('data', (chunk) => (err += chunk))
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    process.once('close', (code, signal) => done({ code, signal })),
  )
  const child: Child = {
    process,
    out: () => out,
    err: () => err,
    said: (pattern) =>
      new Promise((done, fail) => {
        const look = () => {
          const found = pattern.exec(out)
          if (!found) return
          waiting.delete(look)
          done(found[1] ?? found[0])
        }
        waiting.add(look)
        look()
        void ended.then(({ code }) =>
          fail(new Error(`ended with ${code} before it said ${pattern}\n${out}\n${err}`)),
        )
      }),
    ended,
  }
  running.add(child)
  void ended.then(() => running.delete(child))
  return child
}
