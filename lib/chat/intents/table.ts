/**
 * Which questions are answered, as a table: what each is about, the words that it needs and those that
 * it may have besides. One word more, and it is another question.
 */
import type { GuestState, NodeState, StorageState } from '../../cluster/picture.ts'
import * as guests from './guests.ts'
import type { Subject } from './names.ts'
import * as nodes from './nodes.ts'
import type { World } from './saying.ts'
import * as stores from './stores.ts'
import type { Tag } from './vocabulary.ts'
import * as whole from './whole.ts'

type Kind = GuestState['kind']
type Said = string | undefined

export type Row = {
  intent: string
  needs: Tag[][]
  may: Set<Tag>
  /** Text of others is in the answer: task logs, events. */
  tainted?: true
  say(world: World, subjects: Subject[], kind: Kind | undefined): Said
  of: string
}

type Words = { needs: string; may?: string; tainted?: true }

/** `needs`: every word, of `a|b` one. */
const row = (
  intent: string,
  of: string,
  { needs, may = '', tainted }: Words,
  say: Row['say'],
): Row => ({
  intent,
  of,
  needs: needs.split(' ').map((group) => group.split('|') as Tag[]),
  may: new Set([...needs.split(/[ |]/), ...may.split(' '), 'ask'] as Tag[]),
  say,
  ...(tainted ? { tainted } : {}),
})

const all = (intent: string, words: Words, say: (world: World, kind: Kind | undefined) => Said) =>
  row(intent, '', words, (world, _, kind) => say(world, kind))
const node = (
  intent: string,
  words: Words,
  say: (world: World, node: NodeState, kind: Kind | undefined) => Said,
) =>
  row(intent, 'node', words, (world, [s], kind) =>
    s?.kind === 'node' ? say(world, s.node, kind) : undefined,
  )
const guest = (intent: string, words: Words, say: (world: World, guest: GuestState) => Said) =>
  row(intent, 'guest', words, (world, [s]) =>
    s?.kind === 'guest' ? say(world, s.guest) : undefined,
  )
const store = (intent: string, words: Words, say: (world: World, stores: StorageState[]) => Said) =>
  row(intent, 'store', words, (world, [s]) =>
    s?.kind === 'store' ? say(world, s.stores) : undefined,
  )

const KINDS = 'guest|vm|ct'
const kinds = 'guest vm ct'
const figure = 'what is how much use have'

