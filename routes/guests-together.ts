/**
 * `POST /guests/bulk`: one verb for several guests. Each is a call of its own through the door; what needs
 * a person shares one card, which lists each of them and lets none be confirmed together.
 */
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { PATIENCE_MS, type Result } from '../lib/tools/door.ts'
import {
  type Together,
  type TogetherResult,
  together,
  togetherPage,
} from '../views/pages/guests-together.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { callerIn, PATIENCE_OF_PAGES_MS } from './deeds.ts'
import type { Needs } from './needs.ts'

/** More than a person has looked at is no choice any more. */
const MOST = 50

const asked = z.strictObject({
  verb: z.enum(together),
  vmid: z.preprocess(
    (one) => (Array.isArray(one) ? one : [one]),
    z.array(z.coerce.number().int().min(100).max(999_999_999)).min(1).max(MOST),
  ),
})

export const actOnGuests = (needs: Needs) => async (c: Ctx) => {
  const { verb, vmid } = await wishIn(c)
  const form = formOf(c)
  const card = randomBytes(8).toString('hex')
  const results = await Promise.all(
    [...new Set(vmid)].map(async (one): Promise<TogetherResult> => {
      const result = await needs.tools.call({
        tool: `guest_${verb}`,
        args: { vmid: one },
        caller: callerIn(c),
        card,
        patienceMs: form === 'html' ? PATIENCE_OF_PAGES_MS : PATIENCE_MS,
      })
      return resultOf(needs, one, result)
    }),
  )
  varies(c)
  if (form === 'html')
    return sendPage(c, needs, togetherPage(verb as Together, results, needs.clock.now()))
  const waits = results.some((r) => r.state === 'running' || r.state === 'needs-approval')
  const status = waits ? 202 : 200
  if (form === 'text') return sendText(c, results.map((r) => r.text).join('\n'), status)
  const success = results.every((r) => r.state === 'done' || r.state === 'warnings')
  return sendJson(c, { success, results: results.map(asJson) }, status)
}

const wishIn = async (c: Ctx) => {
  const isJson = /^application\/json\b/i.test(c.req.header('content-type') ?? '')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody({ all: true })).catch(
    () => undefined,
  )
  const read = asked.safeParse(body)
  if (read.success) return read.data
  throw new Problem('invalid', 'Choose one verb, and guests by their numbers.', {
    next: `verb=shutdown&vmid=302&vmid=303, or JSON {"verb": "shutdown", "vmid": [302, 303]}; at most ${MOST}.`,
    details: Object.fromEntries(
      read.error.issues.map((i) => [i.path.join('.') || 'body', i.message.slice(0, 200)]),
    ),
  })
}

const resultOf = (needs: Needs, vmid: number, result: Result): TogetherResult => {
  const { state, text, problem, approval, id } = result
  const guest = needs.cluster.picture().guests.find((g) => g.vmid === vmid)
  return {
    vmid,
    label: `${vmid} ${shown(guest?.name, '')}`.trim(),
    state,
    text: shown(text),
    next: problem?.next,
    approval: approval?.id,
    deed: id,
  }
}

const asJson = ({ vmid, state, text, next, approval, deed }: TogetherResult) => ({
  vmid,
  state,
  text,
  next: next ?? null,
  approval: approval === undefined ? null : { id: approval, url: paths.approval(approval) },
  deed: deed === undefined ? null : { id: deed, url: paths.deed(deed) },
})
