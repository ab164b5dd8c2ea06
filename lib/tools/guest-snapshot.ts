/** Keeps a guest's disks as they are now, so that one can come back to them. */
import * as z from 'zod'
import { clean } from '../log.ts'
import { whyNot } from '../proxmox/guest.ts'
import { guestTarget, vmidInput } from './guest-target.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found } from './tool.ts'

/** As Proxmox takes them (pve-configid, 40 letters); `current` is its word for no snapshot. */
export const snapshotName = z
  .string()
  .regex(/^(?!current$)[A-Za-z][\w-]{1,39}$/, 'expected a letter, then letters, digits, _ or -')
  .meta({ description: 'The name of the snapshot, such as before-update.' })

export const guestSnapshot = defineTool({
  name: 'guest_snapshot',
  title: 'Take a snapshot of a guest',
  description:
    'Keeps the disks of a guest as they are now, under a name. It is no backup: it lies on the same storage. Works only on storages that can do it.',
  topic: 'guests',
  proof: 'the snapshot is in the list of the guest',
  words: { noun: 'Snapshot', doing: 'being kept in a snapshot' },
  tasks: ['vzsnapshot', 'qmsnapshot'],
  input: z.strictObject({
    vmid: vmidInput,
    name: snapshotName,
    description: z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'What it is for, in a sentence.' }),
  }),
  key: ({ vmid }) => `guest/${vmid}`,
  async find(hands, { vmid, name, description }): Promise<Found> {
    const { proxmox, clock } = hands
    const target = await guestTarget(hands, vmid)
    const { ref, label, guest } = target
    const names = (await proxmox.guests.snapshots(ref)).map((s) => s.name)
    const taken = names.includes(name) && `${label} has a snapshot ${name} already.`
    return {
      label,
      targets: target.targets,
      state: `${target.state}|${names.join()}`,
      plan: {
        before: `${label} has ${names.length === 0 ? 'no snapshots' : `the snapshots ${names.map(clean).join(', ')}`}.`,
        calls: [`POST /nodes/${ref.node}/${ref.kind}/${vmid}/snapshot snapname=${name}`],
        expected: `${label} has the snapshot ${name}.`,
        undo: `delete the snapshot ${name}`,
        goes: 'Nothing',
        stays: 'The guest as it is',
      },
      whyNot: whyNot('snapshot', guest) ?? (taken || undefined),
      run: ({ closing }) =>
        proxmox.guests.snapshot(
          ref,
          { name, description: description && clean(description) },
          { signal: closing },
        ),
      readBack: (_since, patient) =>
        lookAgain({ clock, label, patient }, async () => {
          const made = (await proxmox.guests.snapshots(ref)).find((s) => s.name === name)
          return made
            ? {
                asExpected: true,
                text: `${label} has the snapshot ${name}.`,
                data: { vmid, snapshot: name, at: made.at },
              }
            : { asExpected: false, text: `${label} has no snapshot ${name}.` }
        }),
    }
  },
})
