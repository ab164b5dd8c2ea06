/** One road of the fan-out, as a server that ticks when it is told to. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { systemClock } from '../../lib/clock.ts'
import { createHub } from '../../lib/live/hub.ts'
import type { Face } from '../../lib/live/messages.ts'
import { streamTo, wantOf } from '../../lib/live/stream.ts'
import { silentLog } from '../../lib/log.ts'
import { type Churn, createWorld, rowHtml, type Thing, tableHtml } from '../fixtures.ts'
import { answering, cpuOf, moment, pause, rss } from '../frame.ts'
import { peer } from '../peers.ts'

/** `tell` sends an update to everybody and says how many bytes each plain or gzip viewer gets. */
type Road = { server: Server; tell(moved: Thing[], gzip: boolean): number }

const [, , kind = 'hub', nodes = '4', guests = '30'] = process.argv
const world = createWorld(Number(nodes), Number(guests))

/** The product: a hub with one panel. A probe that is a viewer too counts the bytes of an update. */
const hubRoad = (): Road => {
  const hub = createHub({ clock: systemClock, log: silentLog, heartbeatMs: 3_600_000 })
  const byId = new Map(world.things.map((thing) => [thing.id, thing]))
  const html: Face<string> = {
    whole: () => tableHtml(world.things),
    rows: (ids) => new Map(ids.map((id) => [id, rowHtml(byId.get(id)!)])),
  }
  hub.panel('guests', { target: 'panel-guests', html })
  let bytes = 0
  let probed: boolean | undefined
  let leave = () => {}
  const probe = (gzip: boolean) => {
    leave()
    leave = () => {}
    probed = gzip
    hub.join({ panels: ['guests'], form: 'html', gzip }, () => ({
      write({ framed }) {
        bytes += framed.length
      },
      pending: () => 0,
      onDrain() {},
      onClose(hear) {
        const before = leave
        leave = () => {
          before()
          hear()
        }
      },
      end() {},
      destroy() {},
    }))
  }
  const server = createServer((incoming, outgoing) =>
    streamTo(
      hub,
      outgoing,
      wantOf({ panels: 'guests' }, { acceptEncoding: incoming.headers['accept-encoding'] }),
    ),
  )
  return {
    server,
    tell(moved, gzip) {
      if (probed !== gzip) probe(gzip)
      bytes = 0
      hub.changed('guests', { rows: moved.map((thing) => thing.id) })
      hub.flush()
      return bytes
    },
  }
}

/** The limit: node:http, the same text built by hand, one framed buffer in a bare loop. */
const limitRoad = (): Road => {
  const sockets = new Set<Socket>()
  let serial = 0
  const frame = (text: string) =>
    Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
  const event = (html: string) =>
    `id: e-${++serial}\ndata: ${html.replaceAll('\n', '\ndata: ')}\n\n`
  const server = createServer((_, outgoing: ServerResponse) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' })
    outgoing.flushHeaders()
    const socket = outgoing.socket!
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.write(frame(event(tableHtml(world.things))))
  })
  return {
    server,
    tell(moved) {
      let html = ''
      for (const thing of moved)
        html += `<hx-partial hx-target="#${thing.id}" hx-swap="outerMorph">${rowHtml(thing)}</hx-partial>`
      const bytes = frame(event(html))
      for (const socket of sockets) socket.write(bytes)
      return bytes.length
    },
  }
}

const sizeOfJson = () =>
  Buffer.byteLength(`42${JSON.stringify(['state', { guests: world.things }])}`)

type SocketIo = { Server: new (server: Server) => { emit(name: string, value: unknown): void } }
type Express = () => Parameters<typeof createServer>[1]

/** The peer as it is used: Express, Socket.IO with its defaults, the whole state as JSON. */
const socketIoRoad = async (): Promise<Road> => {
  const { Server: Io } = await peer<SocketIo>('socket.io')
  const express = await peer<Express>('express')
  const server = createServer(express())
  const io = new Io(server)
  return {
    server,
    tell() {
      io.emit('state', { guests: world.things })
      const size = sizeOfJson()
      return size + (size > 65_535 ? 10 : size > 125 ? 4 : 2)
    },
  }
}

const road = kind === 'hub' ? hubRoad() : kind === 'limit' ? limitRoad() : await socketIoRoad()

/** Microseconds that knowing the size of one JSON update costs: the bench's fault, not Socket.IO's. */
const sizing = (): number => {
  const times = 20
  return (
    (cpuOf(() => {
      for (let i = 0; i < times; i++) sizeOfJson()
    }) *
      1000) /
    times
  )
}

type Tick = { started: number; bytes: number }
type Run = { ticks: number; everyMs: number; churn: Churn; gzip: boolean }

/** Ticks by its own timer: a question per tick would cost as much as the update itself. */
const run = async ({
  ticks,
  everyMs,
  churn,
  gzip,
}: Run): Promise<{ cpu: number; told: Tick[] }> => {
  const told: Tick[] = []
  const before = process.cpuUsage()
  for (let i = 0; i < ticks; i++) {
    const moved = world.step(churn)
    const started = moment()
    told.push({ started, bytes: road.tell(moved, gzip) })
    await pause(everyMs)
  }
  const { user, system } = process.cpuUsage(before)
  const unfair = kind === 'socket.io' ? sizing() * ticks : 0
  return { cpu: user + system - unfair, told }
}

answering({
  listen: () =>
    new Promise((done) =>
      road.server.listen(0, '127.0.0.1', () => done((road.server.address() as AddressInfo).port)),
    ),
  run,
  rss,
})
