/**
 * wetty as it is, in a process of its own, and its browser's half of the socket. Its node-pty is that
 * of a later release, which brings Linux along built; the one it asks for is compiled at install.
 */
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, type Sshd } from '../../test/sshd/servers.ts'
import { here } from '../frame.ts'
import { peer } from '../peers.ts'

export type Wetty = { flood(file: string): Promise<number>; stop(): Promise<void> }

type Socket = {
  on(event: string, hear: (data: string) => void): void
  emit(event: string, value: unknown): void
  close(): void
}
type Client = { io(url: string, options: object): Socket }

/** As its own page answers: each 256 kB are told to be read. */
const COMMIT = 262_144

export const startWetty = async ({ address, port, keyFile }: Sshd): Promise<Wetty> => {
  const at = await freePort('127.0.0.1')
  const words = [
    ['--host', '127.0.0.1', '--port', String(at), '--base', '/', '--force-ssh'],
    ['--ssh-host', address, '--ssh-port', String(port), '--ssh-user', 'root'],
    ['--ssh-auth', 'publickey', '--ssh-key', keyFile, '--known-hosts', '/dev/null'],
  ]
  const main = join(here, 'node_modules/wetty/build/main.js')
  const child = spawn(process.execPath, [main, ...words.flat()], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${at}`
  for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries++) {
    if (tries === 200 || child.exitCode !== null) throw new Error('wetty did not come up')
    await pause(50)
  }
  return {
    flood: (file) => floodOf(url, file),
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done())
        child.kill()
      }),
  }
}

/** MB/s of a file, from the key to the word behind it. */
const floodOf = async (url: string, file: string): Promise<number> => {
  const { io } = await peer<Client>('socket.io-client')
  const socket = io(url, { path: '/socket.io', transports: ['websocket'], forceNew: true })
  let tail = ''
  let unread = 0
  let hear = () => {}
  socket.on('data', (data) => {
    tail = (tail + data).slice(-4000)
    unread += data.length
    if (unread >= COMMIT) {
      socket.emit('commit', unread)
      unread = 0
    }
    hear()
  })
  const says = (word: string) =>
    new Promise<void>((done) => {
      hear = () => tail.includes(word) && done()
      hear()
    })
  await new Promise<void>((done) => socket.on('login', () => done()))
  socket.emit('resize', { cols: 120, rows: 40 })
  socket.emit('input', 'echo re""ady\n')
  await says('ready')
  tail = ''
  const from = performance.now()
  socket.emit('input', `cat ${file}; echo en""ded\n`)
  await says('ended')
  const took = performance.now() - from
  socket.close()
  return statSync(file).size / 1e3 / took
}
