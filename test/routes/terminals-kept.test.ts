/** Terminals on a host without tmux, through the front door: this server keeps their screen. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'
import { noSshd, type Sshd } from '../sshd/servers.ts'
import { ask, connect, open, openTerminals } from '../terminals.ts'
import type { House } from '../whole.ts'

const why = noSshd()
if (why) console.log(`SKIPPED terminals without tmux: ${why}`)

type World = { house: House; sshd: Sshd }
const kept = suite<World>('terminals without tmux')
kept.before(async (t) => {
  if (!why) Object.assign(t, await openTerminals({ tmux: false }))
})
kept.after(async ({ house, sshd }) => {
  await house?.close()
  await sshd?.stop()
})
const real = (name: string, work: (t: World) => Promise<void>) =>
  kept(name, async (t) => {
    if (!why) await work(t)
  })
const get = (house: House, path: string, accept = 'text/html') =>
  fetch(house.url + path, { headers: { cookie: `jv_session=${house.cookie.value}`, accept } })

real(
  'a closed browser loses nothing: shell, screen and what has scrolled away',
  async ({ house }) => {
    const id = await open(house)
    const first = await connect(house, id)
    await first.isOpen()
    assert.ok(first.meta.some((m) => m.way === 'kept'))
    first.type('MARK=$((6*7)); seq 1 200; echo mark-$MARK\r')
    await first.says('mark-42')
    await first.close()
    const second = await connect(house, id, { cols: 100, rows: 30 })
    await second.isOpen()
    await second.says('mark-42')
    assert.match(second.text(), /\b3\r\n4\r\n5\b/)
    second.forget()
    second.type('echo still-$MARK; stty size\r')
    await second.says('still-42')
    await second.says('30 100')
    await second.close()
    assert.match(await (await get(house, paths.terminalText(id))).text(), /mark-42/)
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
  // Frames are read in their order: what comes back for this one comes behind what they did.
  watcher.frame(3, Buffer.alloc(0))
  await watcher.until('a pong', () => watcher.pongs() === 1)
  worker.type('echo from-$((1+1))-worker; stty size\r')
  await watcher.says('from-2-worker')
  await worker.says('30 90')
  assert.not.match(worker.text(), /from-the-watcher/)
  await worker.close()
  await watcher.close()
})
real('the badge says that it ends with the server, and offers tmux', async ({ house }) => {
  const id = await open(house)
  // Nobody knows yet what is there: the page shows the offer when the badge comes.
  const first = await (await get(house, paths.terminal(id))).text()
  assert.match(first, /<form id="offer" hidden [^>]*>.*Install tmux on pve/)
  const line = await connect(house, id)
  await line.isOpen()
  await line.close()
  const page = await (await get(house, paths.terminal(id))).text()
  assert.match(page, /ends with the server/)
  assert.match(page, /<form id="offer" method[^>]*>.*Install tmux on pve/)
})
real(
  'a program that asks its terminal is answered once, also when nobody looks',
  async ({ house }) => {
    const line = await connect(house, await open(house))
    await line.isOpen()
    line.type("stty raw -echo; printf '\\033[5n'; head -c 4 | od -c | head -1; stty sane\r")
    await line.says('033   [   0   n')
    await line.close()
  },
)
real(
  'one who does not read keeps neither the other nor the shell waiting, and is drawn anew',
  async ({ house }) => {
    const id = await open(house)
    const [slow, quick] = [await connect(house, id, { deaf: true }), await connect(house, id)]
    await slow.isOpen()
    await quick.isOpen()
    quick.type("seq 1 400000; echo do''ne\r")
    await quick.says('done', 60_000)
    assert.ok(slow.bytes() < 400 * 1024, `${slow.bytes()} bytes`)
    slow.forget()
    slow.frame(2, Buffer.from([0xff, 0xff, 0xff, 0xff]))
    await slow.says('done')
    assert.ok(slow.meta.filter((m) => m.reset).length >= 2)
    await slow.close()
    await quick.close()
  },
)
real(
  'alone, one who does not read makes the shell wait; Ctrl-C works at once',
  async ({ house }) => {
    const line = await connect(house, await open(house), { deaf: true })
    await line.isOpen()
    line.type('yes | head -c 50000000\r')
    await line.until('it is full', () => line.bytes() > 250 * 1024)
    line.type('\x03')
    line.type("echo af''ter\r")
    // He reads again: only now does the rest come, and it is little.
    line.frame(2, Buffer.from([0xff, 0xff, 0xff, 0xff]))
    const again = setInterval(() => line.ack(), 20)
    await line.says('after', 30_000)
    clearInterval(again)
    assert.ok(line.bytes() < 8_000_000, `${line.bytes()} bytes`)
    await line.close()
  },
)
real('the offer is a deed: refused while STOP is pressed, written down', async ({ house }) => {
  await ask(house, paths.stop())
  const refused = await ask(house, paths.tmuxInstall(), { node: 'pve' })
  assert.is(refused.status, 503)
  await ask(house, paths.stopRelease())
  // apt finds it in the list of packages, and yet it is not there: both are told, nothing is claimed.
  const done = await ask(house, paths.tmuxInstall(), { node: 'pve' })
  assert.match(await done.text(), /There is no tmux on pve|apt-get/)
})
real('it ends with the server, and says so afterwards', async ({ house }) => {
  const id = await open(house)
  const line = await connect(house, id)
  await line.isOpen()
  await house.restart()
  await line.ends()
  assert.is(line.end()?.code, 1001)
  const page = await get(house, paths.terminal(id), 'application/json')
  assert.is(page.status, 404)
  assert.match(await page.text(), /ended with the server/)
})
kept.run()
