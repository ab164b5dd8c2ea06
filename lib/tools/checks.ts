/** The questions of the door, each with its rule: who asks, is anything stopped, may it be now. */
import type { ProblemKind } from '../errors.ts'
import { duration } from '../format.ts'
import { clean } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { Verdict } from '../safety/judge.ts'
import { halted, type KillSwitch } from '../safety/kill-switch.ts'
import { rankOf } from '../safety/tiers.ts'
import type { Allowed } from './asking.ts'
import type { Asking, Deed } from './deeds.ts'
import { doingOf, mayUse, nearestTool, rightFor, toolNamed } from './registry.ts'
import { type ActTool, type Found, refusal, type Tool } from './tool.ts'

export const demandTool = (name: string): Tool => {
  const tool = toolNamed(name)
  if (tool) return tool
  const near = nearestTool(name)
  throw refusal(
    'tool',
    'not-found',
    `There is no tool ${JSON.stringify(clean(name).slice(0, 60))}.`,
    near ? `Did you mean ${near}?` : 'GET /api/tools lists them.',
  )
}

export const demandRight = (tool: Tool, caller: Asking): void => {
  if (mayUse(tool, caller)) return
  throw refusal(
    'scope',
    'forbidden',
    tool.kind === 'act'
      ? `${clean(caller.name)} may only look; ${tool.name} acts.`
      : `${clean(caller.name)} may not use ${tool.name}.`,
    `It takes a token for that: ./jarvis token create --name NAME --scope ${rightFor(tool)}`,
  )
}

/** Design §2: which kind of no a rule of the judge is. */
const KINDS: Record<string, ProblemKind> = {
  scope: 'forbidden',
  black: 'forbidden',
  stop: 'halted',
  rate: 'busy',
  'blast-radius': 'busy',
  arguments: 'invalid',
  shape: 'invalid',
}

/** Throws the judge's no as a refusal that names rule, reason and next step. */
export const demandRun = ({ verdict, tier, rule, reason, next }: Verdict): void => {
  if (verdict !== 'refuse') return
  const kind = tier === 'BLACK' ? 'forbidden' : (KINDS[rule] ?? 'conflict')
  throw refusal(rule, kind, reason, next)
}

export const notStopped = (stop: Pick<KillSwitch, 'state'>): void => {
  const state = stop.state()
  if (state.pressed) throw halted(state)
}

/** `302 adguard is being restarted by alice since 3 s.` */
export const demandFree = (tool: ActTool, other: Deed | undefined, now: number): void => {
  if (!other) return
  const doing = doingOf(other.tool) ?? tool.words.doing
  const since = duration((now - other.startedAt) / 1000)
  throw refusal(
    'one-at-a-time',
    'conflict',
    `${other.label} is ${doing} by ${clean(other.who)} since ${since}.`,
    'Wait until that has ended, then look again.',
  )
}

export const demandAllowed = (found: Found, { kind }: Pick<Asking, 'kind'>): void => {
  const { whyNot, notForMachines, label } = found
  if (whyNot !== undefined)
    throw refusal('state', 'conflict', whyNot, `Look at ${label} again, then decide.`)
  if (kind === 'machine' && notForMachines !== undefined)
    throw refusal(
      'hazard',
      'conflict',
      notForMachines,
      'A person can decide to do it all the same.',
    )
}

/** What a person has allowed is what is done: the target as it was judged, and no graver. */
export const demandSame = (
  { state, label }: Pick<Found, 'state' | 'label'>,
  { tier }: Pick<Verdict, 'tier'>,
  allowed: Pick<Allowed, 'state' | 'tier'> | undefined,
): void => {
  if (!allowed) return
  if (state === allowed.state && rankOf(tier) <= rankOf(allowed.tier)) return
  throw refusal(
    'approval',
    'conflict',
    `${label} has changed since it was allowed.`,
    'Ask for it anew, and look at it again.',
  )
}

/**
 * Read freshly, right before the write: without quorum a stop is a one-way door, a reboot leaves the
 * guest down, and a delete destroys the disks (measured on PVE 9.2.11).
 */
export const demandQuorum = async ({ cluster }: Pick<Proxmox, 'cluster'>): Promise<void> => {
  const status = await cluster.status()
  if (!status.cluster || status.cluster.quorate) return
  const online = status.nodes.filter((n) => n.online).length
  throw refusal(
    'quorum',
    'conflict',
    `The cluster has no quorum: ${online} of ${status.nodes.length} nodes are there.`,
    'Bring nodes back until it has a majority; changes without one cannot be undone.',
  )
}