export const table: Row[] = [
  all('overall', { needs: 'status', may: 'cluster is what how list all' }, whole.overall),
  all('overall', { needs: 'cluster|all ok|up ask|is' }, whole.overall),
  all('overall', { needs: 'cluster doing|how', may: 'is doing how' }, whole.overall),
  all('overall', { needs: 'problem any|list|ask', may: 'is have cluster' }, whole.overall),
  all('quorum', { needs: 'quorum', may: 'cluster is have status up many all' }, whole.quorum),
  all(
    'nodes',
    { needs: 'node', may: 'list all up runs off status is which any many have' },
    nodes.nodesUp,
  ),
  all('nodes-cpu', { needs: 'cpu', may: 'use what is cluster node all list' }, nodes.nodesCpu),
  all(
    'nodes-memory',
    { needs: 'memory use|node|all|free', may: 'what is cluster all list how much' },
    nodes.nodesMemory,
  ),
  all('nodes-heat', { needs: 'temp', may: 'node all list what is how cluster' }, nodes.nodesHeat),
  all('hottest-node', { needs: 'hottest node', may: 'which what is' }, nodes.hottestNode),
  all('hottest-node', { needs: 'most temp', may: 'which what is node have' }, nodes.hottestNode),
  all('busiest-node', { needs: 'most cpu node', may: 'which what is use have' }, nodes.busiestNode),
  all('busiest-node', { needs: 'busiest node', may: 'which what is' }, nodes.busiestNode),
  all(
    'fullest-node',
    { needs: 'most memory node', may: 'which what is use have' },
    nodes.fullestNode,
  ),

  node('node-state', { needs: 'up|runs|off is|ask', may: 'node' }, nodes.nodeState),
  node('node-state', { needs: 'status|doing', may: 'is node how what' }, nodes.nodeState),
  node('node-cpu', { needs: 'cpu', may: `${figure} node` }, nodes.nodeCpu),
  node('node-memory', { needs: 'memory', may: `${figure} node free full` }, nodes.nodeMemory),
  node(
    'node-disk',
    { needs: 'disk full|use|free|space|much', may: `${figure} node` },
    nodes.nodeDisk,
  ),
  node('node-heat', { needs: 'temp', may: 'what is how node' }, nodes.nodeHeat),
  node('node-uptime', { needs: 'uptime', may: 'what is node' }, nodes.nodeUptime),
  node('node-uptime', { needs: 'long up|runs', may: 'is have been node' }, nodes.nodeUptime),
  node('guests-running', { needs: 'what|which runs', may: 'is guest vm ct' }, (w, n, kind) =>
    guests.guestsRunning(w, { kind, node: n }),
  ),
  node(
    'guests-running',
    { needs: `${KINDS} runs|up`, may: 'which list any many is' },
    (w, n, kind) => guests.guestsRunning(w, { kind, node: n }),
  ),
  node('guests-off', { needs: `${KINDS} off`, may: 'which list any many is' }, (w, n, kind) =>
    guests.guestsOff(w, { kind, node: n }),
  ),
  node('guests', { needs: `${KINDS} which|list|many|all`, may: 'is all have' }, (w, n, kind) =>
    guests.guestsListed(w, { kind, node: n }),
  ),

  guest('guest-state', { needs: 'up|runs|off is|ask', may: kinds }, guests.guestState),
  guest('guest-state', { needs: 'status|doing', may: `is how what ${kinds}` }, guests.guestState),
  guest('guest-cpu', { needs: 'cpu', may: `${figure} ${kinds}` }, guests.guestCpu),
  guest('guest-memory', { needs: 'memory', may: `${figure} ${kinds} free` }, guests.guestMemory),
  guest('guest-uptime', { needs: 'uptime', may: `what is ${kinds}` }, guests.guestUptime),
  guest(
    'guest-uptime',
    { needs: 'long up|runs', may: `is have been ${kinds}` },
    guests.guestUptime,
  ),
  guest('guest-place', { needs: 'where', may: `run runs is live ${kinds}` }, guests.guestPlace),
  guest(
    'guest-place',
    { needs: 'which node', may: `run runs is live up ${kinds}` },
    guests.guestPlace,
  ),
  guest('guest-id', { needs: 'id', may: `what which is have ${kinds}` }, guests.guestId),
  guest(
    'guest-backup',
    { needs: 'backup|done last', may: `when was is what ${kinds}` },
    stores.guestBackup,
  ),
  guest('guest-backup', { needs: 'backup age', may: `how is ${kinds}` }, stores.guestBackup),
  guest('guest-backup', { needs: 'done when was', may: `last ${kinds}` }, stores.guestBackup),
  guest('guest-backup', { needs: 'done is', may: kinds }, stores.guestBackup),
  guest(
    'guest-backup',
    { needs: 'backup|backups have|status', may: `any ${kinds}` },
    stores.guestBackup,
  ),

  all('guests', { needs: `${KINDS}`, may: 'list all which many have is' }, (w, kind) =>
    guests.guestsListed(w, { kind }),
  ),
  all('guests', { needs: `${KINDS} status`, may: 'list all' }, (w, kind) =>
    guests.guestsListed(w, { kind }),
  ),
  all('guests-running', { needs: `all ${KINDS} runs|up`, may: 'is' }, (w, kind) =>
    guests.guestsAllRunning(w, { kind }),
  ),
  all('guests-running', { needs: `${KINDS} runs|up`, may: 'which list any many is' }, (w, kind) =>
    guests.guestsRunning(w, { kind }),
  ),
  all('guests-off', { needs: `${KINDS} off`, may: 'which list any many is all' }, (w, kind) =>
    guests.guestsOff(w, { kind }),
  ),
  all(
    'fullest-guest',
    { needs: `${KINDS} most memory`, may: 'which what is use have' },
    (w, kind) => guests.fullestGuest(w, { kind }),
  ),
  all('busiest-guest', { needs: `${KINDS} most cpu`, may: 'which what is use have' }, (w, kind) =>
    guests.busiestGuest(w, { kind }),
  ),
  all('busiest-guest', { needs: `${KINDS} busiest`, may: 'which what is' }, (w, kind) =>
    guests.busiestGuest(w, { kind }),
  ),

  store(
    'store-fill',
    { needs: 'full|free|use|space|status', may: `${figure} storage disk` },
    stores.storeFill,
  ),
  row(
    'store-fill',
    'node store',
    { needs: 'full|free|use|space', may: `${figure} storage disk node` },
    (w, subjects) => {
      const [n, s] = subjects
      return n?.kind === 'node' && s?.kind === 'store'
        ? stores.storeFill(w, s.stores, n.node)
        : undefined
    },
  ),
  store('store-state', { needs: 'up is|ask', may: 'storage' }, stores.storeUp),
  store('store-forecast', { needs: 'when will full', may: 'storage' }, stores.storeForecast),
  all(
    'stores-fill',
    { needs: 'storage', may: 'use full free space list all status how much is have' },
    stores.storesFill,
  ),
  all(
    'stores-fill',
    { needs: 'space|disk free|use', may: 'space disk how much is have what storage' },
    stores.storesFill,
  ),
  all(
    'stores-nearly-full',
    { needs: 'nearly full storage|disk', may: 'any which is' },
    stores.storesNearlyFull,
  ),

  all(
    'without-backup',
    { needs: `backup|backups|done no ${KINDS}`, may: 'which have is' },
    stores.withoutBackup,
  ),
  all('guests-backup', { needs: 'backups', may: 'list all status last' }, stores.guestsBackup),
  all('guests-backup', { needs: `${KINDS} done is`, may: 'all' }, stores.guestsBackup),

  all(
    'tasks-running',
    { needs: 'task runs|up', may: 'what which is any many list all' },
    whole.tasksRunning,
  ),
  all(
    'tasks-failed',
    { needs: 'task fail', may: 'was any which what list is have all', tainted: true },
    whole.tasksFailed,
  ),
  all('events', { needs: 'happen tonight', may: 'what was any have is', tainted: true }, (w) =>
    whole.nightEvents(w, 'tonight'),
  ),
  all('events', { needs: 'happen night', may: 'what was any have is', tainted: true }, (w) =>
    whole.nightEvents(w, 'night'),
  ),
  all(
    'events',
    { needs: 'happen today', may: 'what was any have is', tainted: true },
    whole.todayEvents,
  ),
  all(
    'events',
    { needs: 'happen hour', may: 'what was any have is', tainted: true },
    whole.hourEvents,
  ),
]
