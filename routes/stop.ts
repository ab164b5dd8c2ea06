/** STOP: whoever may act may press it; only a person in a browser lets go. */
import type { StopState } from '../lib/safety/kill-switch.ts'
import { isoOr } from '../views/parts/section.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, formOf, sendJson, sendText, varies } from './answer.ts'
import { backTo, bodyOf, callerIn } from './deeds.ts'
import type { Needs } from './needs.ts'

/** `GET /api/stop` */
export const showStop =
  ({ stop }: Needs) =>
  (c: Ctx) =>
    sendJson(c, stopJson(stop.state()))

/** `POST /stop`, with a `reason` where somebody gives one. */
export const pressStop = (needs: Needs) => async (c: Ctx) => {
  const { name, from } = callerIn(c)
  // A body that cannot be read is no reason to go on.
  const { reason, next } = await bodyOf(c).catch(() => ({}) as Record<string, string>)
  const why = reason && shown(reason).trim().slice(0, 200)
  needs.stop.press({ by: name, from, ...(why && { reason: why }) })
  return answer(c, needs, next)
}

/** `POST /stop/release` */
export const releaseStop = (needs: Needs) => async (c: Ctx) => {
  const { name, from, kind } = callerIn(c)
  const { next } = await bodyOf(c)
  needs.stop.release({ by: name, from, kind })
  return answer(c, needs, next)
}

const answer = (c: Ctx, { stop }: Needs, next: string | undefined) => {
  const state = stop.state()
  const form = formOf(c)
  varies(c)
  if (form === 'html') return c.redirect(backTo(c, next), 303)
  if (form === 'text') return sendText(c, stopWords(state))
  return sendJson(c, stopJson(state))
}

export const stopJson = (state: StopState) =>
  state.pressed
    ? { pressed: true, by: state.by, at: isoOr(state.at), reason: state.reason ?? null }
    : { pressed: false, by: null, at: null, reason: null }

export const stopWords = (state: StopState): string =>
  state.pressed
    ? `pressed by ${shown(state.by)} at ${isoOr(state.at)}${state.reason ? `: ${shown(state.reason)}` : ''}`
    : 'not pressed.'
