/**
 * Decisions over HTTP. Everybody who may look sees what waits; only a person in a session opens a card,
 * by a POST, and the armed card stands in the answer to that POST and nowhere else.
 */
import { seconds } from '../lib/clock.ts'
import { asProblem, inWords, Problem } from '../lib/errors.ts'
import { dateTime } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import type { Approval, Person } from '../lib/safety/approvals.ts'
import type { Result } from '../lib/tools/door.ts'
import {
  type ApprovalPage,
  approvalJson,
  approvalPage,
  approvalText,
  type Outcome,
} from '../views/pages/approval.ts'
import {
  type ApprovalsPage,
  approvalsJson,
  approvalsPage,
  approvalsText,
} from '../views/pages/approvals.ts'
import { approvals as panel } from '../views/panels/approvals.ts'
import { stillThere } from '../views/parts/approval-card.ts'
import { deedWords } from '../views/parts/deed-words.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, type Form, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { factsOf } from './approval-facts.ts'
import { asFailure, bodyOf, callerIn, resultJson, statusFor } from './deeds.ts'
import { statusOf } from './failures.ts'
import { extraOf, lineOf, waitingOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { formIn } from './pages.ts'
import { assetsOf } from './static.ts'

/** So many that are over are shown. */
const SHOWN_ENDED = 50
/** A page comes back at once and follows the deed; a script is told how to. */
const PATIENCE_MS = seconds(2)

/** `GET /approvals`, `.txt`, `.json` */
export const showApprovals = (needs: Needs, as?: Form) => (c: Ctx) => {
  const page = listOf(needs)
  varies(c)
  const form = as ?? formIn(c)
  if (form === 'json') return sendJson(c, approvalsJson(page))
  if (form === 'text') return sendText(c, approvalsText(page))
  return sendPage(c, needs, approvalsPage(page))
}

const listOf = (needs: Needs): ApprovalsPage => {
  const { brakes, clock, config, tools } = needs
  const model = () => panel.model(needs.cluster.picture(), extraOf(needs, false))
  return {
    now: clock.now(),
    timeZone: config.timeZone,
    panel: { html: () => panel.html(model()), text: () => panel.text(model()) },
    waiting: waitingOf(brakes),
    ended: brakes.approvals
      .list(SHOWN_ENDED)
      .filter((a) => a.state !== 'open')
      .map((a) => ({
        ...lineOf(a),
        state: a.state,
        endedBy: a.endedBy,
        endedAt: a.endedAt,
        endedWhy: a.endedWhy,
        deed: a.deed === undefined ? undefined : tools.deed(a.deed),
      })),
  }
}

/** `GET /approvals/:id`: the closed card, or how it ended. It mints nothing. */
export const showApproval = (needs: Needs) => (c: Ctx) => {
  const page = pageOf(c, needs, found(c, needs))
  varies(c)
  const form = formIn(c)
  if (form === 'json') return sendJson(c, approvalJson(page))
  if (form === 'text') return sendText(c, approvalText(page))
  return sendPage(c, needs, approvalPage(page))
}

/** `GET /approvals/:id/open`: an armed card is not loaded anew, it is opened anew. */
export const reopenApproval = (needs: Needs) => (c: Ctx) =>
  c.redirect(paths.approval(found(c, needs).id), 303)

/** `POST /approvals/:id/open`: judged anew; what was typed before is kept. */
export const openApproval = (needs: Needs) => async (c: Ctx) => {
  const person = personIn(c)
  const { typed } = await bodyOf(c)
  const { id } = found(c, needs)
  return armed(c, needs, id, person, { typed })
}

type Typed = { typed?: string | undefined; mistake?: string | undefined }

const armed = async (c: Ctx, needs: Needs, id: number, who: Person, { typed, mistake }: Typed) => {
  demandPage(c, id)
  try {
    const { approval, nonce, expiresAt } = await needs.tools.open(id, who)
    const page = pageOf(c, needs, approval)
    const { hash } = approval
    const arming = { nonce, hash, now: needs.clock.now(), until: expiresAt, given: typed, mistake }
    const script = assetsOf(needs.config.root).url('card.js')
    const status = mistake ? 422 : 200
    return sendPage(c, needs, { ...approvalPage({ ...page, arming, script }), status })
  } catch (thrown) {
    return refused(c, needs, id, thrown, typed)
  }
}

/** The card again, closed, with what went wrong. */
const refused = (c: Ctx, needs: Needs, id: number, thrown: unknown, typed?: string) => {
  const problem = asProblem(thrown)
  const approval = needs.brakes.approvals.find(id)
  if (!approval || problem.kind === 'broken' || formOf(c) !== 'html') throw thrown
  const page = pageOf(c, needs, approval)
  // Of one that is over its own page tells what became of it.
  const words = page.outcome ? problem.message : `${inWords(problem)} ${stillThere(page.facts)}`
  return sendPage(c, needs, {
    ...approvalPage({ ...page, fault: { message: words, typed } }),
    status: statusOf[problem.kind],
  })
}

/** `POST /approvals/:id/confirm` with the nonce and the hash of the card, and what was typed. */
export const confirmApproval = (needs: Needs) => async (c: Ctx) => {
  const who = personIn(c)
  const { nonce = '', hash = '', typed } = await bodyOf(c)
  const { id } = found(c, needs)
  const isPage = formOf(c) === 'html'
  const confirming = {
    caller: callerIn(c),
    session: who.session,
    ...(isPage && { patienceMs: PATIENCE_MS }),
  }
  let result: Result
  try {
    result = await needs.tools.confirm(id, confirming, { nonce, hash, typed })
  } catch (thrown) {
    if (!isPage) throw thrown
    // A slip of the pen costs no click: the card is opened anew, with what was typed.
    const mistake = asProblem(thrown)
    if (mistake.kind === 'invalid')
      return armed(c, needs, id, who, { typed, mistake: mistake.message })
    return refused(c, needs, id, thrown, typed)
  }
  varies(c)
  if (isPage) return c.redirect(paths.approval(id), 303)
  if (result.problem) throw asFailure(result)
  return sendJson(c, resultJson(result), statusFor(result))
}

/** `POST /approvals/:id/deny` */
export const denyApproval = (needs: Needs) => (c: Ctx) => {
  personIn(c)
  const { id } = found(c, needs)
  try {
    needs.tools.deny(id, callerIn(c))
  } catch (thrown) {
    return refused(c, needs, id, thrown)
  }
  varies(c)
  if (formOf(c) === 'html') return c.redirect(paths.approvals(), 303)
  return sendJson(c, approvalJson(pageOf(c, needs, found(c, needs))))
}

const found = (c: Ctx, { brakes }: Needs): Approval => {
  const id = c.req.param('id') ?? ''
  const approval = /^\d{1,15}$/.test(id) ? brakes.approvals.find(Number(id)) : undefined
  if (approval) return approval
  throw new Problem('not-found', 'There is no such request.', {
    next: `Look at ${paths.approvals()}.`,
  })
}

const pageOf = (c: Ctx, needs: Needs, a: Approval): ApprovalPage => {
  const { brakes, clock, config } = needs
  const now = clock.now()
  // A day is over when it is over, whether or not somebody has written it down.
  const isOpen = a.state === 'open' && a.expiresAt > now
  return {
    now,
    timeZone: config.timeZone,
    facts: factsOf(needs, a),
    waiting: lineOf(a),
    state: a.state === 'open' && !isOpen ? 'expired' : a.state,
    rule: a.rule,
    until: dateTime(a.expiresAt, config.timeZone),
    may: isPerson(c),
    ...(!isOpen && { outcome: outcomeOf(needs, a) }),
    ended: a.endedAt === undefined ? undefined : { by: a.endedBy, at: a.endedAt },
    others: brakes.approvals
      .waiting()
      .filter((other) => other.card === a.card && other.id !== a.id)
      .map((other) => ({ id: other.id, deed: deedWords(other) })),
  }
}

const outcomeOf = ({ tools, clock }: Needs, a: Approval): Outcome => {
  const deed = a.deed === undefined ? undefined : tools.deed(a.deed)
  const link = linkTo(a.target)
  const left = stillThere({ label: shown(a.label), typed: a.typed })
  if (deed?.state === 'running') {
    const since = Math.max(0, Math.round((clock.now() - deed.startedAt) / 1000))
    return { is: 'running', deed: deed.id, text: `Under way for ${since} s.`, link }
  }
  if (deed) {
    const is = deed.state === 'done' || deed.state === 'warnings' ? deed.state : 'failed'
    return { is, deed: deed.id, text: shown(deed.text, deed.state), link }
  }
  if (a.state === 'approved') return { is: 'running', text: 'It is about to begin.', link }
  if (a.state === 'denied') return { is: 'refused', text: `Refused. ${left}`, link }
  if (a.state === 'void')
    return {
      is: 'gone',
      text: `Not done: ${shown(a.endedWhy, 'it is over').replace(/\.$/, '')}.`,
      link,
    }
  return { is: 'gone', text: `It waited for a day, and nobody decided. ${left}`, link }
}

const linkTo = (target: string): Outcome['link'] => {
  const [, kind, id = ''] = /^(guest|node)\/(.+)$/.exec(target) ?? []
  if (kind === 'guest') return { href: paths.guest(id), text: `Look at ${id}` }
  if (kind === 'node') return { href: paths.node(id), text: `Look at ${id}` }
  return undefined
}

const isPerson = (c: Ctx) => {
  const { kind, session } = callerIn(c)
  return kind === 'person' && session !== undefined
}

/** A token and the command line's socket are machines, whatever their scope. */
const personIn = (c: Ctx): Person => {
  const { kind, name, session } = callerIn(c)
  if (kind === 'person' && session) return { account: name, session: session.id }
  throw new Problem('forbidden', 'Only a person decides about requests, not a token.', {
    next: `In a browser, logged in: ${paths.approval(Number(c.req.param('id')) || 0)}. On the host: ./jarvis approvals approve ${Number(c.req.param('id')) || 'ID'}, which asks for the password.`,
    details: { rule: 'approval' },
  })
}

/** The nonce stands in a form for a person's eyes, not in an answer for scripts. */
const demandPage = (c: Ctx, id: number) => {
  if (formOf(c) === 'html') return
  throw new Problem(
    'invalid',
    'A card is opened in a browser, to be read before it is confirmed.',
    {
      next: `As JSON it can be read at ${paths.approval(id)}.`,
    },
  )
}
