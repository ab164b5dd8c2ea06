/** What could be brought back: the newest backup of each guest, and who has none. */
import * as z from 'zod'
import type { BackupState } from '../cluster/picture.ts'
import { age, bytes, count } from '../format.ts'
import { nameOf } from '../untrusted.ts'
import { vmidInput } from './guest-target.ts'
import { stranger } from './places.ts'
import { heard, listing } from './told.ts'
import { defineLook } from './tool.ts'

export const backupStatus = defineLook({
  name: 'backup_status',
  title: 'State of backups',
  description:
    'Newest backup of each guest with age, storage and size; guests without one first, and whether a job covers them.',
  topic: 'storage',
  input: z.strictObject({ vmid: vmidInput.optional() }),
  look: async (hands, { vmid }) => {
    const now = hands.clock.now()
    const { backups, parts } = hands.picture()
    const found = vmid === undefined ? backups : backups.filter((b) => b.vmid === vmid)
    if (vmid !== undefined && found.length === 0)
      throw stranger(
        'guest',
        String(vmid),
        backups.map((b) => String(b.vmid)),
        'See guest_list.',
      )
    // Without a reading of all stores, no backup found means nothing.
    const sure = parts.backups.at !== undefined && parts.backups.trouble === undefined
    const sorted = [...found].sort((a, b) => (a.last?.at ?? 0) - (b.last?.at ?? 0))
    const never = found.filter((b) => !b.last).length
    const head = `${count(found.length, 'guest')}, ${never} without a backup${sure ? '' : ' as far as can be seen'}; ${heard(parts.backups, now)}.`
    const { text, shown } = listing([head], {
      titles: ['ID#', 'NAME', 'NODE', 'LAST', 'STORAGE', 'SIZE#', 'KEPT#', 'JOB'],
      rows: sorted,
      cells: (b) => [
        String(b.vmid),
        nameOf(b.name, 30),
        nameOf(b.node, 24),
        b.last ? `${age(b.last.at, now)} ago` : sure ? 'never' : 'none found',
        nameOf(b.last?.storage) || '–',
        bytes(b.last?.size),
        String(b.count),
        b.uncovered ? 'in no job' : 'in a job',
      ],
    })
    return { text, data: { total: found.length, backups: shown.map(brief) } }
  },
})

const brief = (b: BackupState) => ({
  vmid: b.vmid,
  last: b.last ? new Date(b.last.at).toISOString() : null,
  storage: b.last ? nameOf(b.last.storage) : null,
  size: b.last?.size ?? null,
  count: b.count,
  inJob: !b.uncovered,
})
