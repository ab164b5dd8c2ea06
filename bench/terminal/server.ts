/**
 * The server's side of a terminal, as a child whose memory can be read: the product's room, or the
 * plain way (every byte of the PTY is sent at once, whoever reads) over the same pool.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import { createTrail } from '../../lib/audit/trail.ts'
import { systemClock as clock } from '../../lib/clock.ts'
import { openDb } from '../../lib/db/db.ts'
import { migrate, readMigrations } from '../../lib/db/migrate.ts'
import { silentLog as log } from '../../lib/log.ts'
import { createIdentity } from '../../lib/ssh/identity.ts'
import { createSsh, type Ssh } from '../../lib/ssh/ssh.ts'
import { createTerminals } from '../../lib/terminals/terminals.ts'
import { answering, here, rss } from '../frame.ts'

type Host = { address: string; port: number; keyFile: string; fingerprint: string }

const start = async ({ host, plain }: { host: Host; plain: boolean }) => {
  const db = await openDb(':memory:')
  migrate(db, readMigrations(join(here, '../migrations')))
  const hosts = [{ name: 'pve', aliases: [], address: host.address, port: host.port, user: 'root' }]
  const identity = createIdentity({ keyFile: host.keyFile })
  const ssh = createSsh({ hosts: () => hosts, identity, db, clock, log })
  ssh.accept('pve', { fingerprint: host.fingerprint, algorithm: 'ssh-ed25519' }, 'the bench')
  const trail = createTrail({ db, clock })
  const world = () => ({ nodes: [], guests: [] })
  const terminals = createTerminals({ ssh, db, clock, log, trail, world, able: true })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 65_536 })
  const http = createServer()
  http.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => {})
      if (plain) void sendPlainly(ws, ssh)
      else attach(ws, terminals)
    }),
  )
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  return (http.address() as AddressInfo).port
}

const attach = (ws: WebSocket, terminals: ReturnType<typeof createTerminals>) => {
  const { id } = terminals.open('host/pve', { name: 'bench', from: 'bench' })
  const visitor = terminals.attach(id, {
    cols: 120,
    rows: 40,
    who: 'bench',
    from: 'bench',
    mode: 'work',
    wire: {
      send: (frame) => ws.send(frame, { binary: true }, () => {}),
      close: (code, reason) => ws.close(code, reason),
      hold: () => ws.pause(),
      go: () => ws.resume(),
    },
  })
  ws.on('message', (data: Buffer) => visitor.receive(data))
  ws.on('close', () => visitor.leave())
}

const sendPlainly = async (ws: WebSocket, ssh: Ssh) => {
  const opened = ssh.pty('pve', { cols: 120, rows: 40 })
  ws.on('message', async (data: Buffer) => {
    if (data[0] === 0) (await opened).stream.write(data.subarray(1))
  })
  const pty = await opened
  pty.stream.on('data', (chunk: Buffer) => ws.send(Buffer.concat([Buffer.from([0]), chunk])))
  ws.on('close', () => pty.close())
}

answering({ start, rss: () => rss(), live: () => process.memoryUsage.rss() })
