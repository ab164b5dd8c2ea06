/** The guests, by state, node or a word in their name, number or tags. */
import * as z from 'zod'
import type { GuestState } from '../cluster/picture.ts'
import { count, duration, percent } from '../format.ts'
import { nameOf } from '../untrusted.ts'
import { nodeInput } from './node-target.ts'
import { nodeNamed } from './places.ts'
import { heard, listing, shareOf } from './told.ts'
import { defineLook } from './tool.ts'

export const guestList = defineLook({
  name: 'guest_list',
  title: 'List of guests',
  description:
    'Containers and virtual machines with state, node, CPU, memory and tags. Filters narrow it down.',
  topic: 'guests',
  input: z.strictObject({
    state: z.enum(['running', 'stopped', 'paused', 'unknown', 'other']).optional(),
    node: nodeInput.optional(),
    text: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .meta({ description: 'Part of a name, a number or a tag.' }),
  }),
  look: async (hands, { state, node: wanted, text: word }) => {
    const picture = hands.picture()
    const node = wanted === undefined ? undefined : nodeNamed(picture, wanted).name
    const found = picture.guests
      .filter((g) => state === undefined || g.condition === state)
      .filter((g) => node === undefined || g.node === node)
      .filter((g) => word === undefined || hasWord(g, word.toLowerCase()))
    const all = picture.guests.length
    const head = `${found.length === all ? count(all, 'guest') : `${found.length} of ${count(all, 'guest')}`}, ${heard(picture.parts.guests, hands.clock.now())}.`
    const { text, shown } = listing([head], {
      titles: ['ID#', 'NAME', 'KIND', 'NODE', 'STATE', 'CPU#', 'MEM#', 'UP#', 'TAGS'],
      rows: found,
      cells: (g) => [
        String(g.vmid),
        nameOf(g.name, 30),
        g.kind === 'lxc' ? 'CT' : 'VM',
        nameOf(g.node, 24),
        stateOf(g),
        g.condition === 'running' ? percent(g.cpu) : '–',
        g.condition === 'running' ? shareOf(g.memory) : '–',
        g.condition === 'running' ? duration(g.uptime) : '–',
        g.tags
          .slice(0, 4)
          .map((t) => nameOf(t, 20))
          .join(','),
      ],
    })
    return { text, data: { total: found.length, guests: shown.map(brief) } }
  },
})

const hasWord = (g: GuestState, word: string) =>
  String(g.vmid) === word ||
  g.name.toLowerCase().includes(word) ||
  g.tags.some((tag) => tag.toLowerCase().includes(word))

/** `stopped`, `running, locked (backup)`, `unknown: node lost` */
export const stateOf = ({ condition, why, lock, template }: GuestState): string =>
  [
    template ? 'template' : why ? `${condition}: ${why}` : condition,
    lock && `locked (${nameOf(lock, 20)})`,
  ]
    .filter(Boolean)
    .join(', ')

const brief = (g: GuestState) => ({
  vmid: g.vmid,
  name: nameOf(g.name),
  kind: g.kind,
  node: nameOf(g.node),
  state: g.condition,
  lock: g.lock ? nameOf(g.lock) : null,
  tags: g.tags.slice(0, 8).map((t) => nameOf(t)),
})
