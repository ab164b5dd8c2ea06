/** Takes a guest back to a snapshot: everything since then is lost, so it takes a person. */
import * as z from 'zod'
import { age, dateTime } from '../format.ts'
import { clean } from '../log.ts'
import { nearest } from '../nearest.ts'
import { stateOf, whyNot } from '../proxmox/guest.ts'
import type { GuestRef } from '../proxmox/guests.ts'
import type { Snapshot } from '../proxmox/types.ts'
import { snapshotName } from './guest-snapshot.ts'
import { type GuestTarget, guestTarget, vmidInput } from './guest-target.ts'
import { backupsOf, backupWords, dependantsOf } from './guest-worth.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

export const guestRollback = defineTool({
  name: 'guest_rollback',
  title: 'Take a guest back to a snapshot',
  description:
    'Puts the disks of a guest back to a snapshot; everything written since then is lost. A guest that runs is stopped for it and started again. Needs the approval of a person.',
  topic: 'guests',
  proof: 'the guest stands on that snapshot, and runs if it ran before',
  words: { noun: 'Rollback', doing: 'being taken back' },
  tasks: ['vzrollback', 'qmrollback'],
  input: z.strictObject({ vmid: vmidInput, snapshot: snapshotName }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid, snapshot: name }): Promise<Found> {
    const { proxmox, clock } = hands
    const target = await guestTarget(hands, vmid)
    const { ref, label, word, guest } = target
    const all = await proxmox.guests.snapshots(ref)
    const snapshot = all.find((s) => s.name === name)
    if (!snapshot) throw unknown(label, name, all)
    const runs = word === 'running' || word === 'paused'
    const after = runs || snapshot.vmstate ? 'running' : 'stopped'
    const taken = takenAt(snapshot, clock.now())
    const backups = await backupsOf(hands, ref)
    return {
      label,
      targets: target.targets,
      // Another snapshot under the same name is another deed.
      state: [target.state, name, snapshot.at, all.length].join('|'),
      plan: {
        before: `${label} is ${word} on ${ref.node}; the snapshot ${name} was taken ${taken}.`,
        calls: [`POST /nodes/${ref.node}/${ref.kind}/${vmid}/snapshot/${name}/rollback`],
        expected: `${label} is as it was then, and ${after}.`,
        undo: 'none; take a snapshot of the present state first',
        goes: `Everything that ${label} has written since ${taken}${runs ? ', and what it holds in memory; it is stopped for it' : ''}`,
        stays: `The snapshot ${name}; the backups`,
        checked: checked(target, all, snapshot, [
          backupWords(backups, clock.now()),
          dependantsOf(hands, `guest/${vmid}`),
        ]),
      },
      whyNot: whyNot('rollback', guest),
      run: ({ closing }) => proxmox.guests.rollback(ref, name, { start: runs, signal: closing }),
      readBack: (_since, patient) => readBack(hands, { ref, label, name, after }, patient),
    }
  },
})

const takenAt = ({ at }: Snapshot, now: number): string =>
  at === undefined
    ? 'nobody knows when'
    : `${dateTime(at * 1000, 'UTC')} UTC, ${age(at * 1000, now)} ago`

const checked = ({ label }: GuestTarget, all: Snapshot[], one: Snapshot, more: string[]) => {
  const younger = all.filter((s) => (s.at ?? 0) > (one.at ?? 0)).map((s) => clean(s.name))
  return [
    younger.length > 0
      ? `Younger snapshots of ${label}: ${younger.join(', ')}; on ZFS they stand in the way`
      : 'It is the youngest snapshot',
    ...more,
  ]
}

type Wanted = { ref: GuestRef; label: string; name: string; after: string }

const readBack = (
  { proxmox, clock, believe }: Hands,
  { ref, label, name, after }: Wanted,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock, label, patient }, async () => {
    const [config, status] = await Promise.all([
      proxmox.guests.config(ref),
      proxmox.guests.status(ref),
    ])
    const state = stateOf({ ...status, nodeOnline: true })
    const stands = config.all.parent === name
    believe({ vmid: ref.vmid, status: status.status, qmp: status.qmp })
    return {
      asExpected: stands && state === after,
      text: stands
        ? `${label} stands on the snapshot ${name} and is ${state}.`
        : `${label} is ${state} and does not stand on the snapshot ${name}.`,
      data: { vmid: ref.vmid, snapshot: name, state },
    }
  })

const unknown = (label: string, name: string, all: Snapshot[]) => {
  const names = all.map((s) => s.name)
  const near = nearest(name, names)
  return refusal(
    'snapshot',
    'not-found',
    `${label} has no snapshot ${name}.`,
    near
      ? `Did you mean ${clean(near)}?`
      : names.length > 0
        ? `It has: ${names.map(clean).join(', ').slice(0, 200)}.`
        : 'It has none at all.',
  )
}
