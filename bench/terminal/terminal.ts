/** Terminals on the tests' own sshd, and a browser's half of the socket that reads as fast as it is told. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { noSshd, type Sshd, startSshd } from '../../test/sshd/servers.ts'
import { alternate, type Helper, helper, here } from '../frame.ts'

/** `tmux`: as on a node that has it; `kept`: as on one that has not; `plain`: what others do. */
export type Way = 'tmux' | 'kept' | 'plain'

export type Stand = {
  sshd: Sshd
  server: Helper
  open(): Promise<Line>
  cli(file: string): Promise<number>
}

/** Text as programs write it, `mb` million bytes; below bench, as the sshd's own /tmp is empty. */
export const textFile = (mb: number): string => {
  const file = join(here, 'node_modules', `.text-${mb}`)
  if (existsSync(file) && statSync(file).size === mb * 1e6) return file
  mkdirSync(join(here, 'node_modules'), { recursive: true })
  const line = (n: number) => `${n} ${'the quick brown fox jumps over the lazy dog '.repeat(2)}\n`
  let text = ''
  for (let n = 0; text.length < 1e6; n++) text += line(n)
  writeFileSync(file, text.slice(0, 1e6).repeat(mb))
  return file
}

export const withStand = async <T>(way: Way, work: (stand: Stand) => Promise<T>): Promise<T> => {
  const why = noSshd()
  if (why) throw new Error(`no sshd to measure with: ${why}`)
  const sshd = await startSshd(way === 'tmux' ? {} : { without: ['tmux'] })
  const server = helper('terminal/server.ts')
  try {
    const { address, port, keyFile, fingerprint } = sshd
    const host = { address, port, keyFile, fingerprint }
    const at = await server.ask<number>('start', { host, plain: way === 'plain' })
    const open = () => connect(`ws://127.0.0.1:${at}/`)
    return await work({ sshd, server, open, cli: (file) => cli(sshd, file) })
  } finally {
    await server.end()
    await sshd.stop()
  }
}

/** MB/s of `ssh -tt host cat FILE` into /dev/null, without the time of the connection. */
const cli = async (sshd: Sshd, file: string): Promise<number> => {
  const run = (command: string) =>
    new Promise<number>((done) => {
      const from = performance.now()
      const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
      const words = options.flatMap((o) => ['-o', o])
      const where = ['-i', sshd.keyFile, '-p', String(sshd.port), `root@${sshd.address}`]
      spawn('ssh', ['-F', '/dev/null', '-tt', ...words, ...where, command], {
        stdio: ['ignore', 'ignore', 'ignore'],
      }).once('close', () => done(performance.now() - from))
    })
  const bare = await run('true')
  return statSync(file).size / 1e3 / ((await run(`cat ${file}`)) - bare)
}

export type Line = Awaited<ReturnType<typeof connect>>

/** Bytes a second at most; undefined = as fast as it goes. */
const connect = async (url: string) => {
  const socket = new WebSocket(url)
  let tail = ''
  let bytes = 0
  let unacked = 0
  let speed: number | undefined
  let lastAt = 0
  let hear = () => {}
  let freeAt = 0
  let resting = false
  /** Small frames come many in a packet: what counts is the sum. */
  const rest = () => {
    const ms = freeAt - performance.now()
    if (resting || ms < 2) return
    resting = true
    socket.pause()
    setTimeout(() => {
      resting = false
      socket.resume()
      if (speed) rest()
    }, ms)
  }
  const send = (type: number, body: Uint8Array) =>
    socket.send(Buffer.concat([Buffer.from([type]), body]))
  socket.on('message', (data: Buffer) => {
    if (data[0] !== 0) return
    const n = data.length - 1
    bytes += n
    unacked += n
    lastAt = performance.now()
    tail = (tail + data.subarray(1).toString('latin1')).slice(-4000)
    if (unacked >= 32_768) {
      const body = Buffer.alloc(4)
      body.writeUInt32BE(unacked)
      unacked = 0
      send(2, body)
    }
    if (speed) {
      freeAt = Math.max(freeAt, lastAt) + (n / speed) * 1000
      rest()
    }
    hear()
  })
  await new Promise<void>((done, fail) => {
    socket.once('open', done)
    socket.once('error', fail)
  })
  const says = (words: string) =>
    new Promise<void>((done) => {
      hear = () => {
        if (!tail.includes(words)) return
        hear = () => {}
        done()
      }
      hear()
    })
  const type = (text: string) => send(0, Buffer.from(text))
  type('echo re""ady\n')
  await says('ready')
  return {
    type,
    says,
    bytes: () => bytes,
    lastAt: () => lastAt,
    forget() {
      tail = ''
    },
    slowDown(bytesPerSecond: number | undefined) {
      speed = bytesPerSecond
    },
    close: () => socket.terminate(),
  }
}

/** MB/s of a file through a terminal, from the key to the word behind it. */
export const flood = async (stand: Stand, file: string): Promise<number> => {
  const line = await stand.open()
  line.forget()
  const from = performance.now()
  line.type(`cat ${file}; echo en""ded\n`)
  await line.says('ended')
  const took = performance.now() - from
  line.close()
  return statSync(file).size / 1e3 / took
}

export type Slow = {
  /** Growth of the server's memory, MB. */
  mb: number
  /** Of single keys in another terminal, milliseconds. */
  calm: number[]
  beside: number[]
  /** From Ctrl-C to the last byte, milliseconds. */
  silence: number
}

const SLOW_READER = 2e6
const FLOOD_MS = 4500

/** A browser that reads 2 MB/s while its terminal floods, and somebody who types in another one. */
export const besideSlow = (way: Way, file: string, floodMs = FLOOD_MS): Promise<Slow> =>
  withStand(way, async ({ open, server }) => {
    const [slow, other] = [await open(), await open()]
    const calm = await echoes(other, 800)
    const before = await server.ask<number>('rss')
    slow.slowDown(SLOW_READER)
    slow.type(`while :; do cat ${file}; done\n`)
    const beside = await echoes(other, floodMs)
    const mb = ((await server.ask<number>('rss')) - before) / 2 ** 20
    slow.slowDown(undefined)
    const from = performance.now()
    slow.type('\x03')
    do await pause(300)
    while (performance.now() - slow.lastAt() < 300)
    const silence = Math.max(0, slow.lastAt() - from)
    slow.close()
    other.close()
    return { mb, calm, beside, silence }
  })

const echoes = async (line: Line, forMs: number): Promise<number[]> => {
  const until = performance.now() + forMs
  const took: number[] = []
  while (performance.now() < until) {
    line.forget()
    const from = performance.now()
    line.type('x')
    await line.says('x')
    took.push(performance.now() - from)
    if (took.length % 50 === 0) line.type('\x15')
    await pause(20)
  }
  return took
}

/** Both sides in turn; asked for once, as three lines come of it. */
let rounds: Promise<{ kept: Slow[]; plain: Slow[] }> | undefined
export const slowRounds = ({ rounds: n, quick }: { rounds: number; quick: boolean }) => {
  const file = textFile(100)
  const side = (way: Way) => () => besideSlow(way, file, quick ? 1500 : FLOOD_MS)
  rounds ??= alternate({ kept: side('kept'), plain: side('plain') }, n)
  return rounds
}
