/**
 * How much machines may do by themselves: so many changes an hour by node, guest and cluster, and a
 * breaker that ends it when things go wrong. Persons are not counted; a power cut is theirs to mend.
 */
import { type Clock, hours, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Target, Tier } from './tiers.ts'

/** Start values of safety.md §2.8; the settings may change them. */
export type Limits = {
  yellowPerNode: number
  redPerNode: number
  perTarget: number
  nodeDeeds: number
  /** One caller on one tool. */
  perTool: number
  /** The same thing to the same target, with nothing to show for it. */
  sameDeeds: number
}

export const LIMITS: Limits = {
  yellowPerNode: 6,
  redPerNode: 2,
  perTarget: 3,
  nodeDeeds: 1,
  perTool: 20,
  sameDeeds: 2,
}

const HOUR = hours(1)
const BREAKER_MS = minutes(10)
const FAILURES = 3
const BLACK_TRIES = 2

export type Act = { caller: string; tool: string; tier: Tier; targets: readonly Target[] }

export type LimitKeeper = {
  /** Undefined = go ahead; else the rule and a sentence. */
  hindrance(act: Act): { rule: string; reason: string } | undefined
  /** A change begins; answers its id for `failed`. */
  began(act: Act): number
  failed(id: number): void
  /** Somebody asked for what is never done. */
  triedBlack(caller: string, tool: string): void
  /** While it is down, the level is 1. */
  breaker(): { at: number; reason: string } | undefined
  /** Only for a person; the door knows who asks. */
  mend(): void
  sweep(): number
}

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  /** Asked each time, as a person may change them. */
  limits?: (() => Limits) | undefined
  /** The level falls to observing: mail goes out. */
  onTrip?: ((reason: string) => void) | undefined
}

export const createLimits = ({ db, clock, limits = () => LIMITS, onTrip }: Needs): LimitKeeper => {
  const count = (where: string, params: Record<string, string | number>, since = HOUR) =>
    db.first<{ n: number }>(
      `select count(*) as n from safety_acts where at > :since and ${where}`,
      {
        ...params,
        since: clock.now() - since,
      },
    )?.n ?? 0

  const trip = (reason: string) => {
    const { changes } = db.run(
      'insert into safety_breaker (id, tripped_at, reason) values (1, ?, ?) on conflict do nothing',
      [clock.now(), reason],
    )
    if (changes === 1) onTrip?.(reason)
  }
  const put = (act: Omit<Act, 'targets'>, target: string, node?: string) =>
    db.run(
      'insert into safety_acts (at, caller, tool, tier, target, node) values (?, ?, ?, ?, ?, ?)',
      [clock.now(), act.caller, act.tool, act.tier, target, node],
    ).id

  return {
    hindrance(act) {
      if (act.tier === 'GREEN') return undefined
      return hindered(act, limits(), count)
    },
    began: (act) => put(act, keyOf(act.targets[0]), nodeOf(act.targets[0])),
    failed(id) {
      db.run('update safety_acts set failed = 1 where id = ?', [id])
      if (count('failed = 1', {}, BREAKER_MS) >= FAILURES)
        trip(`${FAILURES} deeds of machines failed within 10 minutes`)
    },
    triedBlack(caller, tool) {
      put({ caller, tool, tier: 'BLACK' }, 'none')
      if (count("tier = 'BLACK' and caller = :caller", { caller }, BREAKER_MS) >= BLACK_TRIES)
        trip(`${caller} asked ${BLACK_TRIES} times within 10 minutes for what is never done`)
    },
    breaker() {
      const row = db.first<{ tripped_at: number; reason: string }>(
        'select tripped_at, reason from safety_breaker',
      )
      return row && { at: row.tripped_at, reason: row.reason }
    },
    mend: () =>
      void db.tx(() => {
        db.run('delete from safety_breaker')
        // What tripped it is told and over; it must not trip it again at the next failure.
        db.run('delete from safety_acts where failed = 1 or tier = ?', ['BLACK'])
      }),
    sweep: () => db.run('delete from safety_acts where at < ?', [clock.now() - 2 * HOUR]).changes,
  }
}

type Count = (where: string, params: Record<string, string | number>, since?: number) => number

const hindered = (act: Act, limits: Limits, count: Count) => {
  const { caller, tool, tier, targets } = act
  if (targets.length > 1)
    return { rule: 'blast-radius', reason: 'A machine changes one thing a call.' }
  const target = keyOf(targets[0])
  const node = nodeOf(targets[0])
  const over = (n: number, most: number, what: string) =>
    n >= most
      ? { rule: 'rate', reason: `${what}: ${n} within the hour, and ${most} is the limit.` }
      : undefined
  const perNode = tier === 'YELLOW' ? limits.yellowPerNode : limits.redPerNode
  return (
    // Waking takes nothing away from anybody.
    (target.startsWith('node/') &&
      tool !== 'wake_node' &&
      over(count("target like 'node/%'", {}), limits.nodeDeeds, 'Deeds on nodes by machines')) ||
    over(
      count('tool = :tool and target = :target', { tool, target }),
      limits.sameDeeds,
      `${tool} on ${target}`,
    ) ||
    over(count('target = :target', { target }), limits.perTarget, `Changes to ${target}`) ||
    over(
      count('caller = :caller and tool = :tool', { caller, tool }),
      limits.perTool,
      `${tool} by ${caller}`,
    ) ||
    (node !== undefined &&
      over(
        count('node = :node and tier = :tier', { node, tier }),
        perNode,
        `${tier} changes on ${node}`,
      )) ||
    undefined
  )
}

const keyOf = (target: Target | undefined) => (target ? `${target.kind}/${target.id}` : 'none')
const nodeOf = (target: Target | undefined) =>
  target?.node ?? (target?.kind === 'node' ? target.id : undefined)
