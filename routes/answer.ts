/** Which form somebody wants, and a page or a value in that form. */
import type { Context } from 'hono'
import { paths } from '../lib/paths.ts'
import { page as drawn, type Page, type Surroundings } from '../views/layout.ts'
import { preloaded } from '../views/parts/sheets.ts'
import { safeJson, shown } from '../views/parts/shown.ts'
import { isDense, lookOf } from './look.ts'
import type { Env, Needs } from './needs.ts'
import { safetyNow } from './safety-now.ts'
import { assetsOf, pageScripts } from './static.ts'

export type Form = 'html' | 'text' | 'json'
export type Ctx = Context<Env>
type Status =
  | 200
  | 201
  | 202
  | 400
  | 401
  | 403
  | 404
  | 409
  | 413
  | 422
  | 429
  | 500
  | 502
  | 503
  | 504

/** Clients that print what they get on a terminal. */
const TERMINAL = /^(curl|wget|httpie)\b/i

/**
 * The form of an answer: what Accept asks for by name, else text for a terminal's client, else HTML.
 * Paths below /api and /mcp have one form only.
 */
export const formOf = (c: Ctx): Form => {
  if (c.req.path.startsWith('/api/') || c.req.path === paths.mcp()) return 'json'
  const accept = c.req.header('accept') ?? ''
  if (accept.includes('text/html')) return 'html'
  if (accept.includes('text/plain')) return 'text'
  if (accept.includes('application/json')) return 'json'
  return TERMINAL.test(c.req.header('user-agent') ?? '') ? 'text' : 'html'
}

/** An answer that has several forms says so, or a cache gives a browser the text. */
export const varies = (c: Ctx) => c.header('Vary', 'Accept, User-Agent', { append: true })

export const sendText = (c: Ctx, text: string, status: Status = 200) =>
  c.text(text.endsWith('\n') ? text : `${text}\n`, status)

export const sendJson = (c: Ctx, value: unknown, status: Status = 200) =>
  c.body(safeJson(value), status, { 'Content-Type': 'application/json; charset=utf-8' })

/** What is around every page: mode, look, banner, who looks. */
export const around = (c: Ctx, needs: Needs): Surroundings => {
  const { config, clock } = needs
  const assets = assetsOf(config.root)
  const caller = c.get('caller')
  const picture = caller && pictureOf(needs)
  return {
    mode: config.mode,
    now: clock.now(),
    here: c.req.path,
    look: lookOf(c),
    dense: isDense(c),
    banner: needs.trouble(),
    who: caller?.name,
    cluster: picture?.cluster.name && shown(picture.cluster.name),
    heard: picture?.parts.resources,
    waiting: caller && caller.kind !== 'wall' ? waitingIn(needs) : undefined,
    stop: stopFor(c, needs),
    safety: caller && safetyFor(needs),
    css: assets.url('hud.css'),
    icon: assets.url('icon.svg'),
    scripts: pageScripts.map(assets.url),
    fonts: preloaded.map(assets.url),
  }
}

/** The page that tells of a fault must not fall over the same fault. */
const pictureOf = ({ config, cluster }: Needs) => {
  if (config.mode === 'setup') return undefined
  try {
    return cluster.picture()
  } catch {
    return undefined
  }
}

const waitingIn = ({ brakes }: Needs): number => {
  try {
    return brakes.approvals.waiting().length
  } catch {
    return 0
  }
}

/** A page that tells of a broken database is drawn without it. */
const safetyFor = (needs: Needs) => {
  if (needs.config.mode === 'setup') return undefined
  try {
    return safetyNow(needs)
  } catch {
    return undefined
  }
}

const stopFor = (c: Ctx, { stop }: Needs): Surroundings['stop'] => {
  const state = stop.state()
  const caller = c.get('caller')
  if (!state.pressed) return { may: caller !== undefined && caller.scope !== 'view' }
  const { by, at } = state
  // Who may act may press; only a person lets go.
  return { pressed: { by, at }, may: caller?.kind === 'person' }
}

/** A whole page: title, body, and what is around it. `whole`: the body has its own `main`; `live`: its panels that follow by themselves. */
export const sendPage = (
  c: Ctx,
  needs: Needs,
  { status = 200, ...page }: Omit<Page, 'around'> & { status?: Status },
) => c.html(drawn({ ...page, around: around(c, needs) }), status)
