/**
 * The one table of what may happen by itself: every tool with its tier and the reason. Settings can
 * raise a line for a target, an hour or a pace; no text from the cluster ever lowers one.
 */

/** GREEN looks. YELLOW can be undone. RED may lose data or reach. BLACK is for a person's own hands. */
export type Tier = 'GREEN' | 'YELLOW' | 'RED' | 'BLACK'

const ORDER: readonly Tier[] = ['GREEN', 'YELLOW', 'RED', 'BLACK']

export const rankOf = (tier: Tier): number => ORDER.indexOf(tier)

export const higher = (a: Tier, b: Tier): Tier => (rankOf(a) >= rankOf(b) ? a : b)

/** What a deed is aimed at. */
export type Target = {
  kind: 'guest' | 'node' | 'storage' | 'service' | 'container' | 'task' | 'file' | 'mail'
  /** vmid, name, UPID. */
  id: string
  /** Where it is, as far as it is known: for limits by node. */
  node?: string | undefined
  /** Of a task: did Jarvis start it? */
  own?: boolean | undefined
}

export type Line = {
  tier: Tier
  /** In words, for the card and for the table in the README. */
  reason: string
}

const looks = (reason: string): Line => ({ tier: 'GREEN', reason })
const undoable = (reason: string): Line => ({ tier: 'YELLOW', reason })
const risky = (reason: string): Line => ({ tier: 'RED', reason })

/** Design §4. `service_restart`, `cancel_task` and the two for commands depend on their arguments. */
export const tiers: Readonly<Record<string, Line>> = {
  cluster_status: looks('reads the picture of the cluster'),
  node_status: looks('reads the state of a node'),
  guest_list: looks('reads the list of guests'),
  guest_status: looks('reads the state of a guest'),
  storage_status: looks('reads how full storages are'),
  recent_tasks: looks('reads the list of tasks'),
  task_log: looks('reads what a task has said'),
  backup_status: looks('reads which backups there are'),
  read_log: looks('reads the log of a node'),
  temperatures: looks('reads sensors'),
  network_status: looks('reads the state of networks'),
  query_events: looks('reads what Jarvis has seen'),
  docker_list: looks('reads the list of containers'),
  docker_logs: looks('reads what a container has said'),
  compose_ps: looks('reads the list of a compose project'),
  incident_list: looks('reads incidents'),
  project_search: looks('reads the index of projects'),
  memory_search: looks('reads what Jarvis remembers'),

  guest_start: undoable('a started guest can be shut down again'),
  guest_shutdown: undoable('the guest itself ends in order and can be started again'),
  guest_reboot: undoable('the guest itself ends in order and comes back'),
  guest_snapshot: undoable('a snapshot can be deleted again'),
  guest_backup: undoable('a backup only reads the guest'),
  guest_migrate: undoable('a guest can move back'),
  wake_node: undoable('a node that runs can be shut down again'),
  storage_scan: undoable('looks for volumes and writes down what it finds'),
  docker_start: undoable('a started container can be stopped again'),
  docker_stop: undoable('a stopped container can be started again'),
  docker_restart: undoable('the container comes back by itself'),
  tmux_install: undoable('a package of the distribution, which can be removed again'),
  remember: undoable('what was remembered can be forgotten'),
  send_mail: undoable('goes only to addresses of the configuration'),
  publish_context: undoable('writes a file that the next run writes anew'),

  guest_stop: risky('a hard stop is a pulled plug: what was not written is lost'),
  guest_rollback: risky('everything since the snapshot is lost'),
  guest_delete: risky('the guest and its disks are gone for good'),
  node_reboot: risky('every guest of the node goes down, and its vote with it'),
  node_shutdown: risky('every guest of the node goes down; the node may not come back by itself'),
  compose_up: risky('containers are made anew from whatever the file says now'),
  forget: risky('what is forgotten does not come back'),
}

