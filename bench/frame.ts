/**
 * What a line of the bench is: both sides measured alternately in one run, the result a ratio. The
 * machine's own speed and its load cancel out; absolute figures are only told as notes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

export const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
export const root = join(here, '..')

export type Result = {
  /** The line's number in the table of targets; a second target of the line has a letter behind. */
  id: string
  what: string
  value: number
  target: number
  unit: string
  met: boolean
  note: string
}

export type Options = {
  /** Fewer rounds: shows that it runs, proves nothing. */
  quick: boolean
  rounds: number
}

export type Line = { id: number; name: string; run(options: Options): Promise<Result[]> }

type Claim = { id: string; what: string; value: number; unit?: string; note?: string }

/** A result that wants to be small, as nearly all do. */
export const atMost = (target: number, claim: Claim): Result => result(target, claim, true)
export const atLeast = (target: number, claim: Claim): Result => result(target, claim, false)

const result = (
  target: number,
  { id, what, value, unit = 'x', note = '' }: Claim,
  isSmallGood: boolean,
): Result => ({
  id,
  what,
  value: Number(value.toPrecision(4)),
  target,
  unit,
  met: isSmallGood ? value <= target : value >= target,
  note,
})

export const median = (figures: readonly number[]): number => quantile(figures, 0.5)

export const quantile = (figures: readonly number[], q: number): number => {
  const sorted = [...figures].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

/** The median of each round's ratio: the two sides of a round ran one after the other. */
export const ratio = (mine: readonly number[], theirs: readonly number[]): number =>
  median(mine.map((figure, i) => figure / theirs[i]!))

/** Runs every side once a round, each time in another order; gives their figures by name. */
export const alternate = async <Name extends string, Figure>(
  sides: Record<Name, () => Promise<Figure>>,
  rounds: number,
): Promise<Record<Name, Figure[]>> => {
  const names = Object.keys(sides) as Name[]
  const figures = Object.fromEntries(names.map((name) => [name, [] as Figure[]])) as Record<
    Name,
    Figure[]
  >
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 ? [...names].reverse() : names)
      figures[name].push(await sides[name]())
  return figures
}

/** CPU of this process for `work`, milliseconds, user and system. */
export const cpuOf = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Nothing of the caller's environment reaches a child but the way to its programs. */
export const bareEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  NODE_ENV: 'production',
})

export type Helper = {
  ask<T>(what: string, details?: object): Promise<T>
  end(): Promise<void>
}

const LIMIT_MS = 120_000

const native = ['libsql', 'ssh2', 'better-sqlite3', 'express', 'socket.io', 'react', 'react-dom']
const builtAs = new Map<string, string>()

/**
 * The child as one file, the way the product is shipped. Under tsx every closure is made with a call
 * that keeps its name, which doubles the cost of small functions (decoding 800 rows: 0.38 to 0.18 ms).
 */
const built = (file: string): string => {
  const known = builtAs.get(file)
  if (known) return known
  const outfile = join(here, 'node_modules', '.built', file.replace(/\W/g, '-').concat('.mjs'))
  buildSync({
    absWorkingDir: root,
    entryPoints: [join(here, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: native,
    define: { 'import.meta.dirname': JSON.stringify(here) },
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  builtAs.set(file, outfile)
  return outfile
}

/** A child that answers questions (see `answering`); killed when it is asked to end. */
export const helper = (file: string, args: string[] = []): Helper => {
  const child: ChildProcess = spawn(process.execPath, ['--expose-gc', built(file), ...args], {
    cwd: root,
    env: bareEnv(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  let serial = 0
  const waiting = new Map<number, { done: (value: never) => void; fail: (e: Error) => void }>()
  child.on('message', ({ id, value, error }: { id: number; value: never; error?: string }) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (error) one?.fail(new Error(`${file}: ${error}`))
    else one?.done(value)
  })
  const gone = new Promise<void>((resolve) =>
    child.once('exit', (code) => {
      for (const { fail } of waiting.values()) fail(new Error(`${file} ended with ${code}`))
      resolve()
    }),
  )
  return {
    ask: (what, details = {}) =>
      new Promise((resolve, reject) => {
        const id = ++serial
        const timer = setTimeout(() => {
          reject(new Error(`${file} did not answer "${what}" within ${LIMIT_MS / 1000} s`))
          child.kill('SIGKILL')
        }, LIMIT_MS)
        const settled = <V>(then: (value: V) => void) => {
          return (value: V) => {
            clearTimeout(timer)
            then(value)
          }
        }
        waiting.set(id, { done: settled(resolve as (value: never) => void), fail: settled(reject) })
        child.send({ id, what, ...details })
      }),
    async end() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

type Question = { id: number; what: string } & Record<string, never>

/** The other end of `helper`: a function per question. */
export const answering = (answers: Record<string, (q: never) => unknown>): void => {
  process.on('message', async (question: Question) => {
    const { id, what } = question
    try {
      const answer = answers[what]
      if (!answer) throw new Error(`nobody answers "${what}"`)
      process.send?.({ id, value: (await answer(question as never)) ?? null })
    } catch (error) {
      process.send?.({ id, error: String(error) })
    }
  })
}

export const collectGarbage = (): void => (globalThis as { gc?: () => void }).gc?.()

/** Resident memory after garbage collection, bytes. */
export const rss = (): number => {
  collectGarbage()
  collectGarbage()
  return process.memoryUsage.rss()
}

/** Monotonic time that processes of one machine share, milliseconds. */
export const moment = (): number => Number(process.hrtime.bigint()) / 1e6

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
