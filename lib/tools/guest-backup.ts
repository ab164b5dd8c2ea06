/** Backs a guest up while it runs, to the storage that is named or the first with room. */
import * as z from 'zod'
import { bytes } from '../format.ts'
import { clean } from '../log.ts'
import { whyNot } from '../proxmox/guest.ts'
import type { StorageRow } from '../proxmox/types.ts'
import { guestTarget, vmidInput } from './guest-target.ts'
import { type Backups, backupsOf, backupWords, room } from './guest-worth.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

export const storageInput = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,98}[A-Za-z0-9]$/, 'expected the name of a storage')

/** Between clocks of nodes and ours. */
const SLACK_S = 60

export const guestBackup = defineTool({
  name: 'guest_backup',
  title: 'Back up a guest',
  description:
    'Makes a backup of a guest, while it goes on running, and waits for it; that may take long. Deletes no older backup. Without a storage it takes the first that is for backups and has room.',
  topic: 'guests',
  proof: 'a new backup of the guest lies on the storage',
  words: { noun: 'Backup', doing: 'being backed up' },
  tasks: ['vzdump'],
  input: z.strictObject({
    vmid: vmidInput,
    storage: storageInput
      .optional()
      .meta({ description: 'Where to, such as cluster-backup; optional.' }),
  }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid, storage: wanted }): Promise<Found> {
    const { proxmox, clock } = hands
    const target = await guestTarget(hands, vmid)
    const { ref, label, word, guest, row } = target
    const stores = await proxmox.nodes.storages(ref.node)
    const backups = await backupsOf(hands, ref)
    const need = needed(backups, row.disk)
    const { store, whyNot: full } = chosen(stores, wanted, need, ref.node)
    return {
      label,
      targets: target.targets,
      state: `${target.state}|${store.storage}`,
      plan: {
        before: `${label} is ${word} on ${ref.node}; ${backupWords(backups, clock.now())}.`,
        calls: [
          `POST /nodes/${ref.node}/vzdump vmid=${vmid} storage=${store.storage} mode=snapshot remove=0`,
        ],
        expected: `A new backup of ${label} lies on ${store.storage}.`,
        undo: 'delete that backup',
        goes: 'Nothing',
        stays: 'The guest, which goes on, and every older backup',
        checked: [`${store.storage}: ${room(store.avail)}`],
      },
      whyNot: whyNot('backup', guest) ?? full,
      run: ({ closing }) =>
        proxmox.guests.backup(
          ref,
          { storage: store.storage, notes: '{{guestname}}, by Jarvis' },
          { signal: closing },
        ),
      readBack: (since, patient) =>
        readBack(hands, { node: ref.node, vmid, label, storage: store.storage }, since, patient),
    }
  },
})

/** As large as the last one, or as what the guest is known to use; 0 where nobody knows. */
const needed = ({ found }: Backups, used: number | undefined): number => found[0]?.size ?? used ?? 0

/** Throws when there is none to choose from. */
const chosen = (
  stores: StorageRow[],
  wanted: string | undefined,
  need: number,
  node: string,
): { store: StorageRow; whyNot?: string } => {
  const fit = stores.filter((s) => s.content.includes('backup') && s.enabled && s.active)
  const hasRoom = ({ avail }: StorageRow) => avail === undefined || avail > need
  const short = (s: StorageRow) =>
    `${s.storage} has ${bytes(s.avail)} left, and the backup takes about ${bytes(need)}.`
  if (wanted !== undefined) {
    const store = fit.find((s) => s.storage === wanted)
    if (!store) throw nowhere(`${node} has no storage ${wanted} that takes backups now.`, fit)
    return hasRoom(store) ? { store } : { store, whyNot: short(store) }
  }
  // Where the other nodes see it too it outlives the node.
  const sorted = [...fit].sort((a, b) => Number(b.shared) - Number(a.shared))
  const store = sorted.find(hasRoom) ?? sorted[0]
  if (!store) throw nowhere(`${node} has no storage that takes backups now.`, fit)
  return hasRoom(store) ? { store } : { store, whyNot: `None has room: ${short(store)}` }
}

const nowhere = (message: string, fit: StorageRow[]) =>
  refusal(
    'storage',
    fit.length > 0 ? 'not-found' : 'conflict',
    message,
    fit.length > 0
      ? `There are: ${fit.map((s) => s.storage).join(', ')}.`
      : 'Allow backups on a storage, or bring it back.',
  )

type Made = { node: string; vmid: number; label: string; storage: string }

const readBack = (
  { proxmox, clock }: Hands,
  { node, vmid, label, storage }: Made,
  since: number,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock, label, patient }, async () => {
    const rows = await proxmox.nodes.storageContent(node, storage, 'backup', { role: 'operate' })
    const made = rows
      .filter((b) => b.vmid === vmid && (b.ctime ?? 0) >= since / 1000 - SLACK_S)
      .sort((a, b) => (b.ctime ?? 0) - (a.ctime ?? 0))[0]
    if (!made)
      return { asExpected: false, text: `There is no new backup of ${label} on ${storage}.` }
    const name = clean(made.volid).slice(0, 160)
    return {
      asExpected: true,
      text: `${name} lies on ${storage} (${bytes(made.size)}).`,
      data: { vmid, storage, volid: name, bytes: made.size },
    }
  })
