/**
 * What only a person may allow: a deed becomes a request, is judged anew when its card is opened and
 * when it is used, and whoever asked is told once what became of it.
 */

import type { Trail } from '../audit/trail.ts'
import type { Bus } from '../bus.ts'
import { type Clock, hours } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { clean } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { Answer, Approval, JudgeAgain, JudgedAgain } from '../safety/approvals.ts'
import type { Brakes } from '../safety/brakes.ts'
import type { Verdict } from '../safety/judge.ts'
import type { KillSwitch } from '../safety/kill-switch.ts'
import type { Tier } from '../safety/tiers.ts'
import { demandQuorum, demandTool, notStopped } from './checks.ts'
import { type Asking, type Deed, type Deeds, entryOf, strangerIn } from './deeds.ts'
import type { Confirming, Result, Wish } from './door.ts'
import { toolNamed } from './registry.ts'
import { type ActTool, type Found, type Hands, refusal } from './tool.ts'
import { contextOf } from './weigh.ts'

type Needs = {
  brakes: Brakes
  proxmox: Pick<Proxmox, 'cluster'>
  stop: Pick<KillSwitch, 'state'>
  hands: Hands
  deeds: Pick<Deeds, 'find'>
  clock: Pick<Clock, 'now'>
  trail: Pick<Trail, 'write'>
  bus: Pick<Bus<Events>, 'emit'>
  push?: (() => void) | undefined
}

/** A person's yes to exactly this deed, and what it looked like when it was last judged. */
export type Allowed = { id: number; askedBy: string; tainted: boolean; state: string; tier: Tier }

type Wanted = {
  args: Record<string, unknown>
  key: string
  found: Found
  verdict: Verdict
  wish: Wish
  /** Whoever asks has read text of others; what comes of it is marked so. */
  tainted: boolean
}

/** So long a machine hears of a request that has ended; later the same words are a new wish. */
const HEARD_MS = hours(24)

/** Of one machine at once. */
const MOST_WAITING = 20

