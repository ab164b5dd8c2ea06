/** Moves a guest to another node: a virtual machine while it runs, a container by a restart there. */
import * as z from 'zod'
import { stateOf, whyNot } from '../proxmox/guest.ts'
import type { Migrate } from '../proxmox/guests.ts'
import type { ClusterNode, GuestStatus } from '../proxmox/types.ts'
import { type GuestTarget, guestTarget, vmidInput } from './guest-target.ts'
import { disksOf } from './guest-worth.ts'
import { nodeInput } from './node-target.ts'
import { listed, stranger } from './places.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, type ReadBack } from './tool.ts'

export const guestMigrate = defineTool({
  name: 'guest_migrate',
  title: 'Move a guest to another node',
  description:
    'Moves a guest with its disks to another node. A running virtual machine moves live; a running container is shut down, moved and started there, so it is away for a while. A large disk takes long.',
  topic: 'guests',
  proof: 'the guest is on the other node, in the state in which it was',
  words: {
    noun: 'Move',
    doing: 'being moved',
    afterFailure: "The task's log says why; the guest should still be where it was.",
  },
  tasks: ['vzmigrate', 'qmigrate'],
  input: z.strictObject({
    vmid: vmidInput,
    target: nodeInput.meta({ description: 'The node to move to, such as pve.' }),
  }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid, target: to }): Promise<Found> {
    const { proxmox } = hands
    const guest = await guestTarget(hands, vmid)
    const { ref, label, word } = guest
    const { nodes } = await proxmox.cluster.status()
    const there = nodes.find((n) => n.name === to)
    if (!there) throw unknownNode(to, nodes)
    const running = word === 'running'
    const hindered = hindrance(guest, to, there.online)
    const place = hindered === undefined ? await placeFor(hands, guest, to) : {}
    const how: Migrate = {
      target: to,
      running,
      ...(ref.kind === 'qemu' && running && { withLocalDisks: true }),
      ...(place.storage !== undefined && { targetStorage: place.storage }),
    }
    return {
      label,
      targets: guest.targets,
      state: [guest.state, there.online, place.storage].join('|'),
      plan: {
        before: `${label} is ${word} on ${ref.node}.`,
        calls: [
          `POST /nodes/${ref.node}/${ref.kind}/${vmid}/migrate target=${to}${place.storage === undefined ? '' : ` target-storage=${place.storage}`}`,
        ],
        expected: `${label} is ${word} on ${to}.`,
        undo: `move it back to ${ref.node}`,
        goes: lost(guest, running),
        stays: `Its disks, which move along${place.storage === undefined ? '' : `, to ${place.storage}`}`,
      },
      whyNot: hindered ?? place.whyNot,
      run: ({ closing }) => proxmox.guests.migrate(ref, how, { signal: closing }),
      readBack: (_since, patient) => readBack(hands, guest, to, patient),
    }
  },
})

const lost = ({ ref }: GuestTarget, running: boolean): string => {
  if (!running) return 'Nothing; it does not run'
  return ref.kind === 'lxc'
    ? 'Its connections: a container is shut down, moved, and started again there'
    : 'Nothing; it moves while it runs'
}

const hindrance = ({ ref, label, guest }: GuestTarget, to: string, online: boolean) => {
  if (ref.node === to) return `${label} is on ${to} already.`
  if (!online) return `${to} is lost, so nothing can move there.`
  return whyNot('migrate', guest)
}

type Place = { storage?: string | undefined; whyNot?: string | undefined }

/** Where its disks go: to storages of the same name, or together to the roomiest that takes such. */
const placeFor = async (
  { proxmox }: Hands,
  { ref, label }: GuestTarget,
  to: string,
): Promise<Place> => {
  const [config, stores] = await Promise.all([
    proxmox.guests.config(ref),
    proxmox.nodes.storages(to),
  ])
  const usable = stores.filter((s) => s.enabled && s.active)
  const { volumes } = disksOf(config)
  if (volumes.every((v) => usable.some((s) => s.storage === v.storage))) return {}
  const kind = ref.kind === 'lxc' ? 'rootdir' : 'images'
  const [roomiest] = usable
    .filter((s) => s.content.includes(kind))
    .sort((a, b) => (b.avail ?? 0) - (a.avail ?? 0))
  return roomiest
    ? { storage: roomiest.storage }
    : { whyNot: `${to} has no storage that takes the disks of ${label}.` }
}

/** The lists of the cluster lag, so the nodes themselves are asked who has it. */
const readBack = (
  { proxmox, clock, believe }: Hands,
  { ref, label, word }: GuestTarget,
  to: string,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock, label, patient }, async () => {
    const on = async (node: string): Promise<GuestStatus | undefined> =>
      proxmox.guests.status({ ...ref, node }).catch(() => undefined)
    const moved = await on(to)
    const status = moved ?? (await on(ref.node))
    if (!status) return { asExpected: false, text: `Neither node tells where ${label} is.` }
    const node = moved ? to : ref.node
    const state = stateOf({ ...status, nodeOnline: true })
    believe({ vmid: ref.vmid, status: status.status, qmp: status.qmp })
    return {
      asExpected: moved !== undefined && state === word,
      text: `${label} is ${state} on ${node}.`,
      data: { vmid: ref.vmid, node, state },
    }
  })

const unknownNode = (node: string, nodes: readonly ClusterNode[]) => {
  const names = nodes.map((n) => n.name)
  return stranger('node', node, names, `Nodes: ${listed(names)}.`)
}
