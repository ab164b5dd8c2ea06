/**
 * Deeds as rows: written before anything happens, closed with how it ended. An open row is the claim
 * on its target, so two deeds on one guest cannot run at once.
 */
import type { Trail } from '../audit/trail.ts'
import type { Clock } from '../clock.ts'
import { days } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Upid } from '../proxmox/types.ts'
import { readsFreeText } from '../safety/provenance.ts'
import type { Tier } from '../safety/tiers.ts'

export type DeedState = 'running' | 'done' | 'warnings' | 'failed' | 'stopped' | 'unknown'

/** Who asks, as far as the door needs to know; a `Caller` of lib/auth is one. */
export type Asking = {
  kind: 'person' | 'machine' | 'wall'
  name: string
  scope: 'view' | 'operate' | 'admin'
  from: string
  session?: { id: string } | undefined
  token?: { id: string } | undefined
  /** A step of a runbook, which a person has read and switched on. */
  runbook?: boolean | undefined
  /** False: nobody asked for it, it acts by itself. */
  asked?: boolean | undefined
}

export type Deed = {
  id: number
  tool: string
  args: Record<string, unknown>
  /** `guest/303` */
  target: string
  /** `303 homeassistant` */
  label: string
  who: string
  whoKind: Asking['kind']
  upid?: Upid | undefined
  state: DeedState
  text?: string | undefined
  tier?: Tier | undefined
  /** The approval that it came of, and who had asked for it. */
  approval?: number | undefined
  askedBy?: string | undefined
  /** Milliseconds since 1970. */
  startedAt: number
  endedAt?: number | undefined
}

export type NewDeed = Pick<
  Deed,
  'tool' | 'args' | 'target' | 'label' | 'tier' | 'approval' | 'askedBy'
> & {
  caller: Asking
  /** Which rule let it through, and how the target was before: for the trail. */
  rule?: string | undefined
  before?: string | undefined
}

export type Deeds = {
  /** Row and audit entry in one transaction; undefined when somebody else holds the target. */
  begin(deed: NewDeed): Deed | undefined
  named(id: number, upid: Upid): void
  /** Closes row and audit entry; a row that is closed already stays as it is. */
  end(id: number, state: DeedState, text: string): void
  find(id: number): Deed | undefined
  /** The one that is under way on a target. */
  on(target: string): Deed | undefined
  /** The newest on a target, ended or not. */
  last(target: string): Deed | undefined
  /** Those under way, oldest first. */
  open(): Deed[]
  /** Those that began after this moment, oldest first. */
  recent(since: number): Deed[]
  /** Forgets what ended more than a year ago; the audit trail does not. */
  sweep(): number
}

type Row = {
  id: number
  tool: string
  args: string
  target: string
  label: string
  who: string
  who_kind: string
  who_from: string
  upid: string | null
  state: string
  text: string | null
  started_at: number
  ended_at: number | null
  audit_id: number
  tier: string | null
  approval: number | null
  asked_by: string | null
}

const KEPT = days(365)

/** One statement, so that of two at once exactly one has it. */
const CLAIM = `
  insert into deeds
    (tool, args, target, label, who, who_kind, who_from, state, started_at, audit_id, tier, approval,
     asked_by)
  select :tool, :args, :target, :label, :who, :kind, :from, 'running', :now, 0, :tier, :approval,
    :askedBy
  where not exists (select 1 from deeds where target = :target and ended_at is null)`

export const createDeeds = (needs: {
  db: Db
  clock: Pick<Clock, 'now'>
  trail: Pick<Trail, 'write'>
}): Deeds => {
  const { db, clock, trail } = needs
  const row = (id: number) => db.first<Row>('select * from deeds where id = ?', [id])
  const find = (id: number) => decoded(row(id))
  const on = (target: string) =>
    decoded(db.first<Row>('select * from deeds where target = ? and ended_at is null', [target]))

  return {
    begin: ({ caller, rule, before, ...deed }) =>
      db.tx(() => {
        const { changes, id } = db.run(CLAIM, {
          tool: deed.tool,
          args: JSON.stringify(deed.args),
          target: deed.target,
          label: deed.label,
          who: caller.name,
          kind: caller.kind,
          from: caller.from,
          now: clock.now(),
          tier: deed.tier,
          approval: deed.approval,
          askedBy: deed.askedBy,
        })
        if (changes !== 1) return undefined
        const { tier, approval } = deed
        const auditId = trail.write({
          ...entryOf(deed, caller),
          verdict: 'run',
          tier,
          rule,
          approval,
          before,
          deed: id,
        })
        db.run('update deeds set audit_id = ? where id = ?', [auditId, id])
        return find(id)
      }),
    named: (id, upid) => void db.run('update deeds set upid = ? where id = ?', [upid, id]),
    end: (id, state, text) =>
      db.tx(() => {
        const deed = row(id)
        if (!deed || deed.ended_at !== null) return
        db.run('update deeds set state = ?, text = ?, ended_at = ? where id = ?', [
          state,
          text,
          clock.now(),
          id,
        ])
        trail.write({
          who: deed.who,
          from: deed.who_from,
          what: deed.tool,
          target: deed.target,
          verdict: 'run',
          outcome: state,
          reason: text,
          of: deed.audit_id,
          tier: deed.tier ?? undefined,
          approval: deed.approval ?? undefined,
          deed: id,
          task: deed.upid ?? undefined,
          after: text,
          tookS: (clock.now() - deed.started_at) / 1000,
        })
      }),
    find,
    on,
    last: (target) =>
      decoded(
        db.first<Row>('select * from deeds where target = ? order by id desc limit 1', [target]),
      ),
    open: () =>
      db.all<Row>('select * from deeds where ended_at is null order by id').map((r) => decoded(r)!),
    recent: (since) =>
      db
        .all<Row>('select * from deeds where started_at > ? order by id', [since])
        .map((r) => decoded(r)!),
    sweep: () => db.run('delete from deeds where ended_at < ?', [clock.now() - KEPT]).changes,
  }
}

/** How it ended may be told in words of others; whoever hears it is tainted by this. */
export const strangerIn = ({ tool }: Pick<Deed, 'tool'>): string | undefined =>
  readsFreeText(tool) ? tool : undefined

/** The part of an audit entry that says who wants what. */
export const entryOf = (
  { tool, args, target }: { tool: string; args?: Record<string, unknown>; target?: string },
  caller: Pick<Asking, 'name' | 'from' | 'kind'>,
) => ({ who: caller.name, from: caller.from, kind: caller.kind, what: tool, args, target })

const decoded = (row: Row | undefined): Deed | undefined =>
  row && {
    id: row.id,
    tool: row.tool,
    args: JSON.parse(row.args) as Record<string, unknown>,
    target: row.target,
    label: row.label,
    who: row.who,
    whoKind: row.who_kind as Deed['whoKind'],
    upid: row.upid ?? undefined,
    state: row.state as DeedState,
    text: row.text ?? undefined,
    tier: (row.tier as Tier | null) ?? undefined,
    approval: row.approval ?? undefined,
    askedBy: row.asked_by ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  }
