/** tmux put on a node by a person's click: a stub of apt-get, on a real sshd, with a real tmux. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'
import { type Stage, stage, until } from '../lib/ssh/stage.ts'
import { noSshd, type Sshd } from '../sshd/servers.ts'
import { ask, connect, open, openTerminals } from '../terminals.ts'
import type { House } from '../whole.ts'

const why = noSshd()
if (why) console.log(`SKIPPED tmux put on a node: ${why}`)

/** Waits while /tmp/slow-fetch or /tmp/slow-put is there, and says in /tmp/asked what it was asked. */
const APT_GET = `echo "$DEBIAN_FRONTEND $*" >>/tmp/asked
wait_while() { echo $$ >/tmp/at-$1; while [ -e /tmp/slow-$1 ]; do sleep 0.1; done; }
case "$*" in
  'install -y --download-only tmux') wait_while fetch ;;
  'install -y tmux')
    [ ! -e /tmp/refuse ] || { echo 'E: dpkg was interrupted'; exit 100; }
    wait_while put
    mkdir -p /run/come && ln -s /usr/bin/tmux /run/come/tmux ;;
  *) echo "E: not this: $*"; exit 100 ;;
esac`

type World = { house: House; sshd: Sshd; s: Stage }
const arrival = suite<World>('tmux put on a node')
arrival.before(async (t) => {
  if (why) return
  Object.assign(t, await openTerminals({ tmux: false, programs: { 'apt-get': APT_GET } }))
  t.s = await stage({ hosts: { pve: t.sshd }, identity: { keyFile: t.sshd.keyFile } })
})
arrival.after(async ({ house, sshd, s }) => {
  s?.close()
  await house?.close()
  await sshd?.stop()
})
const real = (name: string, work: (t: World) => Promise<void>) =>
  arrival(name, async (t) => {
    if (!why) await work(t)
  })
const said = async ({ ssh }: Stage, script: string) => (await ssh.exec('pve', script)).stdout
const install = async (house: House) => {
  const answer = await ask(house, paths.tmuxInstall(), { node: 'pve' })
  return { status: answer.status, text: await answer.text() }
}

real('STOP while it is fetched ends apt-get on the node, and nothing is put in', async (t) => {
  const { house, s } = t
  await said(s, 'touch /tmp/slow-fetch')
  const deed = install(house)
  await until('it fetches', async () => (await said(s, 'cat /tmp/at-fetch 2>&1')).length < 9)
  await ask(house, paths.stop())
  const { status, text } = await deed
  assert.is(status, 503, text)
  assert.match(text, /cancelled by STOP\. There is no tmux on pve/)
  const left = 'kill -0 $(cat /tmp/at-fetch) 2>/dev/null && echo lives || echo gone'
  assert.is(await said(s, left), 'gone\n')
  assert.is(await said(s, 'cat /tmp/asked'), 'noninteractive install -y --download-only tmux\n')
  await ask(house, paths.stopRelease())
  await said(s, 'rm /tmp/slow-fetch')
})
real('what apt-get says is told, and nothing is claimed', async ({ house, s }) => {
  await said(s, 'touch /tmp/refuse')
  const { status, text } = await install(house)
  assert.is(status, 502, text)
  assert.match(text, /E: dpkg was interrupted\. There is no tmux on pve/)
  await said(s, 'rm /tmp/refuse')
})
real('STOP while it is put in lets that end, and says so; terminals outlive us', async (t) => {
  const { house, s } = t
  const before = await open(house)
  const kept = await connect(house, before)
  await kept.isOpen()
  assert.ok(kept.meta.some((m) => m.way === 'kept'))
  await said(s, 'touch /tmp/slow-put')
  const deed = install(house)
  await until('it is put in', async () => (await said(s, 'cat /tmp/at-put 2>&1')).length < 9)
  await ask(house, paths.stop())
  await said(s, 'rm /tmp/slow-put')
  const { status, text } = await deed
  assert.is(status, 200, text)
  assert.match(text, /tmux on pve is there\. Warnings: STOP came .* I let that end/)
  await ask(house, paths.stopRelease())
  const again = await install(house)
  assert.match(again.text, /tmux on pve is there already/)
  const line = await connect(house, await open(house))
  await line.isOpen()
  assert.ok(line.meta.some((m) => m.way === 'tmux'))
  kept.type("echo still-he''re\r")
  await kept.says('still-here')
  await kept.close()
  await line.close()
})
arrival.run()
