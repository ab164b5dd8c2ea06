/** Terminals through the front door, on a real sshd with a real tmux. */
import { createHash, randomBytes } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket } from 'ws'
import type { TrailRow } from '../../lib/audit/trail.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { paths } from '../../lib/paths.ts'
import { until } from '../lib/ssh/stage.ts'
import { noSshd, type Sshd } from '../sshd/servers.ts'
import {
  ask,
  connect,
  open,
  openTerminals,
  socketHeaders,
  socketUrl,
  ticketFor,
} from '../terminals.ts'
import type { House } from '../whole.ts'

const why = noSshd()
if (why) console.log(`SKIPPED terminals on a real host: ${why}`)

/** True time, and what a test lets pass besides. */
let passed = 0
const clock: Clock = { now: () => Date.now() + passed, after: systemClock.after }

type World = { house: House; sshd: Sshd }
const terminals = suite<World>('terminals')
terminals.before(async (t) => {
  if (!why) Object.assign(t, await openTerminals({ clock }))
})
terminals.after(async ({ house, sshd }) => {
  await house?.close()
  await sshd?.stop()
})
const real = (name: string, work: (t: World) => Promise<void>) =>
  terminals(name, async (t) => {
    if (!why) await work(t)
  })

const refusalOf = (url: string, headers: Record<string, string>) =>
  new Promise<number | 'open'>((done) => {
    const socket = new WebSocket(url, { headers })
    socket.on('error', () => {})
    socket.once('unexpected-response', (_, response) => {
      done(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.once('open', () => {
      done('open')
      socket.terminate()
    })
  })
const textOf = async (house: House, id: string) =>
  (
    await fetch(house.url + paths.terminalText(id), {
      headers: { cookie: `jv_session=${house.cookie.value}` },
    })
  ).text()

real(
  'a shell outlives its browser and the server, and goes on in another size',
  async ({ house }) => {
    const id = await open(house)
    const desk = await connect(house, id)
    await desk.isOpen()
    desk.type('MARK=kept-$((6*7)); echo $MARK; for i in 1 2 3; do echo line-$i; done\r')
    await desk.says('line-3')
    await desk.close()
    await house.restart()
    const phone = await connect(house, id, { cols: 44, rows: 20 })
    await phone.isOpen()
    await phone.says('line-3')
    phone.forget()
    phone.type('echo again-$MARK; stty size\r')
    await phone.says('again-kept-42')
    await phone.says('20 44')
    await phone.close()
    assert.match(await textOf(house, id), /kept-42\nline-1\nline-2\nline-3/)
  },
)
real('a stopped server says so to the socket, and tmux lives on', async ({ house }) => {
  const id = await open(house)
  const line = await connect(house, id)
  await line.isOpen()
  await house.restart()
  await line.ends()
  assert.is(line.end()?.code, 1001)
  const back = await connect(house, id)
  await back.isOpen()
  await back.close()
})

real(
  'no cookie, a foreign page, a used ticket or a token: refused before there is a socket',
  async ({ house }) => {
    const id = await open(house)
    const at = async () => socketUrl(house, id, await ticketFor(house, id))
    assert.is(await refusalOf(await at(), { origin: house.url }), 401)
    assert.is(
      await refusalOf(await at(), socketHeaders(house, { origin: 'https://evil.example' })),
      403,
    )
    assert.is(await refusalOf(await at(), { cookie: socketHeaders(house).cookie }), 403)
    const once = await at()
    const first = new WebSocket(once, { headers: socketHeaders(house) })
    await new Promise((done) => first.once('open', done))
    assert.is(await refusalOf(once, socketHeaders(house)), 403)
    first.close()
    const other = socketUrl(house, await open(house), await ticketFor(house, id))
    assert.is(await refusalOf(other, socketHeaders(house)), 403)
    const token = { authorization: `Bearer ${house.token}` }
    assert.is(await refusalOf(await at(), token), 403)
    const listed = await fetch(house.url + paths.terminals(), { headers: token })
    assert.is(listed.status, 403)
  },
)
real(
  'what is no frame of the protocol or larger than one ends the socket, not the server',
  async ({ house }) => {
    const id = await open(house)
    const strange = await connect(house, id)
    await strange.isOpen()
    strange.frame(9, Buffer.from('what'))
    await strange.ends()
    assert.is(strange.end()?.code, 1003)
    const large = await connect(house, id)
    await large.isOpen()
    large.frame(0, Buffer.alloc(70_000, 0x61))
    await large.ends()
    assert.is(large.end()?.code, 1009)
    const well = await connect(house, id)
    await well.isOpen()
    await well.close()
  },
)
real('a watcher sees, and whatever his page sends reaches nobody', async ({ house }) => {
  const id = await open(house)
  const worker = await connect(house, id, { cols: 90, rows: 30 })
  await worker.isOpen()
  const watcher = await connect(house, id, { mode: 'watch', cols: 40, rows: 10 })
  await watcher.isOpen()
  watcher.type('echo from-the-watcher\r')
  watcher.resize(40, 10)
  watcher.control({ do: 'new' })
  worker.type('echo from-$((1+1))-worker; stty size\r')
  await watcher.says('from-2-worker')
  await worker.says('30 90')
  assert.not.match(await textOf(house, id), /from-the-watcher/)
  const windows = () => worker.meta.findLast((m) => m.windows)?.windows
  worker.control({ do: 'windows' })
  await worker.until('the list', () => windows() !== undefined)
  assert.is(windows()?.length, 1)
  await worker.close()
  await watcher.close()
})
real('sizes that no screen has are left out; the last good one holds', async ({ house }) => {
  const line = await connect(house, await open(house))
  await line.isOpen()
  line.resize(0, 0)
  line.resize(65_535, 65_535)
  line.type('stty size\r')
  await line.says('24 80')
  line.resize(100, 40)
  line.resize(0, 0)
  line.forget()
  line.type('sleep 0.3; stty size\r')
  await line.says('40 100')
  await line.close()
})
real(
  'windows are made, named, chosen and closed, and every viewer has his own in front',
  async ({ house }) => {
    const id = await open(house)
    const [one, two] = [await connect(house, id), await connect(house, id)]
    await one.isOpen()
    await two.isOpen()
    const windows = (line: typeof one) => line.meta.findLast((m) => m.windows)?.windows ?? []
    one.control({ do: 'new' })
    await one.until('two windows', () => windows(one).length === 2)
    const made = windows(one).find((w) => w.active)!
    one.control({ do: 'rename', id: made.id, name: 'größe | ✓ #(id);' })
    await one.until('its name', () => windows(one).some((w) => w.name === 'größe | ✓ (id);'))
    two.control({ do: 'windows' })
    await two.until('the list', () => windows(two).length === 2)
    assert.is(windows(two).find((w) => w.active)?.id === made.id, false)
    one.type('echo only-$((5*5))-here\r')
    await one.says('only-25-here')
    assert.not.match(two.text(), /only-25-here/)
    two.control({ do: 'select', id: made.id })
    await two.says('only-25-here')
    two.control({ do: 'close', id: made.id })
    await two.until('one window', () => windows(two).length === 1)
    await one.close()
    await two.close()
  },
)
real('the end of the shell is the end of the terminal, and it says so', async ({ house }) => {
  const id = await open(house)
  const line = await connect(house, id)
  await line.isOpen()
  line.type('exit\r')
  await line.ends()
  assert.is(line.end()?.code, 4410)
  const page = await fetch(house.url + paths.terminal(id), {
    headers: { cookie: `jv_session=${house.cookie.value}`, accept: 'application/json' },
  })
  assert.is(page.status, 404)
})
real('a paste of 5 MB arrives whole', async ({ house }) => {
  const line = await connect(house, await open(house))
  await line.isOpen()
  const size = 5_000_000
  const sent = Buffer.from(randomBytes(size / 2).toString('hex'))
  line.type(`stty raw -echo; echo rea''dy; head -c ${size} | sha256sum; stty sane\r`)
  await line.says('ready')
  for (let at = 0; at < size; at += 16_384) line.type(sent.subarray(at, at + 16_384))
  await line.says(createHash('sha256').update(sent).digest('hex'), 60_000)
  await line.close()
})
real('invalid bytes and characters split between packets do not end it', async ({ house }) => {
  const line = await connect(house, await open(house))
  await line.isOpen()
  line.type("head -c 200000 /bin/bash; printf '\\xe2\\x82'; sleep 0.1; printf '\\xac\\n'\r")
  await line.until('binary output', () => line.bytes() > 2000)
  line.control({ do: 'new' })
  await line.until(
    'a window',
    () => (line.meta.findLast((m) => m.windows)?.windows?.length ?? 0) === 2,
  )
  line.type("printf '\\xe2\\x82'; sleep 0.1; printf '\\xac we''ll\\n'\r")
  await line.says('€ well')
  await line.close()
})
real('a container is entered through its node, in every window', async ({ house }) => {
  const id = await open(house, 'guest/302')
  const line = await connect(house, id)
  await line.isOpen()
  await line.says('stub pct enter 302')
  line.control({ do: 'new' })
  await line.until('two', () => (line.meta.findLast((m) => m.windows)?.windows?.length ?? 0) === 2)
  await line.close()
})
/** Bytes in use after the garbage is gone. */
const heldNow = (): number => {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
const comeAndGo = async (house: House, id: string, times: number) => {
  for (let n = 0; n < times; n++) {
    const line = await connect(house, id)
    await line.isOpen()
    await line.close()
  }
}
real(
  'a hundred reconnects leave nothing on the host, no viewer and no memory',
  async ({ house }) => {
    const id = await open(house)
    await comeAndGo(house, id, 20)
    const before = heldNow()
    await comeAndGo(house, id, 100)
    const grown = (heldNow() - before) / 2 ** 20
    console.log(`\nCOUNT a hundred reconnects: ${grown.toFixed(1)} MB grown`)
    assert.ok(grown < 6, `${grown} MB`)
    const line = await connect(house, id)
    await line.isOpen()
    const sessions = `tmux -L jarvis ls -F '#{session_name}' | grep -c '^jarvis-${id}'`
    line.type(
      `for i in 1 2 3 4 5 6 7 8 9; do n=$(${sessions}); [ $n -le 2 ] && break; sleep 0.3; done; echo sess''ions=$n\r`,
    )
    await line.says('sessions=2')
    line.type("echo chan''nels=$(pgrep -fc '^tmux .*-L jarvis .*new-session')\r")
    await line.until('one client', () => /channels=[012]\b/.test(line.text()))
    await line.close()
    const list = (await (
      await fetch(house.url + paths.terminals(), {
        headers: { cookie: `jv_session=${house.cookie.value}`, accept: 'application/json' },
      })
    ).json()) as { terminals: { id: string; viewers: number }[] }
    assert.is(list.terminals.find((t) => t.id === id)?.viewers, 0)
  },
)
real('twenty at once on one node', async ({ house }) => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => open(house)))
  const lines = []
  for (const id of ids) lines.push(await connect(house, id))
  await Promise.all(lines.map((line) => line.isOpen()))
  for (const [n, line] of lines.entries()) line.type(`echo num''ber-${n}-$((n+${n}))\r`)
  await Promise.all(lines.map((line, n) => line.says(`number-${n}-${n}`)))
  await Promise.all(lines.map((line) => line.close()))
  for (const id of ids) await ask(house, paths.terminalEnd(id))
})
real('who, where, from where and how long is written down', async ({ house }) => {
  const id = await open(house, 'guest/302')
  const rows = async (what: string) =>
    (await house.trail()).filter((r) => r.what === what && r.args?.terminal === id)
  const [opened] = await rows('terminal.open')
  const about = { who: 'alice', from: '127.0.0.1', target: 'guest/302', verdict: 'run' }
  const told = ({ who, from, target, verdict }: TrailRow) => ({ who, from, target, verdict })
  assert.equal(told(opened!), about)
  assert.is((await rows('terminal.attach')).length, 0)
  const worker = await connect(house, id)
  await worker.isOpen()
  const watcher = await connect(house, id, { mode: 'watch' })
  await watcher.isOpen()
  const [came, first] = await rows('terminal.attach')
  assert.equal(told(first!), about)
  assert.equal([first!.args?.mode, came!.args?.mode], ['work', 'watch'])
  assert.is((await rows('terminal.leave')).length, 0)
  passed += 125_000
  await worker.close()
  await until('the leave', async () => (await rows('terminal.leave')).length === 1)
  const [left] = await rows('terminal.leave')
  assert.equal(told(left!), about)
  assert.equal([left!.of, left!.outcome, left!.args?.mode], [first!.id, 'done', 'work'])
  assert.match(left!.reason!, /^after 2[\s\u2009]min/)
  await ask(house, paths.terminalEnd(id))
  await watcher.ends()
  await until('the other leave', async () => (await rows('terminal.leave')).length === 2)
  assert.is((await rows('terminal.leave'))[0]!.of, came!.id)
  assert.equal(told((await rows('terminal.end'))[0]!), about)
})
real('a server that ends writes down who left', async ({ house }) => {
  const id = await open(house)
  const line = await connect(house, id)
  await line.isOpen()
  await house.restart()
  const left = (await house.trail()).find((r) => r.args?.terminal === id)
  assert.equal([left?.what, left?.who], ['terminal.leave', 'alice'])
  const nodes = () => open(house).catch(() => undefined)
  await until('the cluster is seen again', async () => (await nodes()) !== undefined)
})
real('when the host goes, the socket says that the link was lost', async ({ house, sshd }) => {
  const line = await connect(house, await open(house))
  await line.isOpen()
  await sshd.stop()
  await line.ends()
  assert.is(line.end()?.code, 4502)
  const again = await connect(house, await open(house))
  await again.ends()
  assert.is(again.end()?.code, 4500)
  assert.ok(again.meta.some((m) => m.problem))
})
terminals.run()
