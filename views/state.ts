/** The whole picture as JSON, in the keys that the panels use. */
import { isFresh } from '../lib/clock.ts'
import type { Part, Picture } from '../lib/cluster/picture.ts'
import { backupJson } from './panels/backups.ts'
import { guestJson } from './panels/guests.ts'
import { nodeJson } from './panels/nodes.ts'
import { clusterJson } from './panels/quorum.ts'
import { storageJson } from './panels/storage.ts'
import { taskJson } from './panels/tasks.ts'
import { iso, isoOr } from './parts/section.ts'

/** Bytes, fractions 0-1, seconds, ISO 8601; what is not known is null. */
export const stateJson = (picture: Picture, now: number) => ({
  version: picture.version,
  now: iso(now),
  parts: {
    resources: partJson(picture.parts.resources, now),
    guests: partJson(picture.parts.guests, now),
    storages: partJson(picture.parts.storages, now),
    status: partJson(picture.parts.status, now),
    tasks: partJson(picture.parts.tasks, now),
    storage: partJson(picture.parts.storage, now),
    backups: partJson(picture.parts.backups, now),
    temperatures: partJson(picture.parts.temperatures, now),
  },
  cluster: clusterJson(picture.cluster),
  nodes: picture.nodes.map(nodeJson),
  guests: picture.guests.map(guestJson),
  storages: picture.storages.map(storageJson),
  tasks: picture.tasks.map(taskJson),
  backups: picture.backups.map(backupJson),
})

const partJson = ({ at, limit, trouble }: Part, now: number) => ({
  at: isoOr(at),
  ageS: at === undefined ? null : Math.max(0, (now - at) / 1000),
  limitS: limit / 1000,
  stale: !isFresh({ at, limit }, now),
  trouble: trouble
    ? {
        kind: trouble.kind,
        text: trouble.text,
        next: trouble.next ?? null,
        since: iso(trouble.since),
      }
    : null,
})
