import { createViewer } from '../lib/live/viewer.ts'
import { socketSink } from '../lib/live/stream.ts'
import { parcel } from '../lib/live/packet.ts'
import { systemClock } from '../lib/clock.ts'
import { createServer, connect, type Socket } from 'node:net'
import { pause } from './frame.ts'
const mode = process.argv[2]
const socks: Socket[] = []
const server = createServer((s) => { socks.push(s) })
await new Promise<void>((r) => server.listen(0, '127.0.0.1', () => r()))
const port = (server.address() as any).port
for (let i = 0; i < 200; i++) connect(port, '127.0.0.1', function (this: any) { }).on('data', () => {})
while (socks.length < 200) await pause(10)
const viewers = socks.map((s) => createViewer({ sink: socketSink(s), clock: systemClock, form: 'html', gzip: false, owner: undefined, capBytes: 1 << 20, dropAfterMs: 1e9, whole: () => parcel(''), onDrop() {} }))
const text = 'x'.repeat(8000)
const out: number[] = []
for (let i = 0; i < 12; i++) {
  await pause(100)
  const b = process.cpuUsage()
  const p = parcel(text + i)
  if (mode === 'viewer') for (const v of viewers) v.send(p)
  else { const f = p.packet(false).framed; for (const s of socks) s.write(f) }
  const a = process.cpuUsage(b); out.push((a.user + a.system) / 200)
}
console.log(mode, out.map((x) => x.toFixed(1)).join(' '))
process.exit(0)
