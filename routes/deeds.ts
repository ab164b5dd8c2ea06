/**
 * Deeds over HTTP: buttons on guests, tools for scripts, and what became of a deed. All of it goes
 * through the one door in lib/tools/call.ts; here results only become answers.
 */
import * as z from 'zod'
import { seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import type { Deed } from '../lib/tools/deeds.ts'
import { PATIENCE_MS, type Rehearsal, type Result } from '../lib/tools/door.ts'
import { rightFor, toolsFor } from '../lib/tools/registry.ts'
import type { Tool } from '../lib/tools/tool.ts'
import type { Html } from '../views/layout.ts'
import { guestRow, guests } from '../views/panels/guests.ts'
import { isoOr } from '../views/parts/section.ts'
import { toast } from '../views/parts/toast.ts'
import { type Ctx, formOf, sendJson, sendText, varies } from './answer.ts'
import { statusOf } from './failures.ts'
import { fieldsOf } from './fields.ts'
import { nodeIn } from './found.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { safeNext } from './next.ts'

/** A page does not hang until a shutdown is over: it comes back, and the row shows what is under way. */
export const PATIENCE_OF_PAGES_MS = seconds(2)

/** `POST /guests/:vmid/start` and its kin. Unknown fields are refused by the tool itself. */
export const actOnGuest = (needs: Needs, tool: string) => async (c: Ctx) => {
  const { next, ...fields } = await bodyOf(c)
  const vmid = vmidOf(c.req.param('vmid') ?? '')
  const form = formOf(c)
  const result = await needs.tools.call({
    tool,
    args: { vmid, ...fields },
    caller: callerIn(c),
    patienceMs: form === 'html' ? PATIENCE_OF_PAGES_MS : PATIENCE_MS,
  })
  varies(c)
  if (form === 'html') return asPage(c, result, () => rowOf(needs, vmid), next)
  if (result.problem) throw asFailure(result)
  if (form === 'text') return sendText(c, textOf(result), statusFor(result))
  return sendJson(c, resultJson(result), statusFor(result))
}

/** `POST /nodes/:node/reboot` and `/shutdown`. */
export const actOnNode = (needs: Needs, tool: string) => async (c: Ctx) => {
  const { next, ...fields } = await bodyOf(c)
  const { name: node } = nodeIn(needs.cluster.picture(), c.req.param('node') ?? '')
  const form = formOf(c)
  const result = await needs.tools.call({
    tool,
    args: { ...fields, node },
    caller: callerIn(c),
    patienceMs: form === 'html' ? PATIENCE_OF_PAGES_MS : PATIENCE_MS,
  })
  varies(c)
  if (form === 'html') return asPage(c, result, () => '', next ?? paths.node(node))
  if (result.problem) throw asFailure(result)
  if (form === 'text') return sendText(c, textOf(result), statusFor(result))
  return sendJson(c, resultJson(result), statusFor(result))
}

const execution = z.strictObject({
  tool: z.string().max(200),
  args: z.record(z.string(), z.unknown()).optional(),
})

/** `POST /api/tools/execute` */
export const executeTool = (needs: Needs) => async (c: Ctx) => {
  const result = await needs.tools.call({ ...(await wishOf(c)), caller: callerIn(c) })
  if (result.problem) throw asFailure(result)
  return sendJson(c, resultJson(result), statusFor(result))
}

/** `POST /api/tools/plan`: what would happen and what the judge says; nothing does. */
export const planTool = (needs: Needs) => async (c: Ctx) =>
  sendJson(c, planJson(await needs.tools.rehearse({ ...(await wishOf(c)), caller: callerIn(c) })))

const wishOf = async (c: Ctx) => {
  const wish = execution.safeParse(await c.req.json().catch(() => undefined))
  if (wish.success) return { tool: wish.data.tool, args: wish.data.args ?? {} }
  throw new Problem('invalid', 'Send {"tool": "…", "args": {…}} and nothing else.', {
    next: 'No field can confirm or force a deed. GET /api/tools lists the tools.',
    details: Object.fromEntries(
      wish.error.issues.map((i) => [i.path.join('.') || 'body', i.message]),
    ),
  })
}

export const planJson = ({ tool, label, plan, verdict: v, whyNot }: Rehearsal) => ({
  tool,
  label,
  plan: plan
    ? { before: plan.before, calls: plan.calls, expected: plan.expected, undo: plan.undo }
    : null,
  whyNot: whyNot ?? null,
  verdict: {
    tier: v.tier,
    verdict: v.verdict,
    rule: v.rule,
    reason: v.reason,
    next: v.next ?? null,
  },
})

/** `GET /api/tools` */
export const showTools = (c: Ctx) => sendJson(c, { tools: toolsFor(callerIn(c)).map(toolJson) })

const toolJson = (tool: Tool) => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  right: rightFor(tool),
  acts: tool.kind === 'act',
  input: tool.schema,
})