export const createAsking = (needs: Needs) => {
  const { brakes, hands, clock, trail, bus } = needs
  const { approvals } = brakes

  /** Whoever is asked too much looks no more. */
  const demandRoom = (asked: Pick<Approval, 'tool' | 'args' | 'target'>, name: string): void => {
    const count = approvals.waiting().filter((a) => a.askedBy === name).length
    if (count < MOST_WAITING || approvals.latest(asked, name)?.state === 'open') return
    throw refusal(
      'rate',
      'busy',
      `${count} requests of ${clean(name)} wait for a person already.`,
      'Ask for no more until they are decided.',
    )
  }

  /** The request, as a row; the same wish of the same caller is one while it is open. */
  const ask = (tool: ActTool, { args, key, found, verdict, wish, tainted }: Wanted): Result => {
    const { caller } = wish
    const now = clock.now()
    if (caller.kind === 'machine') demandRoom({ tool: tool.name, args, target: key }, caller.name)
    const approval = approvals.request({
      tool: tool.name,
      args,
      target: key,
      label: found.label,
      plan: { ...found.plan, ...(tainted && { tainted }) },
      reason: wish.reason === undefined ? undefined : clean(wish.reason).slice(0, 1000),
      tier: verdict.tier,
      rule: verdict.rule,
      typed: found.typed,
      targetState: found.state,
      card: wish.card,
      by: { name: caller.name, kind: caller.kind, from: caller.from },
    })
    const { id, label, target } = approval
    const { tier, rule } = verdict
    trail.write({
      ...entryOf({ tool: tool.name, args, target }, caller),
      verdict: 'ask',
      tier,
      rule,
      approval: id,
      reason: verdict.reason,
    })
    if (approval.askedAt >= now)
      bus.emit('approval.requested', { id, tool: tool.name, target, label, by: caller.name })
    needs.push?.()
    return waiting(tool, approval, verdict.reason, (clock.now() - now) / 1000)
  }

  /** A machine that asks again hears how its request ended, once. A person sees it on the page. */
  const whatBecame = (
    tool: ActTool,
    args: Record<string, unknown>,
    target: string,
    wish: Wish,
  ): Result | undefined => {
    const { caller } = wish
    if (caller.kind !== 'machine') return undefined
    const last = approvals.latest({ tool: tool.name, args, target }, caller.name)
    if (!last || last.state === 'open' || last.toldAt !== undefined) return undefined
    if ((last.endedAt ?? 0) < clock.now() - HEARD_MS) return undefined
    if (last.state === 'expired' || last.state === 'approved') return undefined
    const deed = last.deed === undefined ? undefined : needs.deeds.find(last.deed)
    if (deed?.state === 'running') return underWay(tool, deed, clock.now())
    const stranger = deed && strangerIn(deed)
    if (stranger !== undefined) brakes.provenance.taint(contextOf(wish), stranger)
    approvals.told(last.id)
    return deed ? ended(deed) : notAllowed(last)
  }

  const judgeAgain: JudgeAgain = async ({ tool: name, args }) => {
    notStopped(needs.stop)
    const tool = demandTool(name)
    if (tool.kind === 'look') throw new Problem('not-found', `${name} needs no approval.`)
    const found = await tool.find(hands, tool.read(args).args)
    if (!tool.withoutQuorum) await demandQuorum(needs.proxmox)
    const verdict = brakes.judge({
      tool: name,
      args,
      targets: found.targets,
      // Whoever opens a card is a person; what he may not do either is refused.
      caller: { kind: 'person', scope: 'admin' },
      context: { ...brakes.circumstances(), tainted: false, quorate: true, stopped: false },
    })
    const { tier } = verdict
    if (found.whyNot !== undefined)
      return { verdict: 'refuse', tier, reason: found.whyNot, targetState: found.state }
    return { verdict: verdict.verdict, tier, reason: verdict.reason, targetState: found.state }
  }

  /** Throws `forbidden` for a machine, however it got here, and what the approval itself throws. */
  const confirmed = async (id: number, who: Confirming, answer: Answer) => {
    notStopped(needs.stop)
    demandPerson(who.caller)
    const person = { account: who.caller.name, session: who.session }
    let now: JudgedAgain | undefined
    const { tool, args, askedBy, plan } = await approvals.confirm(id, person, answer, async (a) => {
      now = await judgeAgain(a)
      return now
    })
    const { targetState: state, tier } = now!
    return { tool, args, allowed: { id, askedBy, tainted: plan.tainted === true, state, tier } }
  }

  const tell = (id: number, by: string) => {
    const approval = approvals.find(id)
    if (!approval) return
    const { tool, label, state } = approval
    bus.emit('approval.ended', { id, tool, label, state, by })
    needs.push?.()
  }

  return {
    ask,
    whatBecame,
    judgeAgain,
    confirmed,
    tell,
    deny(id: number, by: Asking) {
      demandPerson(by)
      approvals.deny(id, by.name)
      const { tool, args, target } = approvals.find(id)!
      trail.write({
        ...entryOf({ tool, args, target }, by),
        verdict: 'refuse',
        rule: 'approval',
        outcome: 'refused',
        approval: id,
        reason: `${by.name} said no.`,
      })
      tell(id, by.name)
    },
  }
}

const demandPerson = ({ kind }: Pick<Asking, 'kind'>): void => {
  if (kind !== 'person')
    throw refusal('approval', 'forbidden', 'Only a person decides about requests.')
}

const waiting = (tool: ActTool, approval: Approval, reason: string, took: number): Result => ({
  state: 'needs-approval',
  text: `${tool.words.noun} of ${approval.label} waits for a person. ${reason}`,
  took,
  approval: { id: approval.id, expires: approval.expiresAt },
})

export const underWay = (tool: ActTool, deed: Deed, now: number): Result => ({
  state: 'running',
  id: deed.id,
  text: `${deed.label} is ${tool.words.doing}.`,
  took: (now - deed.startedAt) / 1000,
})

/** The outcome of a deed out of its row. */
export const ended = (deed: Deed): Result => {
  const took = ((deed.endedAt ?? deed.startedAt) - deed.startedAt) / 1000
  const text = deed.text ?? ''
  if (deed.state === 'done' || deed.state === 'warnings')
    return { state: deed.state, id: deed.id, text, took }
  const next = doingOf(deed.tool)?.words.afterFailure ?? 'Look before you ask again.'
  return {
    state: 'failed',
    id: deed.id,
    text,
    took,
    problem: new Problem('failed', text, { next }),
  }
}

const doingOf = (name: string): ActTool | undefined => {
  const tool = toolNamed(name)
  return tool?.kind === 'act' ? tool : undefined
}

const notAllowed = ({ label, state, endedBy, endedWhy }: Approval): Result => {
  const why =
    state === 'denied'
      ? `${clean(endedBy ?? 'Somebody')} said no to it: ${label} is left as it is.`
      : `The request for ${label} came to nothing: ${asProblem(endedWhy ?? 'it is over').message}`
  return {
    state: 'refused',
    text: why,
    took: 0,
    problem: refusal('approval', 'conflict', why, 'Do not ask again unless a person wants it.'),
  }
}
