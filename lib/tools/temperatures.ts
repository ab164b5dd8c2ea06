/** How warm the nodes are, by their own sensors, and who cannot be asked. */
import * as z from 'zod'
import { age } from '../format.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { nodeInput } from './node-target.ts'
import { nodeNamed } from './places.ts'
import { listing } from './told.ts'
import { defineLook } from './tool.ts'

export const temperatures = defineLook({
  name: 'temperatures',
  title: 'Temperatures',
  description:
    'Sensors of the nodes in °C, hottest first, with the level at which each warns. All nodes, or one.',
  topic: 'nodes',
  input: z.strictObject({ node: nodeInput.optional() }),
  look: async (hands, { node: wanted }) => {
    const now = hands.clock.now()
    const picture = hands.picture()
    const nodes = wanted === undefined ? picture.nodes : [nodeNamed(picture, wanted)]
    const rows = nodes
      .flatMap((n) =>
        (n.temperatures?.sensors ?? []).map((s) => ({
          node: n.name,
          at: n.temperatures!.at,
          ...s,
        })),
      )
      .sort((a, b) => b.celsius - a.celsius)
    const mute = nodes.flatMap(({ name, reach, temperatures: t }) => {
      if (reach !== 'online')
        return [`${name}: nobody can ask it, it is ${reach === 'offline' ? 'lost' : 'silent'}.`]
      if (!t) return [`${name}: not asked yet${hands.ssh ? '' : ', there is no SSH key'}.`]
      return t.trouble
        ? [`${name}: ${harmless([t.trouble.text, t.trouble.next].filter(Boolean).join(' '))}`]
        : []
    })
    const { text, shown } = listing(
      [rows.length > 0 ? 'Hottest first.' : 'No temperatures are known.', ...mute.slice(0, 12)],
      {
        titles: ['NODE', 'SENSOR', 'NOW#', 'WARNS AT#', 'READ'],
        rows,
        cells: (s) => [
          s.node,
          nameOf(s.name, 28),
          `${Math.round(s.celsius)} °C`,
          `${s.warn} °C`,
          `${age(s.at, now)} ago`,
        ],
      },
    )
    const sensors = shown.map(({ node, name, celsius, warn, crit }) => ({
      node,
      sensor: nameOf(name),
      celsius,
      warn,
      crit,
    }))
    return { text, data: { total: rows.length, sensors } }
  },
})
