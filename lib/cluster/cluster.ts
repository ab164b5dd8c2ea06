/**
 * One poll for everybody: reads the cluster, keeps the picture, tells what is new.
 * A failed poll is a reading too; the picture never waits for the network.
 */
import type { Bus } from '../bus.ts'
import { type Clock, isWithin } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { WriteBuffer } from '../db/write-buffer.ts'
import { messageOf } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import type { Vmid } from '../proxmox/types.ts'
import { type Change, diff } from './diff.ts'
import { createHistory, type History } from './history.ts'
import { createLists } from './lists.ts'
import { createMemoryWriter, loadMemory } from './memory.ts'
import { tell } from './news.ts'
import type { GuestState, NodeState, Picture } from './picture.ts'
import { createRates } from './rates.ts'
import { bad, emptyReadings, type KnownNode } from './readings.ts'
import { createRhythm, type Verdict } from './rhythm.ts'
import { createRounds } from './rounds.ts'
import type { Source } from './source.ts'
import { emptyPicture, readPicture } from './state.ts'
import { createThermometer, type Hands, noHands } from './temperatures.ts'

export type PollSettings = {
  seconds: number
  fastSeconds: number
  storageSeconds: number
  backupMinutes: number
}

export type ClusterNeeds = {
  proxmox: Source
  bus: Bus<Events>
  clock: Clock
  log: Log
  db: Db
  nodes: KnownNode[]
  poll: PollSettings
  /** The buffer that stores the events; with it a crash never tells a thing twice. */
  buffer?: Pick<WriteBuffer, 'add'> | undefined
  random?: (() => number) | undefined
  /** Asks the nodes for their temperatures; without them the picture says so. */
  hands?: Hands | undefined
}

export type Cluster = {
  /** Begins to poll; does not wait for an answer. */
  start(): void
  stop(): Promise<void>
  /** The picture now: cheap, and never changed afterwards. */
  picture(): Picture
  /** One poll now, shared by callers that come meanwhile. Never rejects: trouble is in the picture. */
  refresh(why?: string): Promise<void>
  /** A deed runs: the fast rhythm until the answer is called. */
  hurry(): () => void
  /**
   * A guest's status was just read at its node (`status/current`): it outranks the lagging list
   * until the two agree, at most 15 s.
   */
  believe(status: { vmid: Vmid; status: string; qmp?: string | undefined }): void
  guest(vmid: Vmid): GuestState | undefined
  /** By name or alias, without regard to case. */
  node(nameOrAlias: string): NodeState | undefined
  history: History
}

export const createCluster = (needs: ClusterNeeds): Cluster => {
  const { proxmox, bus, clock, log, db, poll } = needs
  const memory = loadMemory(db)
  const readings = emptyReadings(needs.nodes, limitsOf(poll), memory)
  readings.tokens = { audit: proxmox.tokenId?.('audit'), operate: proxmox.tokenId?.('operate') }
  const rates = createRates()
  const keep = createMemoryWriter(db, needs.buffer)
  const history = createHistory({ db, clock, log, source: proxmox })
  let current = emptyPicture(readings, clock.now())
  let stopWatch: (() => void) | undefined
  let stopped = false

  /** Makes the picture anew out of what is known now, and tells what is different. */
  const look = () => {
    // An answer that comes after the stop finds the database closed.
    if (stopped) return
    const before = current
    const after = readPicture(before, readings, clock.now())
    const changes = diff(before, after)
    current = changes.length > 0 ? { ...after, version: before.version + 1 } : after
    for (const change of changes) announce(change, bus)
    tell(memory, current, bus.emit)
    try {
      keep(memory)
    } catch (error) {
      log.error(`cluster: what was seen could not be kept: ${messageOf(error)}`)
    }
  }

  /** The same between two polls; listeners hear of it only if there is something to see. */
  const lookAgain = () => {
    const { version } = current
    look()
    if (current.version !== version) bus.emit('cluster.polled', { version: current.version })
  }

  const rounds = createRounds({
    source: proxmox,
    clock,
    log,
    poll,
    readings,
    picture: () => current,
    onReading: lookAgain,
  })

  const thermometer =
    needs.hands &&
    createThermometer({
      hands: needs.hands,
      clock,
      log,
      readings,
      online: () => current.nodes.filter((n) => n.reach !== 'offline').map((n) => n.name),
      onReading: lookAgain,
    })
  if (!thermometer) readings.temperatures = bad(readings.temperatures, noHands(), clock.now())

  const readLists = createLists({
    source: proxmox,
    clock,
    readings,
    rates,
    permissions: rounds.permissions,
  })
  const pollOnce = async (): Promise<Verdict> => {
    const { verdict, rows } = await readLists()
    if (stopped) return verdict
    readings.fullInDays = history.forecasts()
    look()
    if (rows) {
      history.note(current, rates.current, clock.now())
      rounds.start()
      thermometer?.round()
    }
    bus.emit('cluster.polled', { version: current.version })
    return verdict
  }
  const rhythm = createRhythm({
    clock,
    seconds: poll.seconds,
    fastSeconds: poll.fastSeconds,
    random: needs.random,
    poll: () =>
      pollOnce().catch((error) => {
        log.error(`cluster: a poll broke: ${messageOf(error)}`)
        return 'failed' as const
      }),
  })

  /** Ages go on while a poll hangs or the rhythm is slow. */
  const watch = () => {
    stopWatch = clock.after(poll.seconds * 1000, () => {
      if (!isWithin(current.now, poll.seconds * 1000, clock.now())) lookAgain()
      thermometer?.round()
      watch()
    })
  }

  return {
    start() {
      rhythm.start()
      history.start()
      watch()
    },
    async stop() {
      // Calls that are under way are not waited for: a dead node would hold the stop for seconds.
      stopped = true
      stopWatch?.()
      rhythm.stop()
      history.stop()
    },
    picture: () => ({ ...current, now: clock.now() }),
    refresh: (why) => {
      if (why) log.debug('cluster: polls at once', { why })
      return rhythm.now()
    },
    hurry: rhythm.hurry,
    believe({ vmid, status, qmp }) {
      const word = status === 'running' && qmp ? qmp : status
      readings.fresh.set(vmid, { word, at: clock.now() })
      lookAgain()
    },
    guest: (vmid) => current.guests.find((g) => g.vmid === vmid),
    node: (name) => findNode(current.nodes, name),
    history,
  }
}

const limitsOf = (poll: PollSettings) => ({
  // Three polls may be missed.
  fast: Math.max(15, 3 * poll.seconds) * 1000,
  storage: Math.max(90, 3 * poll.storageSeconds) * 1000,
  backups: 3 * poll.backupMinutes * 60_000,
})

const announce = (change: Change, bus: Bus<Events>) => {
  if (change.of === 'node') bus.emit('node.changed', { node: change.id })
  if (change.of === 'guest') bus.emit('guest.changed', { vmid: change.id })
  if (change.of === 'storage') bus.emit('storage.changed', { id: change.id })
  if (change.of === 'backup') bus.emit('backup.changed', { vmid: change.id })
}

const findNode = (nodes: NodeState[], name: string) => {
  const wanted = name.toLowerCase()
  return (
    nodes.find((n) => n.name.toLowerCase() === wanted) ??
    nodes.find((n) => n.aliases.some((alias) => alias.toLowerCase() === wanted))
  )
}
