/** Every tool there is, and the one that somebody probably meant. */
import { nearest } from '../nearest.ts'
import { cancelTask } from './cancel-task.ts'
import { guestReboot } from './guest-reboot.ts'
import { guestShutdown } from './guest-shutdown.ts'
import { guestStart } from './guest-start.ts'
import { tmuxInstall } from './tmux-install.ts'
import type { Tool } from './tool.ts'
import { wakeNode } from './wake-node.ts'

export const tools: readonly Tool[] = [
  guestStart,
  guestShutdown,
  guestReboot,
  cancelTask,
  wakeNode,
  tmuxInstall,
]

export const toolNamed = (name: string): Tool | undefined => tools.find((t) => t.name === name)

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
