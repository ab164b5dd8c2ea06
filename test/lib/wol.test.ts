/** Magic packets as a sleeping network card hears them. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { NetworkInterfaceInfo } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../lib/errors.ts'
import { broadcastOf, createWol, magicPacket } from '../../lib/wol.ts'
import { fakeClock } from '../clock.ts'

const wol = suite<{ card: Socket; port: number; heard: Buffer[] }>('wake on LAN')
wol.before.each(async (t) => {
  t.heard = []
  t.card = createSocket('udp4')
  t.card.on('message', (packet) => t.heard.push(packet))
  t.card.bind(0, '127.0.0.1')
  await once(t.card, 'listening')
  t.port = t.card.address().port
})
wol.after.each((t) => void t.card.close())

const network = (address: string, netmask: string, internal = false): NetworkInterfaceInfo => ({
  address,
  netmask,
  internal,
  family: 'IPv4',
  mac: '00:00:00:00:00:00',
  cidr: null,
})

wol('three packets arrive, byte by byte as the card wants them', async (t) => {
  const clock = fakeClock()
  const sent = createWol({ clock }).wake(
    { mac: 'BC:24:11:2e:5F:01' },
    { broadcast: '127.0.0.1', port: t.port },
  )
  while (t.heard.length < 3) await clock.advance(100)
  assert.equal(await sent, { to: '127.0.0.1', port: t.port })
  const wanted = `ffffffffffff${'bc24112e5f01'.repeat(16)}`
  assert.is(wanted.length, 204)
  assert.equal(
    t.heard.map((p) => p.toString('hex')),
    [wanted, wanted, wanted],
  )
})

wol('the broadcast is that of the network the node lies in', () => {
  const networks = {
    lo: [network('127.0.0.1', '255.0.0.0', true)],
    eth0: [network('192.168.1.10', '255.255.255.0')],
    eth1: [network('10.4.200.3', '255.255.240.0')],
  }
  assert.is(broadcastOf('192.168.1.50', networks), '192.168.1.255')
  assert.is(broadcastOf('10.4.193.1', networks), '10.4.207.255')
  assert.is(broadcastOf('172.16.0.1', networks), undefined)
  assert.is(broadcastOf('pve.lan', networks), undefined)
  assert.is(broadcastOf('127.0.0.50', networks), undefined)
})

wol('a MAC address with dashes is as good, anything else is refused', () => {
  assert.equal(magicPacket('bc-24-11-2e-5f-01'), magicPacket('BC:24:11:2E:5F:01'))
  for (const wrong of ['', 'bc:24:11:2e:5f', 'bc24112e5f01', 'zz:24:11:2e:5f:01', '$(id)'])
    assert.throws(
      () => magicPacket(wrong),
      (e: Problem) => e instanceof Problem && e.kind === 'invalid',
    )
})

wol('what the system refuses is told with where it should have gone', async () => {
  const clock = fakeClock()
  const refused = await createWol({ clock })
    .wake({ mac: 'bc:24:11:2e:5f:01' }, { broadcast: '127.0.0.1', port: 0 })
    .catch((error: Problem) => error)
  assert.instance(refused, Problem)
})

wol.run()
