/**
 * The slow readings beside the poll: storage detail, backups, permissions, network of nodes. Each is
 * asked when it is due and a poll went well, and never through a node that is not online: the path
 * of a dead node holds its caller for 30 s (measured on PVE 9.2.11).
 */
import type { Clock } from '../clock.ts'
import { isWithin, minutes, seconds } from '../clock.ts'
import { asProblem } from '../errors.ts'
import type { Log } from '../log.ts'
import { held } from '../proxmox/rights.ts'
import type { Permissions, StorageContent, StorageRow } from '../proxmox/types.ts'
import type { Picture } from './picture.ts'
import { bad, good, type Readings, troubleInWords } from './readings.ts'
import { coarseRate } from './shown.ts'
import type { Source } from './source.ts'
import { storageId } from './storage-state.ts'

export type RoundsNeeds = {
  source: Source
  clock: Clock
  log: Log
  poll: { storageSeconds: number; backupMinutes: number }
  readings: Readings
  picture(): Picture
  /** A round brought something. */
  onReading(): void
}

type Round = {
  name: string
  every: number
  /** When it began last, milliseconds. */
  ranAt?: number
  busy: boolean
  work(): Promise<void>
}

export type Rounds = {
  /** Starts every round that is due; does not wait for them. */
  start(): void
  permissions(): Promise<void>
}

export const createRounds = (needs: RoundsNeeds): Rounds => {
  const { clock, log, readings, poll, onReading } = needs
  const reader = createReaders(needs)
  const round = (name: string, every: number, work: () => Promise<void>): Round => ({
    name,
    every,
    busy: false,
    work,
  })
  const rounds = [
    round('permissions', minutes(10), reader.permissions),
    round('storage', seconds(poll.storageSeconds), reader.storage),
    round('backups', minutes(poll.backupMinutes), reader.backups),
    round('network', minutes(1), reader.network),
    round('votes', minutes(60), reader.votes),
  ]

  const run = async (r: Round) => {
    r.busy = true
    r.ranAt = clock.now()
    try {
      await r.work()
    } catch (error) {
      const isRight = asProblem(error).kind === 'forbidden'
      log[isRight ? 'debug' : 'warn'](
        `cluster: the round ${r.name} failed: ${troubleInWords(error)}`,
      )
    }
    r.busy = false
    onReading()
  }

  return {
    start() {
      // The rounds follow the rows: before the first good list nobody knows which nodes are there.
      if (!readings.resources.value) return
      for (const r of rounds) {
        const rests = r.ranAt !== undefined && isWithin(r.ranAt, r.every, clock.now())
        if (!r.busy && !rests) void run(r)
      }
    },
    async permissions() {
      const [r] = rounds
      if (!r || r.busy) return
      r.ranAt = clock.now()
      await reader.permissions().catch(() => undefined)
    },
  }
}

const createReaders = ({ source, clock, readings, picture }: RoundsNeeds) => {
  const online = () =>
    picture()
      .nodes.filter((n) => n.reach === 'online')
      .map((n) => n.name)
  let backupRole: 'operate' | undefined

  return {
    async permissions() {
      const mine = await source.permissions()
      const differs = JSON.stringify(mine) !== JSON.stringify(readings.permissions)
      if (differs || readings.narrowSince === 0) readings.narrowSince = clock.now()
      readings.permissions = mine
      readings.backupPermissions = mine
      backupRole = undefined
      if (maySeeBackups(mine)) return
      const operator = await source.permissions('operate').catch(() => undefined)
      if (!operator || !maySeeBackups(operator)) return
      readings.backupPermissions = operator
      backupRole = 'operate'
    },

    async storage() {
      const rows = new Map<string, StorageRow[]>()
      let failure: unknown
      await Promise.all(
        online().map(async (node) => {
          try {
            rows.set(node, await source.nodes.storages(node))
          } catch (error) {
            failure ??= error
          }
        }),
      )
      const now = clock.now()
      if (rows.size > 0 || failure === undefined)
        readings.storage = good(readings.storage, rows, now)
      if (failure !== undefined) readings.storage = bad(readings.storage, failure, now)
    },

    async backups() {
      const files = new Map(readings.backups.value?.files)
      let failure: unknown
      let read = 0
      const options = backupRole && { role: backupRole }
      for (const { id, node, storage } of backupPlaces(readings, online()))
        try {
          files.set(id, await source.nodes.storageContent(node, storage, 'backup', options))
          read += 1
        } catch (error) {
          failure ??= error
        }
      const uncovered = await source.cluster.notBackedUp().catch((error: unknown) => {
        failure ??= error
        return readings.backups.value?.uncovered
      })
      dropGone(files, readings)
      const now = clock.now()
      if (read > 0 || failure === undefined)
        readings.backups = good(readings.backups, { files, uncovered }, now)
      if (failure !== undefined) readings.backups = bad(readings.backups, failure, now)
    },

    /** Seldom changed, and not for every token: without it each node is taken to have one. */
    async votes() {
      const votes = await source.cluster.votes()
      readings.votes = votes.size > 0 ? votes : undefined
    },

    async network() {
      await Promise.all(
        online().map(async (node) => {
          const samples = await source.nodes.rrd(node, 'hour').catch(() => [])
          const last = samples.findLast((s) => s.netin !== undefined && s.netout !== undefined)
          if (last)
            readings.nodeNet.set(node, {
              in: coarseRate(last.netin!),
              out: coarseRate(last.netout!),
              at: last.time * 1000,
            })
        }),
      )
    },
  }
}

const maySeeBackups = (mine: Permissions) => held(mine, '/vms', 'VM.Backup') !== 'no'

/** Where backups can lie and be listed now: a shared storage is asked through one node. */
const backupPlaces = ({ resources }: Readings, online: string[]) => {
  const places = new Map<string, { id: string; node: string; storage: string }>()
  for (const row of resources.value?.storages ?? []) {
    if (!row.content.includes('backup') || row.status !== 'available') continue
    const id = storageId(row)
    if (online.includes(row.node) && !places.has(id))
      places.set(id, { id, node: row.node, storage: row.storage })
  }
  return [...places.values()]
}

/** Lists of storages that are no more are dropped; those of a node that is off stay. */
const dropGone = (files: Map<string, StorageContent[]>, { resources }: Readings) => {
  const present = new Set(resources.value?.storages.map(storageId))
  for (const id of files.keys()) if (!present.has(id)) files.delete(id)
}
