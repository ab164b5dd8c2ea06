/** A small panel to look at, a real server around a hub, and readers that decode what they get. */
import { createServer, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Clock } from '../../../lib/clock.ts'
import { systemClock } from '../../../lib/clock.ts'
import { createHub, type Hub, type HubNeeds } from '../../../lib/live/hub.ts'
import type { Face } from '../../../lib/live/messages.ts'
import { streamTo, wantOf } from '../../../lib/live/stream.ts'
import { silentLog } from '../../../lib/log.ts'

/** Rows by id, drawn as `<tr>`, as a line and as an object. `drawn` counts drawings by form. */
export const guestPanel = (names: Record<string, string>) => {
  const rows = new Map(Object.entries(names))
  const drawn = { html: 0, json: 0, text: 0, wall: 0, whole: 0 }
  const face = <T>(form: 'html' | 'json' | 'text' | 'wall', one: (id: string, n: string) => T) => ({
    rows: (ids: readonly string[]) => {
      const found = ids.filter((id) => rows.has(id))
      drawn[form] += found.length
      return new Map(found.map((id) => [id, one(id, rows.get(id)!)]))
    },
    all: () => [...rows].map(([id, name]) => one(id, name)),
  })
  const html = face('html', (id, name) => `<tr id="${id}"><td>${name}</td></tr>`)
  const wall = face('wall', (id, name) => `<p id="${id}">${name}</p>`)
  const json = face('json', (id, name) => ({ vmid: id.slice(6), name }))
  const text = face('text', (id, name) => `${id.slice(6)} ${name}`)
  const whole = <T>(make: () => T) => {
    drawn.whole += 1
    return make()
  }
  return {
    rows,
    drawn,
    target: 'panel-guests',
    html: {
      rows: html.rows,
      whole: () => whole(() => `<section id="panel-guests">${html.all().join('\n')}</section>`),
    } satisfies Face<string>,
    wall: {
      rows: wall.rows,
      whole: () => whole(() => `<div id="panel-guests">${wall.all().join('')}</div>`),
    } satisfies Face<string>,
    json: { rows: json.rows, whole: () => whole(() => ({ title: 'Guests', rows: json.all() })) },
    text: { rows: text.rows, whole: () => whole(() => `GUESTS\n${text.all().join('\n')}`) },
  }
}

export type Stage = {
  hub: Hub
  port: number
  close(): Promise<void>
  connections(): Promise<number>
}

/** A hub behind `GET /live` on loopback. */
export const stage = async (
  options: Partial<HubNeeds> & { clock?: Clock } = {},
): Promise<Stage> => {
  const hub = createHub({ clock: systemClock, log: silentLog, beatMs: 1, ...options })
  const server = createServer((incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://live')
    const query = Object.fromEntries(url.searchParams)
    const want = wantOf(
      query,
      {
        acceptEncoding: incoming.headers['accept-encoding'],
        lastEventId: String(incoming.headers['last-event-id'] ?? ''),
      },
      query.owner,
    )
    try {
      streamTo(hub, outgoing, want)
    } catch (error) {
      outgoing.writeHead(404).end(String(error))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    hub,
    port: (server.address() as AddressInfo).port,
    connections: () =>
      new Promise((done, fail) => server.getConnections((e, n) => (e ? fail(e) : done(n)))),
    async close() {
      await hub.close()
      await new Promise((done) => {
        server.close(done)
        server.closeAllConnections()
      })
    },
  }
}

export type Reader = {
  response: IncomingMessage
  /** Everything so far. */
  text(): string
  /** Waits until `what` stands in the text. */
  sees(what: string): Promise<void>
  readonly ended: Promise<void>
  leave(): void
}

/** Reads a stream as a browser does; `read` turns bytes into text (gzip, say). */
export const reader = (
  port: number,
  path = '/live?panels=guests',
  headers: Record<string, string> = {},
): Promise<Reader> =>
  new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      let text = ''
      const waiting = new Set<() => void>()
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        for (const look of waiting) look()
      })
      const ended = new Promise<void>((done) => response.once('close', () => done()))
      response.on('error', () => {})
      resolve({
        response,
        text: () => text,
        ended,
        leave: () => request.destroy(),
        sees: (what) =>
          new Promise((done) => {
            const look = () => {
              if (!text.includes(what)) return
              waiting.delete(look)
              done()
            }
            waiting.add(look)
            look()
          }),
      })
    })
    request.on('error', reject)
  })

/** A raw connection that has asked for the stream and reads nothing until it is told to. */
export const stalledReader = (port: number, path = '/live?panels=guests'): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.pause()
      socket.write(`GET ${path} HTTP/1.1\r\nHost: live\r\n\r\n`, () => resolve(socket))
    })
    socket.on('error', () => {})
  })

/** Waits until `is` holds; looks once a turn of the loop. */
export const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await is())) await new Promise<void>((done) => setImmediate(done))
}
