/** One poll from the body to the rows on the wire, beside what parsing the body alone costs. */
import { diff } from '../../lib/cluster/diff.ts'
import type { Picture } from '../../lib/cluster/picture.ts'
import { guestRow, guests } from '../../views/panels/guests.ts'
import { createReader, momentOf } from '../cluster.ts'
import { createWorld, resourcesBody } from '../fixtures.ts'
import { answering, collectGarbage, cpuOf } from '../frame.ts'

const [, , nodes = '16', count = '800'] = process.argv
const world = createWorld(Number(nodes), Number(count))
const bodies = Array.from({ length: 12 }, () => {
  world.step('ordinary')
  return resourcesBody(world.things)
})

const read = createReader()
let before: Picture = read(bodies[0]!)
let shown = 0

const cycle = (body: string) => {
  const after = read(body)
  const changed = new Set(diff(before, after).flatMap((c) => (c.of === 'guest' ? [c.id] : [])))
  const seen = { ...after, guests: after.guests.filter((g) => changed.has(g.vmid)) }
  for (const row of guests.model(seen, momentOf(after)).rows) shown += String(guestRow(row)).length
  before = after
}

const roads = { cycle, parse: (body: string) => void JSON.parse(body) }

answering({
  /** CPU milliseconds a poll, over the bodies in turn. */
  run({ road }: { road: keyof typeof roads }) {
    collectGarbage()
    return cpuOf(() => bodies.forEach(roads[road])) / bodies.length
  },
  size: () => ({ body: bodies[0]!.length, shown }),
})
