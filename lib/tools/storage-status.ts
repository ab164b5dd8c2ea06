/** How full the storages are, when they will be, and which do not answer. */
import * as z from 'zod'
import { bytes, count, duration } from '../format.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { listed, storagesNamed } from './places.ts'
import { heard, listing, shareOf } from './told.ts'
import { defineLook } from './tool.ts'

export const storageStatus = defineLook({
  name: 'storage_status',
  title: 'State of storages',
  description:
    'Storages: used, total, days until full, whether they answer, on which nodes. All of them, or one.',
  topic: 'storage',
  input: z.strictObject({
    storage: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Such as local, or Home/local for one node alone.' }),
  }),
  look: async (hands, { storage: wanted }) => {
    const picture = hands.picture()
    const found = wanted === undefined ? picture.storages : storagesNamed(picture, wanted)
    const now = hands.clock.now()
    const head = `${count(found.length, 'storage')}, ${heard(picture.parts.storages, now)}.`
    const sorted = [...found].sort((a, b) => shareIn(b) - shareIn(a))
    const { text, shown } = listing([head], {
      titles: [
        'STORAGE',
        'TYPE',
        'STATE',
        'USED#',
        'TOTAL#',
        'SHARE#',
        'FULL IN#',
        'NODES',
        'HOLDS',
      ],
      rows: sorted,
      cells: (s) => [
        nameOf(s.id, 36),
        nameOf(s.plugin, 12),
        s.why ? `${s.condition}: ${harmless(s.why, 24)}` : s.condition,
        bytes(s.use?.used),
        bytes(s.use?.total),
        shareOf(s.use),
        s.fullInDays === undefined ? '–' : duration(s.fullInDays * 86_400),
        s.shared ? listed(s.nodes) : nameOf(s.nodes[0]),
        s.content.map((c) => nameOf(c, 12)).join(','),
      ],
    })
    return {
      text,
      data: {
        total: found.length,
        storages: shown.map((s) => ({
          id: nameOf(s.id),
          state: s.condition,
          used: s.use?.used ?? null,
          total: s.use?.total ?? null,
          fullInDays: s.fullInDays ?? null,
          shared: s.shared,
          nodes: s.nodes.slice(0, 20),
        })),
      },
    }
  },
})

const shareIn = ({ use }: { use?: { used: number; total: number } | undefined }) =>
  use ? use.used / use.total : -1
