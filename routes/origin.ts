/**
 * Two questions before any other: is that our name, and did one of our own pages send this?
 * The first stops DNS rebinding, the second request forgery; both hold for streams and sockets too.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { Context } from 'hono'
import type { Config } from '../lib/config.ts'
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import type { Asker } from './asker.ts'
import type { Env } from './needs.ts'

type Server = Pick<Config['server'], 'hosts' | 'url'>

/**
 * Whether we answer to this Host. Addresses are always ours: rebinding needs a name that the attacker
 * can point elsewhere, and no DNS server is asked for an address.
 */
export const createHostRule = ({ hosts, url }: Server, machine: string = hostname()) => {
  const short = machine.split('.')[0]!
  const known = new Set(
    ['localhost', machine, short, `${short}.local`, ...hosts, ...(url ? [new URL(url).host] : [])]
      .map(bareName)
      .filter((name) => name !== ''),
  )
  return (host: string): boolean => {
    const name = bareName(host)
    return isIP(name) > 0 || known.has(name) || name.endsWith('.localhost')
  }
}

/** Lower case, without port, brackets and the dot of the root. */
const bareName = (host: string) =>
  host
    .toLowerCase()
    .replace(/:\d*$/, (port) => (/^[^[]*:.*:/.test(host) ? port : ''))
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')

/** The name as a setting, for whoever finds himself refused under his own name. */
export const hostRefused = (host: string): Problem => {
  const name = clean(bareName(host)).slice(0, 100)
  return new Problem('forbidden', `I do not answer to the name ${JSON.stringify(name)}.`, {
    next: `If it is mine, add it to the configuration: server: { hosts: [${JSON.stringify(name)}] }`,
  })
}

const SAFE = /^(GET|HEAD|OPTIONS)$/
export const isSafe = (method: string) => SAFE.test(method)

/** A stream or a socket: a GET that goes on, so it is guarded like a write. */
export const isStream = (c: Context<Env>) =>
  c.req.header('upgrade') !== undefined ||
  (c.req.header('accept') ?? '').includes('text/event-stream')

/**
 * Why this request is not one of our own pages', or undefined if it is. Browsers send Sec-Fetch-Site
 * only over https and to localhost, and no Origin with an ordinary GET, so each is asked where it is.
 * JSON bodies are no exception, though `hono/csrf` makes one.
 */
export const foreignSender = (
  c: Context<Env>,
  asker: Asker,
  { url }: Pick<Server, 'url'>,
): string | undefined => {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return site
  if (origin !== undefined)
    return isOwn(origin, asker, url) ? undefined : clean(origin).slice(0, 100)
  if (site !== undefined) return undefined
  // Firefox before 70 sends no Origin with a form of its own page, but a Referer.
  const referer = c.req.header('referer')
  if (referer !== undefined) return isOwn(referer, asker, url) ? undefined : 'another site'
  const mustTell = c.req.header('cookie') !== undefined && needsOrigin(c)
  return mustTell ? 'a sender that names no Origin' : undefined
}

/** A browser always names its Origin when it opens a socket; old ones do not for a stream. */
const needsOrigin = (c: Context<Env>) =>
  !isSafe(c.req.method) || c.req.header('upgrade') !== undefined

const isOwn = (text: string, { host, https }: Asker, url: string | undefined): boolean => {
  const sender = parsed(text)
  const own = parsed(`${https ? 'https' : 'http'}://${host}`)
  if (!sender || !own) return false
  if (url && sender.origin === new URL(url).origin) return true
  // Behind a proxy that is not in the configuration we see http where the browser sees https.
  return sender.host === own.host && (sender.protocol === own.protocol || !https)
}

const parsed = (text: string) => {
  try {
    const url = new URL(text)
    return /^https?:$/.test(url.protocol) ? url : undefined
  } catch {
    return undefined
  }
}
