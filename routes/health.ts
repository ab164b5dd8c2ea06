/** Alive, and ready: the first asks nothing and tells nothing, the second gives its reasons. */
import { isFresh } from '../lib/clock.ts'
import { age } from '../lib/format.ts'
import { breakerWords, levelWords, type Safety } from '../views/parts/may.ts'
import { type Ctx, formOf, sendJson, sendText, varies } from './answer.ts'
import type { Needs } from './needs.ts'
import { safetyNow } from './safety-now.ts'
import { stopWords } from './stop.ts'

/** `GET /healthz`: the process answers. Open to everybody, so it says nothing else. */
export const showHealth = (c: Ctx) => {
  c.header('Cache-Control', 'no-store')
  return sendText(c, 'ok')
}

export type Reason = { name: string; ok: boolean; text: string }

/** `GET /readyz`: 200, or 503 with what is missing; text for terminals and browsers, else JSON. */
export const showReady = (needs: Needs) => (c: Ctx) => {
  const reasons = reasonsOf(needs)
  const ready = reasons.every((r) => r.ok)
  const status = ready ? 200 : 503
  varies(c)
  c.header('Cache-Control', 'no-store')
  if (formOf(c) === 'json') return sendJson(c, { ready, reasons }, status)
  const lines = reasons.map((r) => `${r.ok ? 'ok  ' : 'FAIL'}  ${r.name}: ${r.text}`)
  return sendText(c, [ready ? 'ready' : 'not ready', ...lines].join('\n'), status)
}

const reasonsOf = (needs: Needs): Reason[] => {
  const { cluster, clock, trouble, stop } = needs
  const { at, limit, trouble: why } = cluster.picture().parts.resources
  const now = clock.now()
  const fresh = isFresh({ at, limit }, now)
  const heard = (at === undefined ? 'not heard yet.' : `last heard ${age(at, now)} ago.`).replace(
    /\u2009/g,
    ' ',
  )
  const broken = trouble()
  return [
    { name: 'cluster', ok: fresh, text: fresh || !why ? heard : `${heard} ${why.text}` },
    { name: 'database', ok: !broken, text: broken ?? 'takes writes.' },
    // Pressed, the house looks on as before: it is ready, and says that it does nothing.
    { name: 'stop', ok: true, text: stopWords(stop.state()) },
    ...safetyReasons(safetyNow(needs)),
  ]
}

/** As with STOP: a house in which machines may do little is ready. */
const safetyReasons = (s: Safety): Reason[] => [
  { name: 'level', ok: true, text: `${levelWords(s)}.` },
  { name: 'breaker', ok: true, text: breakerWords(s) },
  { name: 'approvals', ok: true, text: s.waiting === 0 ? 'none waits.' : `${s.waiting} wait.` },
]
