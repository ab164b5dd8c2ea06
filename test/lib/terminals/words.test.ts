/** What is said between browser, server and host: frames, tickets, lines for tmux, targets. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createFlow } from '../../../lib/terminals/flow.ts'
import { bounded, dataFrame, isSize, read } from '../../../lib/terminals/protocol.ts'
import { demandTarget, targetsOf, type World } from '../../../lib/terminals/targets.ts'
import { createTickets } from '../../../lib/terminals/tickets.ts'
import * as tmux from '../../../lib/terminals/tmux.ts'
import { fakeClock } from '../../clock.ts'
import { calmEvening } from '../../pictures.ts'

const words = suite('what terminals say')

const json = (value: unknown) =>
  Buffer.concat([Buffer.from([4]), Buffer.from(JSON.stringify(value))])

words('bytes pass as they are, whatever they would mean as text', () => {
  const half = Uint8Array.from([0xe2, 0x82])
  assert.equal([...dataFrame(half)], [0, 0xe2, 0x82])
  const asked = read(Uint8Array.from([0, 0xff, 0xfe]))
  assert.equal(asked.type === 'input' && [...asked.bytes], [0xff, 0xfe])
})
words('what is not of the protocol is refused', () => {
  for (const frame of [[], [9], [1, 0, 80], [2, 1], [3, 3], [4, 123], [4]])
    assert.throws(() => read(Uint8Array.from(frame)), /protocol/)
  for (const asked of [null, 7, {}, { do: 'select' }, { do: 'select', id: '@1;kill-server' }])
    assert.throws(() => read(json(asked)), /protocol/)
  assert.throws(() => read(json({ do: 'rename', id: '@1', name: '' })), /protocol/)
})
words('a name of a window is one line and no format of tmux', () => {
  const asked = read(json({ do: 'rename', id: '@1', name: '#(touch /tmp/x)\n"; rm' }))
  assert.equal(asked, {
    type: 'control',
    control: { do: 'rename', id: '@1', name: '(touch /tmp/x) "; rm' },
  })
})
words('sizes no screen can have are told apart', () => {
  assert.not(isSize(0, 0))
  assert.not(isSize(1_000_000, 24))
  assert.ok(isSize(80, 24))
  assert.equal(bounded(Number.NaN, 1e9), { cols: 80, rows: 500 })
})

words('a viewer who does not read is full at 256 kB and has room at 64 kB', () => {
  const said: string[] = []
  const flow = createFlow({ onFull: () => said.push('full'), onRoom: () => said.push('room') })
  flow.sent(256 * 1024)
  assert.equal(said, [])
  flow.sent(1)
  assert.equal(said, ['full'])
  flow.acked(150 * 1024)
  assert.ok(flow.isFull())
  // An acknowledgement of more than was sent is one of all of it.
  flow.acked(4_000_000_000)
  assert.equal(said, ['full', 'room'])
  flow.sent(256 * 1024)
  assert.not(flow.isFull())
})

words('a ticket opens once, soon, for its terminal and its session', () => {
  const clock = fakeClock()
  const tickets = createTickets({ clock })
  const mine = { terminal: 'a', session: 's', mode: 'watch' as const }
  assert.is(tickets.redeem(tickets.issue(mine), 'a', 's'), 'watch')
  const used = tickets.issue(mine)
  tickets.redeem(used, 'a', 's')
  assert.is(tickets.redeem(used, 'a', 's'), undefined)
  assert.is(tickets.redeem(tickets.issue(mine), 'b', 's'), undefined)
  assert.is(tickets.redeem(tickets.issue(mine), 'a', 'other'), undefined)
  assert.is(tickets.redeem('', 'a', 's'), undefined)
})
words('a ticket is good for half a minute', async () => {
  const clock = fakeClock()
  const tickets = createTickets({ clock })
  const ticket = tickets.issue({ terminal: 'a', session: 's', mode: 'work' })
  await clock.advance(30_001)
  assert.is(tickets.redeem(ticket, 'a', 's'), undefined)
})

words('windows are read whatever they are called', () => {
  const said = '@0|1|bash|a|b|c\n@12|0|vim|größe ✓\nno server running\n'
  assert.equal(tmux.windowsFrom(said), [
    { id: '@0', active: true, command: 'bash', name: 'a|b|c' },
    { id: '@12', active: false, command: 'vim', name: 'größe ✓' },
  ])
})
words('two who come at once find one session: whoever is second has it, too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jarvis-tmux-'))
  // At the first look nobody has the session; then somebody else was quicker.
  const stub = `#!/bin/sh
case "$*" in
  *has-session*) [ -e ${folder}/made ];;
  *) touch ${folder}/made; echo 'duplicate session: jarvis-t1' >&2; exit 1;;
esac\n`
  writeFileSync(join(folder, 'tmux'), stub, { mode: 0o755 })
  const { stdout } = spawnSync('/bin/sh', ['-c', tmux.prepare('t1', { cols: 80, rows: 24 })], {
    env: { PATH: `${folder}:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  assert.is(tmux.preparedFrom(stdout), 'had')
})
words('a watcher is read-only to tmux itself', () => {
  assert.match(tmux.attach('t1', 'v1', { watch: true }), /-f read-only,ignore-size /)
  assert.not.match(tmux.attach('t1', 'v1', { watch: false }), /read-only/)
})

const host = (name: string, ...aliases: string[]) => ({
  name,
  aliases,
  address: '192.168.1.5',
  port: 22,
  user: 'root',
})

words(
  'nodes, containers through their node, and hosts can be opened; a VM without an address not',
  () => {
    const world = calmEvening() as World
    const targets = targetsOf([host('pve'), host('nas')], world)
    assert.ok(targets.some((t) => t.key === 'node/pve' && t.command === undefined))
    assert.ok(targets.some((t) => t.key === 'host/nas'))
    for (const t of targets.filter((t) => t.kind === 'guest')) {
      const guest = world.guests.find((g) => `guest/${g.vmid}` === t.key)!
      assert.is(guest.kind, 'lxc')
      assert.is(guest.node, 'pve')
      assert.is(t.command, `pct enter ${guest.vmid}`)
    }
  },
)
words('a guest with an SSH of its own is reached there', () => {
  const world = calmEvening() as World
  const vm = world.guests.find((g) => g.kind === 'qemu' && !g.template)!
  const targets = targetsOf([host('desktop', String(vm.vmid))], world)
  const target = targets.find((t) => t.key === `guest/${vm.vmid}`)
  assert.is(target?.host, 'desktop')
  assert.is(target?.command, undefined)
})
words('a place that is off or does not exist is refused with the next step', () => {
  const world = calmEvening() as World
  const off = { ...world, nodes: world.nodes.map((n) => ({ ...n, reach: 'offline' as const })) }
  assert.throws(() => demandTarget(targetsOf([host('pve')], off), 'node/pve'), /pve is lost/)
  assert.throws(
    () => demandTarget(targetsOf([host('pve')], world), 'node/pv'),
    (e: { kind: string; next: string }) => e.kind === 'not-found' && /node\/pve/.test(e.next),
  )
})
words.run()
