/** Which form somebody wants, and a page or a value in that form. */
import type { Context } from 'hono'
import { age } from '../lib/format.ts'
import { type Html, page, type Surroundings } from '../views/layout.ts'
import { safeJson } from '../views/parts/shown.ts'
import type { Env, Needs } from './needs.ts'
import { assetsOf } from './static.ts'

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
 * Paths below /api have one form only.
 */
export const formOf = (c: Ctx): Form => {
  if (c.req.path.startsWith('/api/')) return 'json'
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

/** What is around every page: mode, banner, who looks. */
export const around = (c: Ctx, needs: Needs): Surroundings => ({
  mode: needs.config.mode,
  banner: needs.trouble(),
  who: c.get('caller')?.name,
  stop: stopFor(c, needs),
  css: assetsOf(needs.config.root).url('plain.css'),
})

/** Who may act may press; only a person lets go. */
const stopFor = (c: Ctx, { stop, clock }: Needs): Surroundings['stop'] => {
  const state = stop.state()
  const caller = c.get('caller')
  if (!state.pressed) return { may: caller !== undefined && caller.scope !== 'view' }
  const { by, at } = state
  return { pressed: { by, since: age(at, clock.now()) }, may: caller?.kind === 'person' }
}

/** A whole page: title, body, and what is around it. */
export const sendPage = (
  c: Ctx,
  needs: Needs,
  { title, body, status = 200 }: { title: string; body: Html; status?: Status },
) => c.html(page({ title, body, around: around(c, needs) }), status)
