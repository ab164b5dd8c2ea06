/** Which path asks what of its caller: one table, read by the guard. */
import type { Scope } from '../lib/auth/auth.ts'
import { paths } from '../lib/paths.ts'
import { isSafe } from './origin.ts'

/** Open to everybody: the way in, the look of a page, and the sign of life that carries nothing. */
const open = new Set<string>([paths.login(), paths.welcome(), paths.health(), paths.look()])
export const isOpen = (path: string): boolean => open.has(path) || isStatic(path)

export const isStatic = (path: string): boolean => path.startsWith('/static/')

/** What a screen on the wall may read: what hangs in the hall is seen by guests. */
const forWalls = /^\/(wall(\/[^/]*)?|f\/[^/]+|live)$/
export const isForWalls = (path: string): boolean => forWalls.test(path)

// A terminal is every right at once on its host.
const admin = /^\/(settings|setup|terminals|ws)(\/|$)/
/** Private things, told to the house by its people. */
const memory = /^\/memory(\.|\/|$)/
/** What somebody asked, and what was done for it. */
const chat = /^\/chat(\/|$)/
/** What everybody did, from where, with which words: not for keys that only look at the cluster. */
const audit = /^\/audit(\/|\.|$)/
/** Anybody may leave. */
const leave: string = paths.logout()

/** Tools that only look are for whoever may look; the door asks again for each of them. */
const byTheDoor: ReadonlySet<string> = new Set([
  leave,
  paths.execute(),
  paths.plan(),
  paths.mcp(),
  paths.completions(),
])

/**
 * Looking is `view`, everything that changes something, the audit trail and the talks `operate`, the settings
 * `admin`; the memory is one step more private.
 */
export const scopeFor = (method: string, path: string): Scope => {
  if (admin.test(path)) return 'admin'
  if (memory.test(path)) return isSafe(method) ? 'operate' : 'admin'
  if (audit.test(path) || chat.test(path)) return 'operate'
  return isSafe(method) || byTheDoor.has(path) ? 'view' : 'operate'
}
