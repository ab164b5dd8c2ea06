/**
 * The door: the only way from a word to a deed. Every button, script and machine comes through here,
 * is asked the same questions in the same order, and gets a truthful answer.
 */
import type { Trail } from '../audit/trail.ts'
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Db } from '../db/db.ts'
import { asProblem, inWords, messageOf, Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import { clean, type Log } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { KillSwitch } from '../safety/kill-switch.ts'
import {
  demandAllowed,
  demandFree,
  demandQuorum,
  demandRight,
  demandTool,
  notStopped,
} from './checks.ts'
import { type Asking, createDeeds, type Deed, entryOf } from './deeds.ts'
import { createRunner } from './run.ts'
import type { Found, Hands, Tool } from './tool.ts'
import type { Waker } from './waker.ts'

export type Wish = {
  tool: string
  args: unknown
  caller: Asking
  /** Milliseconds that the caller waits for the end; later the answer is `running`. */
  patienceMs?: number | undefined
}

export type Result = {
  state: 'done' | 'warnings' | 'failed' | 'refused' | 'running'
  /** Of the deed; a refusal is none. */
  id?: number | undefined
  text: string
  data?: Record<string, unknown> | undefined
  /** Seconds. */
  took: number
  /** For refused and failed ones: kind, next step, and `details.rule` where a rule said no. */
  problem?: Problem | undefined
}

export type Door = {
  /** Never rejects, except when the house itself is broken. */
  call(wish: Wish): Promise<Result>
  deed(id: number): Deed | undefined
  /** The newest one on a target, ended or not: `node/pve`. */
  last(target: string): Deed | undefined
  /** What is under way, for the screen. */
  running(): Deed[]
  /** After a restart: finds out what became of the deeds that were under way. */
  recover(): Promise<void>
  sweep(): number
  /** Ends the waiting, not the tasks; the next start finds out what became of them. */
  close(): void
}

export type DoorNeeds = {
  proxmox: Hands['proxmox'] & Pick<Proxmox, 'cluster'>
  cluster: Pick<Cluster, 'believe' | 'hurry'> & Partial<Pick<Cluster, 'refresh'>>
  stop: Pick<KillSwitch, 'state' | 'signal'>
  db: Db
  clock: Clock
  log: Log
  trail: Pick<Trail, 'write'>
  bus: Pick<Bus<Events>, 'emit'>
  ownToken(): string | undefined
  /** Commands on the nodes, where there is a key. */
  ssh?: Hands['ssh']
  /** Magic packets; without it no node is woken. */
  wake?: Waker | undefined
  /** Sends what has changed to the screens at once. */
  push?: (() => void) | undefined
}

/** Design §2: longer than this and the answer is 202. */
export const PATIENCE_MS = 25_000

export const createDoor = (needs: DoorNeeds): Door => {
  const { proxmox, stop, clock, trail, log } = needs
  const deeds = createDeeds(needs)
  const runner = createRunner({ ...needs, deeds })

  const call = async (wish: Wish): Promise<Result> => {
    const since = clock.now()
    const { caller } = wish
    const known: { args?: Record<string, unknown>; target?: string } = {}
    try {
      const tool = demandTool(wish.tool)
      const { args, key } = tool.read(wish.args)
      Object.assign(known, { args, target: key })
      demandRight(tool, caller)
      notStopped(stop)
      demandFree(tool, deeds.on(key), clock.now())
      const found = await tool.find(runner.hands, args)
      demandAllowed(found)
      if (!tool.withoutQuorum) await demandQuorum(proxmox)
      notStopped(stop)
      const deed = claim(tool, { args, key, found, caller })
      return await runner.carryOut(tool, deed, found, wish.patienceMs ?? PATIENCE_MS)
    } catch (thrown) {
      const problem = asProblem(thrown)
      note({ tool: wish.tool, ...known }, caller, problem)
      if (problem.kind === 'broken') throw problem
      return {
        state: 'refused',
        text: problem.message,
        took: (clock.now() - since) / 1000,
        problem,
      }
    }
  }

  /** The row, and the audit entry before the deed: what cannot be written down is not done. */
  const claim = (tool: Tool, { args, key, found, caller }: Claim): Deed => {
    const deed = written(() =>
      deeds.begin({ tool: tool.name, args, target: key, label: found.label, caller }),
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

  const note = (
    what: { tool: string; args?: Record<string, unknown>; target?: string },
    caller: Asking,
    problem: Problem,
  ) => {
    try {
      trail.write({
        ...entryOf({ ...what, tool: clean(what.tool).slice(0, 60) }, caller),
        verdict: 'refuse',
        rule: problem.details?.rule,
        outcome: 'refused',
        reason: inWords(problem).slice(0, 500),
      })
    } catch (error) {
      log.error('tools: a refusal was not written down', { reason: messageOf(error) })
    }
  }

  return {
    call,
    deed: deeds.find,
    last: deeds.last,
    running: deeds.open,
    recover: runner.recover,
    sweep: deeds.sweep,
    close: runner.close,
  }
}

type Claim = { args: Record<string, unknown>; key: string; found: Found; caller: Asking }

const written = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    throw new Problem('halted', `${messageOf(cause)} What cannot be written down is not done.`, {
      cause,
      next: asProblem(cause).next ?? 'Look into the log.',
      details: { rule: 'record' },
    })
  }
}
