/** The product's picture made from the bench's world, one poll after the other. */
import { emptyMemory } from '../lib/cluster/memory.ts'
import type { Picture } from '../lib/cluster/picture.ts'
import { emptyReadings, good } from '../lib/cluster/readings.ts'
import { emptyPicture, readPicture } from '../lib/cluster/state.ts'
import { resources } from '../lib/proxmox/resources.ts'
import type { Extra } from '../views/panels/panel.ts'
import { createWorld, resourcesBody } from './fixtures.ts'

const HOUR = 3_600_000
const NOON = Date.parse('2026-11-20T12:00:00Z')

/** Takes bodies of `/cluster/resources`, 5 s apart, and gives the picture after each. */
export const createReader = (): ((body: string) => Picture) => {
  const limits = { fast: HOUR, storage: HOUR, backups: HOUR }
  const readings = emptyReadings([], limits, emptyMemory())
  let now = NOON
  let picture = emptyPicture(readings, now)
  return (body) => {
    now += 5000
    const { data } = JSON.parse(body) as { data: unknown }
    readings.resources = good(readings.resources, resources(data), now)
    picture = readPicture(picture, readings, now)
    return picture
  }
}

export const createCluster800 = (): Picture =>
  createReader()(resourcesBody(createWorld(16, 800).things))

export const momentOf = ({ now }: Picture): Extra => ({ now, timeZone: 'UTC', events: [] })
