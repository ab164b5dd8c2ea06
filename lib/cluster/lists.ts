/**
 * One poll: the three lists of the cluster in parallel, each taken into the readings for itself, so
 * that one that fails does not lose the others.
 */
import { type Clock, isWithin } from '../clock.ts'
import { asProblem } from '../errors.ts'
import type { Resources } from '../proxmox/types.ts'
import type { Rates } from './rates.ts'
import { BELIEVED_MS, bad, good, type Reading, type Readings } from './readings.ts'
import type { Verdict } from './rhythm.ts'
import { coarseRate } from './shown.ts'
import type { Source } from './source.ts'

export type ListsNeeds = {
  source: Source
  clock: Clock
  readings: Readings
  rates: Rates
  /** Asks what the token may see; never rejects. */
  permissions(): Promise<void>
}

/** `rows` = the list of nodes, guests and storages is new. */
export type Polled = { verdict: Verdict; rows: boolean }

/** Polls once. Never rejects: trouble stands in the readings. */
export const createLists = (needs: ListsNeeds): (() => Promise<Polled>) => {
  const { source, clock, readings, permissions } = needs
  return async () => {
    const before = readings.resources.value?.guests.length ?? 0
    const [resources, status, tasks] = await Promise.allSettled([
      source.cluster.resources(),
      source.cluster.status(),
      source.cluster.tasks(),
      readings.permissions ? undefined : permissions(),
    ])
    const now = clock.now()
    const rows = resources.status === 'fulfilled'
    // Proxmox hides what a token may no longer see: ask before believing that all is gone.
    if (rows && before > 0 && resources.value.guests.length === 0) await permissions()
    readings.resources = taken(readings.resources, resources, now)
    readings.status = taken(readings.status, status, now)
    readings.tasks = taken(readings.tasks, tasks, now)
    readings.entry = source.reach.entry()
    if (rows) takeRows(needs, resources.value)
    return { verdict: verdictOf([resources, status]), rows }
  }
}

const taken = <T>(old: Reading<T>, result: PromiseSettledResult<T>, now: number): Reading<T> =>
  result.status === 'fulfilled' ? good(old, result.value, now) : bad(old, result.reason, now)

const takeRows = ({ rates, readings, clock }: ListsNeeds, { guests }: Resources) => {
  rates.update(guests)
  readings.guestNet = new Map()
  for (const [vmid, net] of rates.current)
    readings.guestNet.set(vmid, { in: coarseRate(net.in), out: coarseRate(net.out) })
  if (readings.fresh.size === 0) return
  const words = new Map(guests.map((g) => [g.vmid, g.status]))
  for (const [vmid, { word, at }] of readings.fresh)
    if (words.get(vmid) === word || !isWithin(at, BELIEVED_MS, clock.now()))
      readings.fresh.delete(vmid)
}

/** The rhythm slows only when the cluster as a whole gives nothing. */
const verdictOf = (results: PromiseSettledResult<unknown>[]): Verdict => {
  const failures = results.filter((r) => r.status === 'rejected')
  if (failures.some((r) => asProblem(r.reason).kind === 'unauthorized')) return 'refused'
  return failures.length === results.length ? 'failed' : 'good'
}
