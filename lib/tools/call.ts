/**
 * The door: the only way from a word to a deed. Every button, script and machine comes through here,
 * is asked the same questions in the same order, and gets a truthful answer.
 */
import { asProblem, inWords, messageOf, Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Verdict } from '../safety/judge.ts'
import { readsFreeText } from '../safety/provenance.ts'
import { type Allowed, createAsking } from './asking.ts'
import {
  demandAllowed,
  demandFree,
  demandQuorum,
  demandRight,
  demandRun,
  demandSame,
  demandTool,
  notStopped,
} from './checks.ts'
import { type Asking, createDeeds, type Deed, entryOf } from './deeds.ts'
import { type Door, type DoorNeeds, PATIENCE_MS, type Result, type Wish } from './door.ts'
import { createRunner } from './run.ts'
import type { ActTool, Behalf, Found, Looked, LookTool } from './tool.ts'
import { contextOf, weigh } from './weigh.ts'

/** What is known of a wish so far, for the trail. */
type Known = { args?: Record<string, unknown>; target?: string; tier?: string }

export const createDoor = (needs: DoorNeeds): Door => {
  const { proxmox, stop, clock, trail, log, brakes } = needs
  const { limits } = brakes
  const deeds = createDeeds(needs)
  /** Acts of machines under way, so that a failure counts against them. */
  const counted = new Map<number, number>()
  const runner = createRunner({
    ...needs,
    deeds,
    onEnd(deed, state) {
      const act = counted.get(deed)
      counted.delete(deed)
      if (act !== undefined && state === 'failed') limits.failed(act)
    },
  })
  const { hands } = runner
  const asking = createAsking({ ...needs, deeds, hands })

  const perform = async (wish: Wish, allowed?: Allowed): Promise<Result> => {
    const since = clock.now()
    const known: Known = {}
    try {
      const tool = demandTool(wish.tool)
      const { args, key } = tool.read(wish.args)
      Object.assign(known, { args, ...(key && { target: key }) })
      demandRight(tool, wish.caller)
      return tool.kind === 'look'
        ? await look(tool, args, wish, since)
        : await act(tool, { args, key, wish, allowed, known, since })
    } catch (thrown) {
      const problem = asProblem(thrown)
      note({ tool: wish.tool, ...known }, wish.caller, problem)
      if (problem.kind === 'broken') throw problem
      const took = (clock.now() - since) / 1000
      return { state: 'refused', text: problem.message, took, problem }
    }
  }

  const look = async (tool: LookTool, args: Looking['args'], wish: Wish, since: number) => {
    const { caller } = wish
    const weighing = { tool: tool.name, args, targets: [], caller, stopped: false, quorate: true }
    const verdict = weigh(brakes, { ...weighing, context: wish.context })
    demandRun(verdict)
    return looked(tool.name, () => tool.look(hands, args), { args, wish, verdict, since })
  }

  /** A look, written down with its end; what others have written taints whoever reads it. */
  const looked = async (tool: string, work: () => Promise<Looked>, looking: Looking) => {
    const { args, wish, verdict, since } = looking
    const { caller } = wish
    if (caller.kind === 'machine' && readsFreeText(tool))
      brakes.provenance.taint(contextOf(wish), tool)
    const { text, data } = await work()
    const took = (clock.now() - since) / 1000
    const { tier, rule } = verdict
    const entry = entryOf({ tool, args }, caller)
    trail.write({ ...entry, verdict: 'run', tier, rule, outcome: 'done', tookS: took })
    return { state: 'done', text, data, took } satisfies Result
  }

  /** A person's own words are his; what he allows stays what it was when it was asked for. */
  const behalfOf = (wish: Wish, allowed?: Allowed): Behalf => {
    const { name, kind } = wish.caller
    if (kind === 'person')
      return {
        by: { name, kind },
        askedBy: allowed?.askedBy,
        tainted: allowed?.tainted ?? false,
      }
    const tainted = brakes.provenance.taintedBy(contextOf(wish)) !== undefined
    return { by: { name, kind: 'machine' }, tainted }
  }

  const act = async (tool: ActTool, acting: Acting): Promise<Result> => {
    const { args, key, wish, allowed, known, since } = acting
    const { caller } = wish
    notStopped(stop)
    const before = allowed ? undefined : asking.whatBecame(tool, args, key, wish)
    if (before) return before
    const behalf = behalfOf(wish, allowed)
    const found = await tool.find(hands, args, behalf)
    const weighing = {
      tool: tool.name,
      args,
      targets: found.targets,
      caller,
      context: wish.context,
      approved: allowed !== undefined,
      stopped: false,
      quorate: true,
    }
    const verdict = weigh(brakes, weighing)
    known.tier = verdict.tier
    if (verdict.tier === 'BLACK' && caller.kind === 'machine')
      limits.triedBlack(caller.name, tool.name)
    demandRun(verdict)
    if (verdict.tier === 'GREEN' && found.look) {
      const signals = { stopped: stop.signal(), closing: runner.closing }
      return looked(tool.name, () => found.look!(signals), { args, wish, verdict, since })
    }
    demandFree(tool, deeds.on(key), clock.now())
    demandAllowed(found, caller)
    if (!tool.withoutQuorum) await demandQuorum(proxmox)
    // Judged once more: from here to the claim nothing waits, so no other call gets in between.
    const decided = weigh(brakes, weighing)
    demandRun(decided)
    demandSame(found, decided, allowed)
    if (decided.verdict === 'ask')
      return asking.ask(tool, { args, key, found, verdict: decided, wish, tainted: behalf.tainted })
    notStopped(stop)
    const deed = claim(tool, { args, key, found, wish, verdict: decided, allowed })
    return await runner.carryOut(tool, deed, found, wish.patienceMs ?? PATIENCE_MS)
  }

  /** The row, and the audit entry before the deed: what cannot be written down is not done. */
  const claim = (tool: ActTool, claiming: Claim): Deed => {
    const { args, key, found, wish, verdict, allowed } = claiming
    const { caller } = wish
    const deed = written(() =>
      needs.db.tx(() => {
        if (allowed && !brakes.approvals.redeem(allowed.id, { tool: tool.name, args, target: key }))
          throw spent()
        const begun = deeds.begin({
          tool: tool.name,
          args,
          target: key,
          label: found.label,
          caller,
          tier: verdict.tier,
          rule: verdict.rule,
          before: found.plan.before,
          approval: allowed?.id,
          askedBy: allowed?.askedBy,
        })
        if (begun && allowed) brakes.approvals.became(allowed.id, begun.id)
        if (begun && caller.kind === 'machine') bind(tool, begun, claiming)
        return begun
      }),
    )
    if (deed) return deed
    demandFree(tool, deeds.on(key), clock.now())
    throw new Problem(
      'conflict',
      `Not done: something else was just under way on ${found.label}.`,
      {
        next: 'It has ended meanwhile; ask again.',
      },
    )
  }

  /** In the same transaction as the claim, so that of many at once each sees those before it. */
  const bind = (tool: ActTool, { id }: Deed, { wish, verdict: { tier }, found }: Claim): void => {
    const { name } = tool
    counted.set(
      id,
      limits.began({ caller: wish.caller.name, tool: name, tier, targets: found.targets }),
    )
    if (readsFreeText(name)) brakes.provenance.taint(contextOf(wish), name)
  }

  const note = (what: Known & { tool: string }, caller: Asking, problem: Problem) => {
    try {
      trail.write({
        ...entryOf({ ...what, tool: clean(what.tool).slice(0, 60) }, caller),
        verdict: 'refuse',
        tier: what.tier,
        rule: problem.details?.rule,
        outcome: 'refused',
        reason: inWords(problem).slice(0, 500),
      })
    } catch (error) {
      log.error('tools: a refusal was not written down', { reason: messageOf(error) })
    }
  }

  return {
    call: (wish) => perform(wish),
    async rehearse({ tool: name, args: raw, caller, context }) {
      const tool = demandTool(name)
      const { args } = tool.read(raw)
      demandRight(tool, caller)
      const found =
        tool.kind === 'act'
          ? await tool.find(hands, args, behalfOf({ tool: name, args: raw, caller, context }))
          : undefined
      const stopped = tool.kind === 'act' && stop.state().pressed
      const targets = found?.targets ?? []
      const weighing = { tool: tool.name, args, targets, caller, context, stopped, quorate: true }
      return {
        tool: tool.name,
        label: found?.label ?? tool.title,
        plan: found?.plan,
        whyNot: found?.whyNot,
        verdict: weigh(brakes, weighing),
      }
    },
    open: (id, person) => brakes.approvals.open(id, person, asking.judgeAgain),
    async confirm(id, who, answer) {
      const { tool, args, allowed } = await asking.confirmed(id, who, answer)
      const { caller, patienceMs } = who
      const result = await perform({ tool, args, caller, patienceMs }, allowed)
      if (result.state === 'refused') brakes.approvals.fizzled(id, result.text)
      asking.tell(id, caller.name)
      return result
    },
    deny: asking.deny,
    deed: deeds.find,
    last: deeds.last,
    running: deeds.open,
    since: deeds.recent,
    recover: runner.recover,
    sweep: deeds.sweep,
    close: runner.close,
  }
}

type Looking = { args: Record<string, unknown>; wish: Wish; verdict: Verdict; since: number }

type Acting = {
  args: Record<string, unknown>
  key: string
  wish: Wish
  allowed: Allowed | undefined
  known: Known
  since: number
}

type Claim = Pick<Acting, 'args' | 'key' | 'allowed' | 'wish'> & {
  found: Found
  verdict: Verdict
}

const spent = () =>
  new Problem('conflict', 'Not done: this approval was used already, or it came too late.', {
    next: 'Ask for it anew.',
    details: { rule: 'approval' },
  })

const written = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof Problem && cause.details?.rule === 'approval') throw cause
    throw new Problem('halted', `${messageOf(cause)} What cannot be written down is not done.`, {
      cause,
      next: asProblem(cause).next ?? 'Look into the log.',
      details: { rule: 'record' },
    })
  }
}
