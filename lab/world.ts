/**
 * The state of the simulated cluster and its physics: who is up, who notices when, who has quorum.
 * It changes only through the verbs below; what a client sees of it is the handlers' business.
 */
import { type Clock, minutes, seconds } from '../lib/clock.ts'
import { createCast } from './cast.ts'
import { createDocker } from './docker.ts'
import { createFigures } from './figures.ts'
import type { Random } from './random.ts'
import {
  type Guest,
  type GuestState,
  isRunning,
  isUp,
  type Kind,
  type Node,
  type Storage,
} from './things.ts'

/** Until the others notice that a node is lost; quorum goes with it (measured 7-8 s, PVE 9.2.11). */
export const NOTICED_AFTER = seconds(7)
/** Until the others see a node that has come back. */
const SEEN_AFTER = seconds(2)
/** pvestatd reports every 10 s; what it said is kept for 5 minutes (pve-cluster status.c). */
const REPORT_EVERY = seconds(10)
const REPORT_KEPT = minutes(5)
const FIRST_REPORT = seconds(3)

export type World = ReturnType<typeof createWorld>
export type WorldOptions = { clock: Clock; random: Random; nodes: number; guests: number }

export const createWorld = ({ clock, random, nodes, guests }: WorldOptions) => {
  const seed = Math.floor(random() * 4_294_967_296)
  const start = clock.now()
  const cast = createCast({ nodes, guests, now: start, seed })
  const byVmid = new Map(cast.guests.map((g) => [g.vmid, g]))
  const byName = new Map(cast.nodes.map((n) => [n.name, n]))
  const watchers: (() => void)[] = []
  const guestWatchers: (() => void)[] = []
  const changed = () => {
    for (const watcher of watchers) watcher()
  }
  const guestsChanged = () => {
    for (const watcher of guestWatchers) watcher()
  }

  const node = (name: string) => byName.get(name)
  const guest = (vmid: number | string) => byVmid.get(Number(vmid))
  const guestOn = (kind: Kind, on: string, vmid: number | string): Guest | undefined => {
    const found = guest(vmid)
    return found?.kind === kind && found.node === on ? found : undefined
  }
  const guestsOn = (name: string) => cast.guests.filter((g) => g.node === name)

  /** As the rest of the cluster sees it: late by some seconds in both directions. */
  const isOnline = (n: Node, at = clock.now()): boolean =>
    n.runs.some(
      ({ from, to }) =>
        (from <= start || from + SEEN_AFTER <= at) &&
        at < (to === undefined ? Number.POSITIVE_INFINITY : to + NOTICED_AFTER),
    )
  const isStandalone = () => cast.nodes.length === 1
  const isQuorate = (at = clock.now()): boolean =>
    isStandalone() || cast.nodes.filter((n) => isOnline(n, at)).length * 2 > cast.nodes.length

  /** The moment of the last report of a node's pvestatd, if it has not been forgotten yet. */
  const lastReport = (n: Node, at = clock.now()): number | undefined => {
    for (const { from, to } of [...n.runs].reverse()) {
      const end = Math.min(at, to ?? at)
      const first = from + FIRST_REPORT
      if (end < first) continue
      const report = end - ((end - first) % REPORT_EVERY)
      return at - report > REPORT_KEPT ? undefined : report
    }
    return undefined
  }

  const note = (n: Node, tag: string, text: string, at = clock.now()) => {
    n.syslog.push({ at, tag, text })
    if (n.syslog.length > 1000) n.syslog.splice(0, 200)
  }

  const become = (g: Guest, status: GuestState['status'], paused = false) => {
    const at = clock.now()
    const now = g.states.at(-1)!
    const since = status === now.status ? now.since : at
    g.states.push({ at, status, since, ...(paused ? { paused } : {}) })
    if (g.states.length > 500) g.states.splice(1, 100)
    if (status !== now.status) guestsChanged()
  }
  /** A configuration file is written: the VMID is taken from now on, in the whole cluster. */
  const settle = (g: Guest) => {
    cast.guests.push(g)
    byVmid.set(g.vmid, g)
    guestsChanged()
  }
  const remove = (g: Guest) => {
    cast.guests.splice(cast.guests.indexOf(g), 1)
    byVmid.delete(g.vmid)
    guestsChanged()
  }
  const move = (g: Guest, to: Node) => {
    g.node = to.name
    guestsChanged()
  }
  /** Like a reset button: still running, but uptime and counters begin anew. */
  const restart = (g: Guest) => {
    const at = clock.now()
    g.states.push({ at, status: 'running', since: at })
  }

  /** The node is gone at once, as after a power cut; `at` may lie in the past. */
  const lose = (n: Node, { gone = false, at = clock.now() } = {}) => {
    const run = n.runs.at(-1)!
    if (run.to !== undefined) return
    Object.assign(run, { to: Math.max(at, run.from), gone })
    for (const g of guestsOn(n.name)) {
      g.held = false
      g.leaving = false
      delete g.lock
    }
    changed()
  }
  /** Power comes back; nothing that ran before still runs, `onboot` guests come up later. */
  const boot = (n: Node) => {
    if (isUp(n)) return
    for (const g of guestsOn(n.name)) if (isRunning(g)) become(g, 'stopped')
    n.mute = false
    for (const s of n.services) s.running = s.enabled && s.name !== 'syslog'
    n.runs.push({ from: clock.now() })
    note(n, 'kernel', 'Linux version 6.17.4-1-pve (build@proxmox) #1 SMP PREEMPT_DYNAMIC')
    changed()
  }
  const mute = (n: Node, silent: boolean) => {
    n.mute = silent
    changed()
  }

  const storage = (name: string) => cast.storages.find((s) => s.name === name)
  const storagesOn = (name: string): Storage[] =>
    cast.storages.filter((s) => !s.nodes || s.nodes.includes(name))

  return {
    ...cast,
    clock,
    random,
    start,
    clusterName: 'HomeCluster',
    figures: createFigures(seed, start),
    node,
    guest,
    guestOn,
    guestsOn,
    storage,
    storagesOn,
    isOnline,
    isQuorate,
    isStandalone,
    lastReport,
    note,
    become,
    restart,
    settle,
    remove,
    move,
    /** In the management VM. */
    docker: createDocker({ now: () => clock.now(), host: () => byVmid.get(103) }),
    /** Who is in the nightly backup job, by VMID; those who are gone stay in it unless purged. */
    nightly: [103, 300, 302],
    lose,
    boot,
    mute,
    /** Called after every change of who is up. */
    onPower: (watcher: () => void) => void watchers.push(watcher),
    /** Called after a guest has started, stopped, come, gone or moved. */
    onGuests: (watcher: () => void) => void guestWatchers.push(watcher),
    now: () => clock.now(),
  }
}
