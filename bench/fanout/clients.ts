/** Many raw sockets in one process: they only count, so that the server is what is measured. */
import { connect, type Socket } from 'node:net'
import { answering, moment, pause } from '../frame.ts'

/** `marks`: how much had come by when. */
type Client = { socket: Socket; got: number; base: number; marks: { got: number; at: number }[] }
let clients: Client[] = []
let stalled: Socket | undefined

const sse = (gzip: boolean) =>
  `GET /live HTTP/1.1\r\nHost: bench\r\n${gzip ? 'Accept-Encoding: gzip\r\n' : ''}\r\n`
const webSocket = `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: YmVuY2ggb2YgamFydmlzIQ==\r\n\r\n`
/** `40`, Socket.IO's "connect me to the main namespace", as a masked text frame with a zero mask. */
const ENTER = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30])

const open = (port: number, kind: string, gzip: boolean) =>
  new Promise<Client>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(kind === 'socket.io' ? webSocket : sse(gzip))
    })
    const client: Client = { socket, got: 0, base: 0, marks: [] }
    let hasEntered = kind !== 'socket.io'
    socket.on('data', (bytes) => {
      client.got += bytes.length
      client.marks.push({ got: client.got, at: moment() })
      if (!hasEntered) socket.write(ENTER)
      hasEntered = true
      resolve(client)
    })
    socket.on('error', reject)
  })

/** What was sent in greeting has all come when nobody has heard anything for a while. */
const quiet = async () => {
  while (Math.max(...clients.map((c) => c.marks.at(-1)!.at)) > moment() - 150) await pause(20)
}

answering({
  async open({ port, kind, gzip, n }: { port: number; kind: string; gzip: boolean; n: number }) {
    clients = []
    for (let i = 0; i < n; i += 50)
      clients.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(50, n - i) }, () => open(port, kind, gzip)),
        )),
      )
    await quiet()
    for (const client of clients) client.base = client.got
  },
  /** Waits until everybody has all updates; the milliseconds that each took to each client. */
  async received({ told }: { told: { bytes: number; started: number }[] }) {
    const all = told.reduce((sum, { bytes }) => sum + bytes, 0)
    while (clients.some((c) => c.got < c.base + all)) await pause(2)
    const times = clients.flatMap(({ marks, base }) => {
      let end = base
      let at = 0
      return told.map(({ bytes, started }) => {
        end += bytes
        while (marks[at]!.got < end) at += 1
        return marks[at]!.at - started
      })
    })
    for (const client of clients) [client.base, client.marks] = [client.got, client.marks.slice(-1)]
    return times
  },
  async excess({ ms }: { ms: number }) {
    await pause(ms)
    return Math.max(...clients.map((c) => c.got - c.base))
  },
  stall: ({ port }: { port: number }) =>
    new Promise<void>((done) => {
      stalled = connect(port, '127.0.0.1', () => {
        stalled?.pause()
        stalled?.write(sse(false), () => done())
      })
      stalled.on('error', () => {})
    }),
  async close() {
    stalled?.destroy()
    const closed = clients.map(
      ({ socket }) => new Promise<void>((done) => socket.once('close', () => done())),
    )
    for (const { socket } of clients) socket.destroy()
    await Promise.all(closed)
    clients = []
  },
})
