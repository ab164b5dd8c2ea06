/** Where Jarvis runs: found by the cards of this machine among those of guests and nodes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createBus, type News } from '../../../lib/bus.ts'
import { hours, systemClock } from '../../../lib/clock.ts'
import { createInventory, hardwareOf } from '../../../lib/cluster/hardware.ts'
import { createSelf, whereIs } from '../../../lib/cluster/self.ts'
import { knownWorld } from '../../../lib/cluster/world.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { silentLog } from '../../../lib/log.ts'
import { isTakenBack, protectionOf } from '../../../lib/safety/protected.ts'
import { fakeClock } from '../../clock.ts'
import { type House, openHouse, until } from '../../house.ts'

const self = suite<{ house: House }>('self')
self.before(async (t) => {
  t.house = await openHouse()
})
self.after((t) => t.house.close())

type Cards = Parameters<typeof whereIs>[0]
const card = (mac: string, address = '10.9.9.9', internal = false): Cards => ({
  eth0: [{ address, netmask: '', family: 'IPv4', mac, internal, cidr: null }],
})

self('cards and disks are read out of both kinds of configuration', () => {
  assert.equal(
    hardwareOf('lxc', {
      net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:0A:0B:0C,ip=192.168.1.103/24,ip6=fd00::7/64',
      net1: 'name=eth1,bridge=vmbr1,hwaddr=BC:24:11:0A:0B:0D,ip=dhcp',
      rootfs: 'local-lvm:vm-103-disk-0,size=8G',
      mp0: 'tank:subvol-103,mp=/data',
      mp1: '/mnt/media,mp=/media',
    }),
    {
      macs: ['bc:24:11:0a:0b:0c', 'bc:24:11:0a:0b:0d'],
      addresses: ['192.168.1.103', 'fd00::7'],
      storages: ['local-lvm', 'tank'],
    },
  )
  assert.equal(
    hardwareOf('qemu', {
      net0: 'virtio=BC:24:11:00:00:01,bridge=vmbr0',
      ipconfig0: 'ip=10.0.0.5/24,gw=10.0.0.1',
      scsi0: 'nvme1:vm-100-disk-0,size=64G',
      efidisk0: 'local-lvm:vm-100-disk-1,efitype=4m',
      ide2: 'local:iso/debian.iso,media=cdrom',
      sata0: 'none,media=cdrom',
      scsihw: 'virtio-scsi-single',
    }),
    {
      macs: ['bc:24:11:00:00:01'],
      addresses: ['10.0.0.5'],
      storages: ['local-lvm', 'nvme1'],
    },
  )
})

self('a MAC outranks an address; loopback, tunnels and link-local addresses tell nothing', () => {
  const guest = (mac: string, address: string) => ({
    macs: [mac],
    addresses: [address],
    storages: [],
  })
  const guests = new Map([
    [103, guest('bc:24:11:00:00:03', '10.0.0.3')],
    [105, guest('bc:24:11:00:00:05', '10.0.0.5')],
  ])
  const nodes = [{ name: 'pve', address: '10.0.0.2' }]
  const at = (cards: Cards) => whereIs(cards, guests, nodes)?.key
  assert.is(at(card('BC:24:11:00:00:05', '10.0.0.3')), 'guest/105')
  assert.is(at(card('02:42:00:00:00:01', '10.0.0.3')), 'guest/103')
  assert.is(at(card('02:42:00:00:00:01', '10.0.0.2')), 'node/pve')
  assert.is(at(card('02:42:00:00:00:01', '172.17.0.2')), undefined)
  assert.is(at(card('bc:24:11:00:00:05', '127.0.0.1', true)), undefined)
  assert.is(whereIs(card('00:00:00:00:00:00', 'fe80::1'), guests, nodes), undefined)
  const odd = new Map([[9, guest('00:00:00:00:00:00', 'fe80::1')]])
  assert.is(whereIs(card('00:00:00:00:00:00', 'fe80::1'), odd, nodes), undefined)
})

/** An inventory of the lab's guests with a clock that the test moves. */
const take = ({ house }: { house: House }, cards: Cards, told?: string) => {
  const news: News<Events>[] = []
  const bus = createBus<Events>(() => {})
  bus.onAny((n) => void news.push(n))
  const clock = fakeClock(systemClock.now())
  const asked: number[] = []
  const inventory = createInventory({
    clock,
    log: silentLog,
    bus,
    source: {
      config(ref) {
        asked.push(ref.vmid)
        return house.proxmox.guests.config(ref)
      },
    },
    seen: () => house.cluster.picture(),
    onNews: () => found.look(),
  })
  const found = createSelf({
    cards: () => cards,
    inventory,
    nodes: () => house.cluster.picture().nodes,
    told,
    bus,
  })
  const poll = () => bus.emit('cluster.polled', { version: 1 })
  return {
    inventory,
    found,
    clock,
    asked,
    poll,
    told: () => news.filter((n) => n.kind === 'safety.elsewhere'),
  }
}

const macOf = ({ house }: { house: House }, vmid: number) =>
  String(house.lab.world.guest(vmid)!.net.hwaddr).toLowerCase()

self('found by MAC in the lab, each guest is asked once an hour', async (t) => {
  const { inventory, found, clock, asked, poll } = take(t, card(macOf(t, 302)))
  poll()
  await until(() => inventory.isWhole())
  assert.equal(found.found(), { key: 'guest/302', by: 'MAC' })
  assert.is(asked.length, t.house.cluster.picture().guests.length)
  poll()
  await clock.advance(hours(1) - 1000)
  poll()
  assert.is(asked.length, t.house.cluster.picture().guests.length)
  await clock.advance(2000)
  poll()
  await until(() => asked.length === 2 * t.house.cluster.picture().guests.length)
  inventory.close()
})

self(
  'where configuration and finding disagree both are protected, and it is said once',
  async (t) => {
    const { inventory, found, poll, told } = take(t, card(macOf(t, 303)), 'guest/103')
    poll()
    await until(() => inventory.isWhole())
    found.look()
    assert.equal(told(), [
      { kind: 'safety.elsewhere', payload: { told: 'guest/103', found: 'guest/303', by: 'MAC' } },
    ])
    const world = knownWorld(t.house.cluster.picture(), inventory.of)
    const protection = protectionOf(world, { self: found.told(), found: found.found()!.key })!
    for (const id of ['103', '303']) {
      const shield = protection.of({ kind: 'guest', id })!
      assert.ok(shield.vital, id)
      assert.is(isTakenBack(shield), false)
    }
    const lies = protection.edges.filter((e) => e.from === 'guest/303' && e.what === 'has disks on')
    assert.ok(lies.length > 0)
    for (const { to } of lies)
      assert.match(
        protection.of({ kind: 'storage', id: to.slice('storage/'.length) })!.why.join(),
        'which has disks on',
      )
    inventory.close()
  },
)

self.run()
