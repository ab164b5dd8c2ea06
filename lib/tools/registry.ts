/** Every tool there is, and the one that somebody probably meant. */
import { nearest } from '../nearest.ts'
import { backupStatus } from './backup-status.ts'
import { cancelTask } from './cancel-task.ts'
import { clusterStatus } from './cluster-status.ts'
import { composePs } from './compose-ps.ts'
import { composeUp } from './compose-up.ts'
import type { Asking } from './deeds.ts'
import { dockerList } from './docker-list.ts'
import { dockerLogs } from './docker-logs.ts'
import { dockerRestart } from './docker-restart.ts'
import { dockerStart } from './docker-start.ts'
import { dockerStop } from './docker-stop.ts'
import { forget } from './forget.ts'
import { guestBackup } from './guest-backup.ts'
import { guestCommand } from './guest-command.ts'
import { guestDelete } from './guest-delete.ts'
import { guestList } from './guest-list.ts'
import { guestMigrate } from './guest-migrate.ts'
import { guestReboot } from './guest-reboot.ts'
import { guestRollback } from './guest-rollback.ts'
import { guestShutdown } from './guest-shutdown.ts'
import { guestSnapshot } from './guest-snapshot.ts'
import { guestStart } from './guest-start.ts'
import { guestStatus } from './guest-status.ts'
import { guestStop } from './guest-stop.ts'
import { memorySearch } from './memory-search.ts'
import { networkStatus } from './network-status.ts'
import { nodeReboot } from './node-reboot.ts'
import { nodeShutdown } from './node-shutdown.ts'
import { nodeStatus } from './node-status.ts'
import { queryEvents } from './query-events.ts'
import { readLog } from './read-log.ts'
import { recentTasks } from './recent-tasks.ts'
import { remember } from './remember.ts'
import { runCommand } from './run-command.ts'
import { serviceRestart } from './service-restart.ts'
import { storageScan } from './storage-scan.ts'
import { storageStatus } from './storage-status.ts'
import { taskLog } from './task-log.ts'
import { temperatures } from './temperatures.ts'
import { tmuxInstall } from './tmux-install.ts'
import type { Tool } from './tool.ts'
import { wakeNode } from './wake-node.ts'

export const tools: readonly Tool[] = [
  clusterStatus,
  nodeStatus,
  guestList,
  guestStatus,
  storageStatus,
  recentTasks,
  backupStatus,
  temperatures,
  networkStatus,
  taskLog,
  readLog,
  queryEvents,
  dockerList,
  dockerLogs,
  composePs,
  memorySearch,
  guestStart,
  guestShutdown,
  guestReboot,
  guestStop,
  guestSnapshot,
  guestRollback,
  guestBackup,
  guestMigrate,
  guestDelete,
  guestCommand,
  cancelTask,
  wakeNode,
  serviceRestart,
  nodeReboot,
  nodeShutdown,
  runCommand,
  dockerStart,
  dockerStop,
  dockerRestart,
  composeUp,
  storageScan,
  tmuxInstall,
  remember,
  forget,
]

/** What a caller may use and is shown; what only runbooks use is not in it. */
export const toolsFor = (caller: Pick<Asking, 'kind' | 'scope'>): Tool[] =>
  tools.filter((tool) => !tool.hidden && mayUse(tool, caller))

const RANK = { view: 0, operate: 1, admin: 2 } as const

/** What a tool takes: looking `view`, acting `operate`, unless it says otherwise. */
export const rightFor = ({ kind, right }: Pick<Tool, 'kind' | 'right'>) =>
  right ?? (kind === 'look' ? 'view' : 'operate')

/** A wall screen shows panels; it uses no tool. */
export const mayUse = (tool: Tool, { kind, scope }: Pick<Asking, 'kind' | 'scope'>): boolean =>
  kind !== 'wall' && RANK[scope] >= RANK[rightFor(tool)]

export const toolNamed = (name: string): Tool | undefined => tools.find((t) => t.name === name)

/** `being restarted`, of a tool that acts. */
export const doingOf = (name: string): string | undefined => {
  const tool = toolNamed(name)
  return tool?.kind === 'act' ? tool.words.doing : undefined
}

/** By typing mistakes, else by words in common: `start_vm` means `guest_start`. */
export const nearestTool = (name: string): string | undefined => {
  const names = tools.map((t) => t.name)
  const close = nearest(name, names)
  if (close) return close
  const asked = new Set(name.toLowerCase().split(/[^a-z]+/))
  const common = (other: string) => other.split('_').filter((word) => asked.has(word)).length
  const best = [...names].sort((a, b) => common(b) - common(a))[0]
  return best && common(best) > 0 ? best : undefined
}