/** `GET /api/deeds/:id` */
export const showDeed = (needs: Needs) => (c: Ctx) => {
  const id = c.req.param('id') ?? ''
  const deed = /^\d{1,15}$/.test(id) ? needs.tools.deed(Number(id)) : undefined
  if (!deed) throw new Problem('not-found', 'There is no such deed.')
  return sendJson(c, deedJson(deed))
}

/** Stable keys; what is not known is null. */
export const deedJson = (d: Deed) => ({
  id: d.id,
  tool: d.tool,
  args: d.args,
  target: d.target,
  label: d.label,
  who: d.who,
  upid: d.upid ?? null,
  state: d.state,
  text: d.text ?? null,
  started: isoOr(d.startedAt),
  ended: isoOr(d.endedAt),
})

export const resultJson = ({ state, id, text, data, took, approval }: Result) => {
  if (approval) return { success: false, text, approval: approvalJson(approval) }
  if (state === 'running') return { success: false, running: { id, url: paths.deed(id!) } }
  return { success: true, state, result: { id, text, data: data ?? null, tookS: took } }
}

const approvalJson = ({ id, expires }: NonNullable<Result['approval']>) => ({
  id,
  url: paths.approval(id),
  expires: isoOr(expires),
})

export const textOf = ({ state, text, id, approval }: Result) => {
  if (approval) return `${text} Decide: ${paths.approval(approval.id)}`
  return state === 'running' ? `${text} Its end: ${paths.deed(id!)}` : text
}

export const statusFor = ({ state }: Result) =>
  state === 'running' || state === 'needs-approval' ? 202 : 200

/** The deed's id goes along, so that a script can look it up. */
export const asFailure = ({ problem, id, text }: Result): Problem => {
  const p = problem ?? new Problem('failed', text)
  const details = { ...p.details, ...(id !== undefined && { deed: String(id) }) }
  return new Problem(p.kind, p.message, { ...(p.next && { next: p.next }), details })
}

/** A form comes back to its page; htmx gets the row, or a word about why not. */
export const asPage = (
  c: Ctx,
  result: Result,
  row: () => Html | string,
  next: string | undefined,
) => {
  const asked = c.req.header('hx-request') !== undefined
  if (result.approval) return toCard(c, result.approval.id, asked)
  if (!asked && result.problem) throw asFailure(result)
  if (!asked) return c.redirect(backTo(c, next), 303)
  if (!result.problem) return c.html(row())
  c.header('HX-Retarget', '#toasts')
  c.header('HX-Reswap', 'beforeend')
  const { text: first, problem } = result
  return c.html(toast({ state: 'failed', first, rest: problem.next }), statusOf[problem.kind])
}

/**
 * What needs a confirmation goes on to its card. A person's own click opens it: 307 is a POST again, of
 * this page to this house, so that the card is minted by the hand that asked and by no look at a page.
 */
const toCard = (c: Ctx, id: number, asked: boolean) => {
  if (!asked && callerIn(c).session) return c.redirect(paths.approvalOpen(id), 307)
  if (!asked) return c.redirect(paths.approval(id), 303)
  c.header('HX-Redirect', paths.approval(id))
  return c.body(null, 204)
}

const rowOf = (needs: Needs, vmid: number) => {
  const picture = needs.cluster.picture()
  const only = { ...picture, guests: picture.guests.filter((g) => g.vmid === vmid) }
  const row = guests.model(only, extraOf(needs, false)).rows[0]
  return row ? guestRow(row) : ''
}

/** The page that sent the form: by its own field, else by the Referer; pages of this site only. */
export const backTo = (c: Ctx, next: string | undefined): string => {
  if (next !== undefined) return safeNext(next) ?? paths.hud()
  const referer = c.req.header('referer')
  if (referer === undefined || !URL.canParse(referer)) return paths.hud()
  const { host, pathname, search } = new URL(referer)
  return (host === c.get('asker').host && safeNext(pathname + search)) || paths.hud()
}

/** No body at all is an empty one: `curl -X POST`. */
export const bodyOf = async (c: Ctx) =>
  c.req.header('content-type') === undefined ? ({} as Record<string, string>) : fieldsOf(c)

const vmidOf = (text: string): number => {
  if (/^[1-9]\d{2,8}$/.test(text)) return Number(text)
  throw new Problem('not-found', 'The number of a guest is a whole number from 100 on.')
}

/** The guard lets nobody through to a deed without one. */
export const callerIn = (c: Ctx) => {
  const caller = c.get('caller')
  if (!caller) throw new Problem('unauthorized', 'Who is asking?')
  return caller
}
