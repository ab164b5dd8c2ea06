/** A cast of pictures with names: evenings that the panels must be able to draw. */
import type {
  BackupState,
  GuestState,
  NodeState,
  Part,
  Picture,
  StorageState,
  TaskState,
  Trouble,
} from '../lib/cluster/picture.ts'
import { NOON } from './clock.ts'

const GiB = 2 ** 30
export const HEARD = NOON - 3000

const node = (name: string, more: Partial<NodeState> = {}): NodeState => ({
  name,
  aliases: [],
  reach: 'online',
  since: NOON - 86_400_000 * 3,
  permitted: true,
  cpu: 0.12,
  cores: 8,
  memory: { used: 14.9 * GiB, total: 31 * GiB },
  root: { used: 20 * GiB, total: 94 * GiB },
  uptime: 86_400 * 3,
  net: { in: 120_000, out: 4_300_000 },
  mac: 'bc:24:11:2e:5f:01',
  votes: 1,
  ...more,
})

export const guest = (vmid: number, name: string, more: Partial<GuestState> = {}): GuestState => ({
  vmid,
  kind: 'lxc',
  name,
  node: 'pve',
  condition: 'running',
  word: 'running',
  since: NOON - 3_600_000,
  template: false,
  tags: [],
  cpu: 0.034,
  cores: 2,
  memory: { used: 0.7 * GiB, total: GiB },
  disk: { used: 2 * GiB, total: 8 * GiB },
  uptime: 7200,
  net: { in: 2048, out: 4096 },
  ...more,
})

const storage = (id: string, more: Partial<StorageState> = {}): StorageState => ({
  id,
  storage: id.split('/').at(-1)!,
  nodes: [id.split('/')[0]!],
  shared: false,
  plugin: 'dir',
  content: ['iso', 'vztmpl'],
  condition: 'available',
  use: { used: 20 * GiB, total: 94 * GiB },
  ...more,
})

const task = (serial: number, more: Partial<TaskState> = {}): TaskState => ({
  upid: `UPID:pve:0000${serial}:0001:6920:vzdump:303:root@pam:`,
  node: 'pve',
  type: 'vzdump',
  object: '303',
  user: 'root@pam',
  start: NOON - 600_000,
  end: NOON - 540_000,
  outcome: 'ok',
  ...more,
})

const backup = (vmid: number, name: string, more: Partial<BackupState> = {}): BackupState => ({
  vmid,
  name,
  node: 'pve',
  last: { at: NOON - 43_200_000, storage: 'cluster-backup', size: 3 * GiB },
  count: 3,
  uncovered: false,
  ...more,
})

const parts = (part: Partial<Part>): Picture['parts'] => {
  const one = { at: HEARD, limit: 15_000, ...part }
  return {
    resources: one,
    guests: one,
    storages: one,
    status: one,
    tasks: one,
    storage: one,
    backups: one,
    temperatures: one,
  }
}

/** Four nodes, five guests, nothing to complain about but a guest that was never backed up. */
export const calmEvening = (): Picture => ({
  version: 7,
  now: NOON,
  parts: parts({}),
  cluster: {
    name: 'HomeCluster',
    standalone: false,
    quorate: true,
    votes: { online: 4, total: 4, needed: 3 },
    entry: 'pve',
  },
  nodes: [
    node('Home', { aliases: ['master'] }),
    node('pve', { cpu: 0.67 }),
    node('agent1'),
    node('agent', { cores: 4, mac: undefined }),
  ],
  guests: [
    guest(100, 'Ubuntu-Desktop', {
      kind: 'qemu',
      node: 'agent1',
      condition: 'stopped',
      word: 'stopped',
      cpu: 0,
      uptime: 0,
    }),
    guest(103, 'management', { kind: 'qemu', lock: 'backup', tags: ['infra'] }),
    guest(300, 'twingate'),
    guest(302, 'adguard'),
    guest(303, 'homeassistant', { node: 'agent1', memory: { used: 2 * GiB, total: 4 * GiB } }),
  ],
  storages: [
    storage('Home/local'),
    storage('cluster-backup', {
      shared: true,
      nodes: ['Home', 'pve', 'agent1', 'agent'],
      content: ['backup'],
      use: { used: 3.98 * 1024 * GiB, total: 4.5 * 1024 * GiB },
      fullInDays: 9.4,
    }),
  ],
  tasks: [
    task(3, { end: undefined, outcome: 'running', start: NOON - 20_000, type: 'qmigrate' }),
    task(2, { outcome: 'failed', text: 'no space left on device' }),
    task(1),
  ],
  backups: [
    backup(103, 'management'),
    backup(303, 'homeassistant', { last: undefined, count: 0, uncovered: true }),
  ],
})

