/** `GET /storage/:storage` (shared) and `GET /storage/:node/:storage`: what lies there. */
import { isFresh } from '../lib/clock.ts'
import type { Picture, StorageState } from '../lib/cluster/picture.ts'
import { Problem } from '../lib/errors.ts'
import type { StorageContent } from '../lib/proxmox/types.ts'
import type { Got } from '../views/pages/got.ts'
import { ranges } from '../views/pages/range.ts'
import {
  type StoragePage,
  storagePage,
  storagePageJson,
  storageRanges,
  storageText,
} from '../views/pages/storage.ts'
import { shown } from '../views/parts/shown.ts'
import type { Ctx } from './answer.ts'
import { storageIn } from './found.ts'
import type { Needs } from './needs.ts'
import { formIn, send, spanIn } from './pages.ts'
import { pastOf } from './past.ts'
import { createReader, notAsked, type Read } from './reading.ts'

const SHOWN_EVENTS = 12
const none: Got<StorageContent[]> = { value: [] }

export const showStorage = (needs: Needs) => {
  const read = createReader(needs)
  return async (c: Ctx) => {
    const picture = needs.cluster.picture()
    const [node, name] = [c.req.param('node'), c.req.param('storage') ?? '']
    const storage = storageIn(picture, node === undefined ? name : `${node}/${name}`)
    const range = spanIn(c, storageRanges)
    formIn(c)
    const asked = await ask(needs, read, storage, picture)
    const now = needs.clock.now()
    const subject = `storage/${storage.id}`
    const page: StoragePage = {
      now,
      timeZone: needs.config.timeZone,
      storage,
      at: picture.parts.resources.at,
      past: pastOf(needs, {
        subject,
        range,
        own: ['used'],
        isNow: storage.condition === 'available' && isFresh(picture.parts.resources, now),
      }),
      ...asked,
      events: needs.events.query({ subject, since: now - ranges[range].ms, limit: SHOWN_EVENTS }),
    }
    return send(c, needs, {
      html: () => storagePage(page),
      text: () => storageText(page),
      json: () => storagePageJson(page),
    })
  }
}

/**
 * Through a node that is on. Backups are asked for with the token that makes them: PVEAuditor alone
 * is shown none (see lib/cluster/state.ts).
 */
const ask = async (
  { proxmox }: Needs,
  read: Read,
  s: StorageState,
  { nodes }: Picture,
): Promise<{ content: Got<StorageContent[]>; narrow?: string | undefined }> => {
  const node = s.nodes.find((name) => nodes.find((n) => n.name === name)?.reach === 'online')
  if (node === undefined)
    return { content: notAsked(`No node that has ${shown(s.storage)} answers now.`) }
  if (s.condition === 'inactive')
    return { content: { problem: new Problem('conflict', 'What is not active cannot be listed.') } }
  const wantsBackups = s.content.includes('backup')
  const [content, backups] = await Promise.all([
    read((o) => proxmox.nodes.storageContent(node, s.storage, undefined, o)),
    wantsBackups
      ? read((o) =>
          proxmox.nodes.storageContent(node, s.storage, 'backup', { ...o, role: 'operate' }),
        )
      : none,
  ])
  if (content.problem) return { content }
  const known = new Map(content.value.map((row) => [row.volid, row]))
  for (const row of backups.value ?? []) known.set(row.volid, row)
  return {
    content: { value: [...known.values()] },
    narrow: backups.problem && `Backups may be missing: ${backups.problem.message}`,
  }
}
