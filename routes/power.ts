/**
 * The power of the nodes: how it is, and waking them. Each waking is a deed of its own that goes
 * through lib/tools/call.ts; waking all is several of them with one list of results.
 */
import { seconds } from '../lib/clock.ts'
import type { NodeState } from '../lib/cluster/picture.ts'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { PATIENCE_MS, type Result } from '../lib/tools/door.ts'
import { powerPage, powerText } from '../views/pages/power.ts'
import { shownPanels } from '../views/panels/panels.ts'
import { power, powerRow } from '../views/panels/power.ts'
import { type Ctx, formOf, sendJson, sendText, varies } from './answer.ts'
import {
  asFailure,
  asPage,
  backTo,
  bodyOf,
  callerIn,
  PATIENCE_OF_PAGES_MS,
  resultJson,
  statusFor,
  textOf,
} from './deeds.ts'
import { nodeIn } from './found.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'

const drawn = (needs: Needs) => [needs.cluster.picture(), extraOf(needs, false)] as const

/** `GET /power` */
export const showPower = (needs: Needs) => (c: Ctx) => {
  const now = drawn(needs)
  return send(c, needs, {
    html: () => powerPage(...now),
    text: () => powerText(...now),
    json: () => shownPanels.power.json(...now),
  })
}

/** `GET /power/status.txt`, `/power/status.json`: the rows of the page. */
export const showPowerStatus = (needs: Needs, form: 'text' | 'json') => (c: Ctx) =>
  form === 'text'
    ? sendText(c, shownPanels.power.text(...drawn(needs)))
    : sendJson(c, shownPanels.power.json(...drawn(needs)))

/** `POST /power/wake/:node`. Unknown fields are refused by the tool itself. */
export const wakeOne = (needs: Needs) => async (c: Ctx) => {
  const { next, wait, ...fields } = await bodyOf(c)
  const { name } = nodeIn(needs.cluster.picture(), c.req.param('node') ?? '')
  const form = formOf(c)
  const result = await wake(needs, c, name, fields, patienceOf(c, wait))
  varies(c)
  if (form === 'html') return asPage(c, result, () => rowOf(needs, name), next)
  if (result.problem) throw asFailure(result)
  if (form === 'text') return sendText(c, textOf(result), statusFor(result))
  return sendJson(c, resultJson(result), statusFor(result))
}

/** `POST /power/wake/all`: those that are on stay as they are and stand in the list too. */
export const wakeAll = (needs: Needs) => async (c: Ctx) => {
  const { next, wait, ...fields } = await bodyOf(c)
  const patience = patienceOf(c, wait)
  const results = await Promise.all(
    needs.cluster.picture().nodes.map(async (node): Promise<Woken> => {
      if (node.reach === 'online') return asItIs(node)
      return { node: node.name, ...(await wake(needs, c, node.name, fields, patience)) }
    }),
  )
  const asked = results.filter((r) => r.state !== 'on')
  varies(c)
  if (asked.length > 0 && asked.every((r) => r.state === 'refused')) throw noneOf(asked)
  if (formOf(c) === 'html') return c.redirect(backTo(c, next ?? paths.power()), 303)
  const status = asked.some((r) => r.state === 'running') ? 202 : 200
  if (formOf(c) === 'text') return sendText(c, results.map(lineOf).join('\n'), status)
  return sendJson(c, { success: results.every(isUp), results: results.map(resultOf) }, status)
}

type Woken = Omit<Result, 'state'> & { node: string; state: Result['state'] | 'on' }

const wake = (
  needs: Needs,
  c: Ctx,
  node: string,
  fields: Record<string, string>,
  patienceMs: number,
) =>
  needs.tools.call({
    tool: 'wake_node',
    args: { ...fields, node },
    caller: callerIn(c),
    patienceMs,
  })

const asItIs = ({ name }: NodeState): Woken => ({
  node: name,
  state: 'on',
  text: `${name} is on.`,
  took: 0,
})

const isUp = ({ state }: Woken) => state === 'on' || state === 'done' || state === 'warnings'

const resultOf = ({ node, state, text, problem, id }: Woken) => ({
  node,
  state,
  text,
  next: problem?.next ?? null,
  deed: id === undefined ? null : { id, url: paths.deed(id) },
})

const lineOf = ({ text, id, state }: Woken) =>
  state === 'running' ? `${text} Its end: ${paths.deed(id!)}` : text

/** Where nothing could even be begun, the first reason is everybody's; all stand in the details. */
const noneOf = (refused: Woken[]): Problem => {
  const first = refused[0]?.problem ?? new Problem('failed', 'No node could be woken.')
  const details = Object.fromEntries(refused.map((r) => [r.node, r.text]))
  return new Problem(first.kind, first.message, {
    ...(first.next && { next: first.next }),
    details,
  })
}

/** Milliseconds. */
const patienceOf = (c: Ctx, wait: string | undefined): number => {
  if (wait === undefined) return formOf(c) === 'html' ? PATIENCE_OF_PAGES_MS : PATIENCE_MS
  if (/^\d{1,2}$/.test(wait) && Number(wait) <= PATIENCE_MS / 1000) return seconds(Number(wait))
  throw new Problem('invalid', 'So long cannot be waited.', {
    details: { wait: 'expected seconds from 0 to 25' },
  })
}

const rowOf = (needs: Needs, name: string) => {
  const [picture, extra] = drawn(needs)
  const row = power.model(picture, extra).rows.find((r) => r.source.name === name)
  return row ? powerRow(row) : ''
}