/** agent1 is gone since 11:27; its guests are unknown, its figures nobody's. */
export const oneNodeOff = (): Picture => {
  const calm = calmEvening()
  const off = (on: string) => on === 'agent1'
  return {
    ...calm,
    cluster: { ...calm.cluster, votes: { online: 3, total: 4, needed: 3 } },
    nodes: calm.nodes.map((n) =>
      off(n.name)
        ? {
            ...n,
            reach: 'offline',
            since: NOON - 33 * 60_000,
            cpu: undefined,
            memory: undefined,
            root: undefined,
            uptime: undefined,
            net: undefined,
          }
        : n,
    ),
    guests: calm.guests.map((g) =>
      off(g.node)
        ? {
            ...g,
            condition: 'unknown',
            why: 'node lost',
            cpu: undefined,
            memory: undefined,
            uptime: undefined,
            net: undefined,
          }
        : g,
    ),
  }
}

/** A calm evening with quorum lost. */
export const noQuorum = (): Picture => {
  const off = oneNodeOff()
  return {
    ...off,
    cluster: { ...off.cluster, quorate: false, votes: { online: 2, total: 4, needed: 3 } },
  }
}

const trouble = (kind: Trouble['kind'], text: string, next?: string): Trouble => ({
  kind,
  text,
  next,
  since: NOON - 90 * 60_000,
})

/** Nothing was ever read: no rows, and the given reason (none = the first reading is on its way). */
export const nothingYet = (why?: Trouble): Picture => ({
  version: 0,
  now: NOON,
  parts: parts({ at: undefined, trouble: why }),
  cluster: { standalone: false },
  nodes: [],
  guests: [],
  storages: [],
  tasks: [],
  backups: [],
})

export const unreachable = () =>
  nothingYet(trouble('unreachable', 'No answer on port 8006', 'Is the node on?'))

export const wrongToken = () =>
  nothingYet(trouble('unauthorized', 'The token was not accepted.', 'Make a new one.'))

/** The token may list nothing: read, but with nothing to see. */
export const noPermission = (): Picture => ({
  ...emptyCluster(),
  parts: parts({
    trouble: trouble(
      'forbidden',
      'the token lacks VM.Audit on /vms',
      "Grant it on a node: pveum acl modify /vms --roles PVEAuditor --tokens 'jarvis@pve!audit'",
    ),
  }),
})

/** Some rows are seen, some are not. */
export const narrowToken = (): Picture => ({
  ...calmEvening(),
  parts: noPermission().parts,
  nodes: calmEvening().nodes.map((n) =>
    n.name === 'Home'
      ? {
          ...n,
          permitted: false,
          grant:
            "On a node, as root: pveum acl modify / --roles PVEAuditor --tokens 'jarvis@pve!audit'",
          cpu: undefined,
          memory: undefined,
          root: undefined,
        }
      : n,
  ),
})

/** All parts well, nothing in them. */
export const emptyCluster = (): Picture => ({
  ...nothingYet(),
  parts: parts({}),
  cluster: { standalone: true, quorate: true },
})

/** The last reading is a minute old. */
export const staleEvening = (): Picture => ({
  ...calmEvening(),
  parts: parts({ at: NOON - 60_000, trouble: trouble('unreachable', 'Nobody answers.') }),
})

export const HOSTILE = [
  '<script>alert(1)</script>',
  `" onmouseover='x' \`y\` & </td>`,
  'two\nlines\u0085and\u009b31mred\u001b[2J',
  'abc\u202etxt.exe\u2066\u200f',
  'L'.repeat(255),
  '日本語のサーバー',
  `e${'\u0301'.repeat(200)}`,
  'half \ud800 a pair',
  '\u202e\n\u0000',
]

/** Every name is an attack or an accident. */
export const hostileNames = (): Picture => {
  const calm = calmEvening()
  return {
    ...calm,
    nodes: HOSTILE.map((name) => node(name, { aliases: [name] })),
    guests: HOSTILE.map((name, i) =>
      guest(200 + i, name, {
        node: name,
        tags: [name],
        lock: name,
        word: name,
        condition: 'other',
      }),
    ),
    storages: HOSTILE.map((name) =>
      storage(`${name}/local`, { nodes: [name], plugin: name, content: [name] }),
    ),
    tasks: HOSTILE.map((name, i) =>
      task(i, {
        upid: name,
        node: name,
        type: name,
        object: name,
        user: name,
        outcome: 'failed',
        text: name,
      }),
    ),
    backups: HOSTILE.map((name, i) =>
      backup(200 + i, name, { node: name, last: { at: NOON, storage: name } }),
    ),
  }
}

/** A large house: 16 nodes, 800 guests. */
export const eightHundred = (): Picture => ({
  ...calmEvening(),
  nodes: Array.from({ length: 16 }, (_, i) => node(`node${i}`)),
  guests: Array.from({ length: 800 }, (_, i) =>
    guest(1000 + i, `guest-${i}`, { node: `node${i % 16}`, tags: ['prod'], cpu: (i % 100) / 100 }),
  ),
})