/** They keep no state of their own: after a restart everything is as before. */
const STATELESS = new Set([
  'pveproxy',
  'pvedaemon',
  'pvestatd',
  'spiceproxy',
  'pvescheduler',
  'pvefw-logger',
  'chrony',
  'chronyd',
  'systemd-timesyncd',
  'smartmontools',
  'smartd',
  'prometheus-node-exporter',
  'node_exporter',
  'zfs-zed',
  'ksmtuned',
  'nginx',
  'caddy',
  'haproxy',
  'cron',
  'rsyslog',
  'postfix',
])

/** The cluster hangs on them: without the first two a node loses its settings and its vote. */
const CLUSTER_STACK = new Set([
  'pve-cluster',
  'corosync',
  'pmxcfs',
  'pve-ha-lrm',
  'pve-ha-crm',
  'watchdog-mux',
  'corosync-qdevice',
  'corosync-qnetd',
])

/** Without its instance and kind: `ssh.service` is `ssh`. */
export const unitName = (unit: string): string =>
  unit.toLowerCase().replace(/\.(?:service|socket|target)$/, '')

export const isClusterStack = (unit: string): boolean => {
  const name = unitName(unit)
  if (!name.includes('*')) return CLUSTER_STACK.has(name)
  const pattern = new RegExp(`^${name.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`)
  return [...CLUSTER_STACK].some((unit) => pattern.test(unit))
}

export const isStateless = (unit: string): boolean => STATELESS.has(unitName(unit))

/** The tier of restarting a service, by its name. */
export const serviceTier = (unit: string): Line => {
  if (isClusterStack(unit))
    return {
      tier: 'BLACK',
      reason: `${unitName(unit)} carries the cluster; a node without it is lost`,
    }
  return isStateless(unit)
    ? undoable(`${unitName(unit)} keeps nothing that a restart could lose`)
    : risky('whoever uses this service is cut off')
}

const textAt = (args: Record<string, unknown>, ...names: string[]) => {
  for (const name of names) if (typeof args[name] === 'string') return args[name]
  return ''
}

export type Asked = {
  tool: string
  args: Record<string, unknown>
  targets: readonly Target[]
}

/** The line for a tool with these arguments; undefined: nobody knows this tool. */
export const lineOf = ({ tool, args, targets }: Asked): Line | undefined => {
  if (tool === 'service_restart') return serviceTier(textAt(args, 'service', 'unit', 'name'))
  if (tool === 'cancel_task')
    return targets.length > 0 && targets.every((t) => t.own)
      ? undoable('Jarvis started this task himself')
      : risky('somebody else started this task')
  return Object.hasOwn(tiers, tool) ? tiers[tool] : undefined
}

/**
 * A line of the settings that makes the table stricter. Empty conditions hold always; what only looks
 * is meant by a line that names the tool, and by no other.
 */
export type Raise = {
  tier: Tier
  why: string
  tool?: string | undefined
  /** `guest/303`, `node/pve`. */
  target?: string | undefined
  /** Hours of the day, local: from 22 until 6. */
  hours?: readonly [from: number, until: number] | undefined
}

const inHours = ([from, until]: readonly [number, number], hour: number) =>
  from <= until ? from <= hour && hour < until : hour >= from || hour < until

/** The tier after the settings had their say. It never sinks. */
export const raised = (
  line: Line,
  raises: readonly Raise[],
  { tool, targets, hour }: { tool: string; targets: readonly Target[]; hour: number },
): Line =>
  raises
    .filter((r) => (r.tool === undefined ? line.tier !== 'GREEN' : r.tool === tool))
    .filter((r) => !r.target || targets.some((t) => `${t.kind}/${t.id}` === r.target))
    .filter((r) => !r.hours || inHours(r.hours, hour))
    .reduce(
      (before, r) =>
        rankOf(r.tier) > rankOf(before.tier) ? { tier: r.tier, reason: r.why } : before,
      line,
    )
