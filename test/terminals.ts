/** A house with terminals on a real sshd, and a browser's half of the socket without the browser. */
import { WebSocket } from 'ws'
import { type Clock, systemClock } from '../lib/clock.ts'
import type { SshConfig } from '../lib/config-ssh.ts'
import { paths } from '../lib/paths.ts'
import type { Meta } from '../lib/terminals/protocol.ts'
import { type Sshd, startSshd } from './sshd/servers.ts'
import { type House, openHouse } from './whole.ts'

/** `pve` and `agent1` are real; without tmux where it is asked for. */
export const openTerminals = async (
  options: {
    tmux?: boolean
    config?: string[]
    clock?: Clock
    programs?: Record<string, string>
  } = {},
): Promise<{ house: House; sshd: Sshd; ssh: SshConfig }> => {
  const { tmux = true, config = [], clock = systemClock, programs = {} } = options
  const sshd = await startSshd({ config, programs, ...(tmux ? {} : { without: ['tmux'] }) })
  const { address, port, keyFile, fingerprint } = sshd
  const host = (name: string) => ({ name, aliases: [], address, port, user: 'root' })
  const ssh = { identity: { keyFile }, hosts: [host('pve'), host('agent1')] }
  const fingerprints = { pve: fingerprint, agent1: fingerprint }
  const house = await openHouse({ clock, ssh: { ...ssh, fingerprints } as never })
  return { house, sshd, ssh: ssh as SshConfig }
}

export type Line = Awaited<ReturnType<typeof connect>>

const post = (house: House, path: string, body: object = {}, headers = {}) =>
  fetch(house.url + path, {
    method: 'POST',
    headers: {
      origin: house.url,
      accept: 'application/json',
      'content-type': 'application/json',
      cookie: `jv_session=${house.cookie.value}`,
      ...headers,
    },
    body: JSON.stringify(body),
  })

export const ask = post

/** A new terminal; its id. */
export const open = async (house: House, target = 'node/pve'): Promise<string> => {
  const answer = await post(house, paths.terminals(), { target })
  const { id, error } = (await answer.json()) as { id: string; error?: string }
  if (!id) throw new Error(`no terminal: ${answer.status} ${error}`)
  return id
}

type How = {
  cols?: number
  rows?: number
  mode?: 'watch'
  /** Acknowledges nothing. */
  deaf?: boolean
  headers?: Record<string, string>
  ticket?: string
}

export const ticketFor = async (house: House, id: string, mode?: 'watch'): Promise<string> =>
  ((await (await post(house, paths.terminalTicket(id), { mode })).json()) as { ticket: string })
    .ticket

export const socketUrl = (house: House, id: string, ticket: string, cols = 80, rows = 24) =>
  `${house.url.replace('http', 'ws')}${paths.terminalSocket(id)}?ticket=${ticket}&cols=${cols}&rows=${rows}`

export const socketHeaders = (house: House, more: Record<string, string> = {}) => ({
  origin: house.url,
  cookie: `jv_session=${house.cookie.value}`,
  ...more,
})

export const connect = async (house: House, id: string, how: How = {}) => {
  const { cols = 80, rows = 24, mode, deaf = false } = how
  const ticket = how.ticket ?? (await ticketFor(house, id, mode))
  const socket = new WebSocket(socketUrl(house, id, ticket, cols, rows), {
    headers: socketHeaders(house, how.headers),
  })
  let text = ''
  let bytes = 0
  let unacked = 0
  let pongs = 0
  const meta: Meta[] = []
  let end: { code: number; reason: string } | undefined
  const changed = new Set<() => void>()
  const tell = () => {
    for (const hear of changed) hear()
  }
  const frame = (type: number, body: Uint8Array) =>
    socket.send(Buffer.concat([Buffer.from([type]), body]))
  const ack = () => {
    const body = Buffer.alloc(4)
    body.writeUInt32BE(unacked)
    unacked = 0
    frame(2, body)
  }
  socket.on('message', (data: Buffer) => {
    if (data[0] === 0) {
      bytes += data.length - 1
      text = (text + data.subarray(1).toString('utf8')).slice(-200_000)
      unacked += data.length - 1
      if (!deaf && unacked >= 32 * 1024) ack()
    } else if (data[0] === 3) pongs += 1
    else if (data[0] === 2) meta.push(JSON.parse(data.subarray(1).toString()))
    tell()
  })
  socket.on('close', (code, reason) => {
    end = { code, reason: reason.toString() }
    tell()
  })
  const until = (what: string, is: () => boolean, withinMs = 20_000) =>
    new Promise<void>((done, fail) => {
      const look = () => {
        if (!is()) return
        finish()
        done()
      }
      const late = setTimeout(() => {
        finish()
        fail(new Error(`never: ${what}\n${JSON.stringify({ end, meta })}\n${text.slice(-800)}`))
      }, withinMs)
      const finish = () => {
        clearTimeout(late)
        changed.delete(look)
      }
      changed.add(look)
      look()
    })
  await new Promise<void>((done, fail) => {
    socket.once('open', () => done())
    socket.once('error', fail)
    socket.once('unexpected-response', (_, response) =>
      fail(
        Object.assign(new Error(`refused ${response.statusCode}`), { status: response.statusCode }),
      ),
    )
  })
  socket.on('error', () => {})
  return {
    socket,
    meta,
    text: () => text,
    bytes: () => bytes,
    pongs: () => pongs,
    end: () => end,
    forget() {
      text = ''
    },
    type: (input: string | Uint8Array) => frame(0, Buffer.from(input as string)),
    resize(columns: number, lines: number) {
      const body = Buffer.alloc(4)
      body.writeUInt16BE(columns)
      body.writeUInt16BE(lines, 2)
      frame(1, body)
    },
    control: (asked: object) => frame(4, Buffer.from(JSON.stringify(asked))),
    ack,
    frame,
    until,
    /** Until the screen has said it since the last `forget`. */
    says: (words: string, withinMs?: number) =>
      until(`says ${words}`, () => text.includes(words), withinMs),
    isOpen: () => until('open', () => meta.some((m) => m.state === 'open')),
    ends: () => until('the end', () => end !== undefined),
    async close() {
      if (end) return
      socket.close()
      await until('closed', () => end !== undefined)
    },
  }
}
