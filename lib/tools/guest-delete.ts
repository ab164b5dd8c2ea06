/** Deletes a guest and its disks, for good: with the approval of a person who types its number. */
import * as z from 'zod'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import { whyNot } from '../proxmox/guest.ts'
import { type GuestTarget, guestTarget, vmidInput } from './guest-target.ts'
import {
  type Backups,
  backupsOf,
  backupWords,
  dependantsOf,
  disksOf,
  inWordsOf,
  snapshotWords,
  type Volume,
} from './guest-worth.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

export const guestDelete = defineTool({
  name: 'guest_delete',
  title: 'Delete a guest',
  description:
    'Destroys a stopped guest with its disks and snapshots; only a backup brings it back. Needs the approval of a person, who has to type the number of the guest.',
  topic: 'guests',
  proof: 'the guest is gone from its node, and so are its volumes as far as they are listed',
  words: { noun: 'Deletion', doing: 'being deleted' },
  tasks: ['vzdestroy', 'qmdestroy'],
  input: z.strictObject({ vmid: vmidInput }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid }): Promise<Found> {
    demandRole(hands)
    const { proxmox, clock } = hands
    const target = await guestTarget(hands, vmid)
    const { ref, label, word, guest } = target
    const [config, snapshots, backups] = await Promise.all([
      proxmox.guests.config(ref),
      proxmox.guests.snapshots(ref),
      backupsOf(hands, ref),
    ])
    const { volumes, handed } = disksOf(config)
    const seen = await visible(proxmox.nodes, ref.node, volumes)
    const names = snapshots.map((s) => s.name)
    const backup = backupWords(backups, clock.now())
    return {
      label,
      targets: target.targets,
      typed: String(vmid),
      state: [target.state, volumes.map((v) => v.volid), names, backups.found[0]?.volid].join('|'),
      plan: {
        before: `${label} is ${word} on ${ref.node}.`,
        calls: [`DELETE /nodes/${ref.node}/${ref.kind}/${vmid} purge=1`],
        expected: `There is no guest ${vmid} any more.`,
        undo: undoOf(backups),
        goes: `${inWordsOf(volumes)}; ${snapshotWords(names)}; its configuration and its place in backup jobs`,
        stays: staying(backups, handed),
        checked: [
          sentence(backup),
          sentence(snapshotWords(names)),
          sentence(dependantsOf(hands, `guest/${vmid}`)),
        ],
      },
      whyNot:
        whyNot('destroy', guest) ??
        (config.protection ? `${label} is protected in its own configuration.` : undefined),
      run: ({ closing }) => proxmox.guests.destroy(ref, { purge: true }, { signal: closing }),
      readBack: (_since, patient) => readBack(hands, { target, volumes, seen }, patient),
    }
  },
})

/** Design §4: absent by default, so that nothing that Jarvis holds can destroy. */
const demandRole = ({ hasRole }: Hands): void => {
  if (hasRole('destroy')) return
  throw refusal(
    'role',
    'forbidden',
    'Jarvis has no token that may delete guests; that is how he is set up unless you want it otherwise.',
    'Delete it in Proxmox itself, or give him a token for the role destroy: ./jarvis setup.',
  )
}

const undoOf = ({ found }: Backups): string =>
  found[0] ? `restore the backup ${clean(found[0].volid)}` : 'none: there is no backup'

const staying = ({ found }: Backups, handed: string[]): string => {
  const backups = found.length > 0 ? `its backups (${found.length})` : 'nothing of it'
  return handed.length > 0 ? `${backups}; ${handed.join(', ')} of the node` : backups
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

type Gone = {
  target: GuestTarget
  volumes: readonly Volume[]
  /** Those that the list of their storage showed before: a token without rights sees none. */
  seen: readonly string[]
}

const readBack = (
  { proxmox, clock, refresh }: Hands,
  { target: { ref, label }, volumes, seen }: Gone,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock, label, patient }, async () => {
    const status = await proxmox.guests.status(ref).catch((thrown) => {
      if (asProblem(thrown).kind === 'not-found') return undefined
      throw thrown
    })
    if (status) return { asExpected: false, text: `${label} is still there, and ${status.status}.` }
    const left = (await visible(proxmox.nodes, ref.node, volumes)).filter((v) => seen.includes(v))
    await refresh?.().catch(() => undefined)
    const data = { vmid: ref.vmid, gone: true }
    if (left.length > 0) {
      const text = `${label} is gone, but there is still ${left.map(clean).join(', ')}.`
      return { asExpected: false, text, data: { ...data, left } }
    }
    const disks =
      seen.length === volumes.length
        ? 'and so are its disks'
        : 'and, says Proxmox, so are its disks: my token does not see them listed'
    return { asExpected: true, text: `${label} is gone, ${disks}.`, data }
  })

/** The volumes that the lists of their storages show. */
const visible = async (
  nodes: Hands['proxmox']['nodes'],
  node: string,
  volumes: readonly Volume[],
): Promise<string[]> => {
  const stores = [...new Set(volumes.map((v) => v.storage))]
  const lists = await Promise.all(
    stores.map((storage) => nodes.storageContent(node, storage).catch(() => [])),
  )
  const present = new Set(lists.flat().map((row) => row.volid))
  return volumes.map((v) => v.volid).filter((volid) => present.has(volid))
}
