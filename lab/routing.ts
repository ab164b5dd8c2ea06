/** The table of calls: a pattern, who may, what it takes, what it does. Handlers fill it. */
import type { Access, Caller } from './access.ts'
import { forbidden } from './answer.ts'
import type { Certificates } from './certificates.ts'
import { plain, type Rules, type Values } from './parameters.ts'
import type { Power } from './power.ts'
import type { Tasks } from './tasks.ts'
import type { Node } from './things.ts'
import type { World } from './world.ts'

export type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type Call = {
  caller: Caller
  /** The node that was asked. */
  entry: Node
  /** The node in the path, or the one that was asked. */
  node: Node
  /** Path and request parameters, as text. */
  values: Values
}

/** `all`: any valid login. `world`: none needed. Else path (with `{}`), privileges, any or all. */
export type Need =
  | 'world'
  | 'all'
  | readonly [path: string, privileges: readonly string[], how?: 'any']

export type Route = {
  verb: Verb
  path: string
  need: Need
  rules?: Rules
  /** Answered by the node in the path (`proxyto`). */
  remote?: boolean
  /** Handed on to the privileged daemon; visible in the doubled Connection header. */
  privileged?: boolean
  /** The order of the list means something and is kept. */
  ordered?: boolean
  /** Tokens are refused; only a ticket will do. */
  ticketOnly?: boolean
  /** Parameters are not looked at, because the answer is no in any case. */
  lenient?: boolean
  run: (call: Call) => unknown
}

/** A list with `total` beside it. */
export type Paged = { paged: unknown[]; total: number }
export const isPaged = (value: unknown): value is Paged =>
  typeof value === 'object' && value !== null && 'paged' in value

export type Kit = {
  world: World
  access: Access
  tasks: Tasks
  power: Power
  certificates: Certificates
  /** Waits through the lab's clock; ends when the lab does. */
  wait: (ms: number) => Promise<void>
}

type Compiled = { route: Route; names: string[]; form: RegExp }
export type Router = ReturnType<typeof createRouter>

export const createRouter = (routes: Route[]) => {
  const table = new Map<string, Compiled[]>()
  for (const route of routes) {
    const key = `${route.verb} ${route.path.split('/').length}`
    const names = [...route.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!)
    const form = new RegExp(`^${route.path.replace(/\{\w+\}/g, '([^/]+)')}$`)
    table.set(key, [...(table.get(key) ?? []), { route, names, form }])
  }
  /** The route and its path parameters; a volume id may be given with its slash. */
  const find = (verb: string, path: string): { route: Route; uri: Values } | undefined => {
    const whole = path.replace(
      /(\/content\/.+)/,
      (_, tail: string) => `/content/${tail.slice('/content/'.length).replaceAll('/', '%2F')}`,
    )
    for (const { route, names, form } of table.get(`${verb} ${whole.split('/').length}`) ?? []) {
      const found = form.exec(whole)
      if (!found) continue
      return {
        route,
        uri: Object.fromEntries(names.map((n, i) => [n, unescaped(found[i + 1]!)])),
      }
    }
    return undefined
  }
  return { find, routes }
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Throws the 403 that Proxmox would give; its text names path and privileges. */
export const demand = (access: Access, need: Need, call: Call): void => {
  if (need === 'all' || need === 'world') return
  const [template, privileges, how] = need
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => plain(call.values[name]))
  if (!access.can(call.caller, path, [...privileges], how ?? 'all'))
    throw forbidden(path, [...privileges])
}

export const route = (
  verb: Verb,
  path: string,
  need: Need,
  run: Route['run'],
  more: Omit<Route, 'verb' | 'path' | 'need' | 'run'> = {},
): Route => ({ verb, path, need, run, ...more })

/** A read that the node itself answers: through another one it is proxied. */
export const remote = (path: string, need: Need, run: Route['run'], more: Partial<Route> = {}) =>
  route('GET', `/nodes/{node}/${path}`, need, run, { remote: true, ...more })
