/**
 * Approvals: what only a person may allow, as rows. A request waits a day; opening its card judges it
 * anew and mints a confirmation of two minutes; using that judges once more and works exactly once.
 * Nothing in here knows HTTP or tools: who judges again is handed in.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type Clock, hours, seconds } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { rankOf, type Tier } from './tiers.ts'

export type ApprovalState = 'open' | 'approved' | 'used' | 'denied' | 'expired' | 'void'

export type Approval = {
  id: number
  /** Several deeds may share a card that lists each of them; each is confirmed by itself. */
  card: string
  tool: string
  args: Record<string, unknown>
  /** `guest/303` */
  target: string
  label: string
  /** What will run, what it affects, how to undo it. */
  plan: Record<string, unknown>
  /** The words of whoever asked: shown last, as theirs. */
  reason?: string | undefined
  hash: string
  tier: Tier
  rule: string
  /** What has to be typed, for what cannot be undone: a VMID. */
  typed?: string | undefined
  askedBy: string
  askedKind: string
  askedFrom: string
  state: ApprovalState
  /** Milliseconds since 1970. */
  askedAt: number
  expiresAt: number
  endedBy?: string | undefined
  endedAt?: number | undefined
  endedWhy?: string | undefined
  deed?: number | undefined
  /** When the machine that asked was told how it ended. */
  toldAt?: number | undefined
}

export type NewApproval = Pick<
  Approval,
  'tool' | 'args' | 'target' | 'label' | 'plan' | 'reason' | 'tier' | 'rule' | 'typed'
> & {
  /** Of the target, as it was when it was asked for: any text that changes when it does. */
  targetState: string
  card?: string | undefined
  by: { name: string; kind: string; from: string }
}

/** A logged-in person; `session` is where the card was opened, and only there it can be used. */
export type Person = { account: string; session: string }

/** Judged with the world as it is now. */
export type JudgedAgain = {
  verdict: 'run' | 'ask' | 'refuse'
  tier: Tier
  reason: string
  targetState: string
}
export type JudgeAgain = (approval: Approval) => JudgedAgain | Promise<JudgedAgain>

export type Opened = {
  approval: Approval
  /** Goes into the form of this session and nowhere else. */
  nonce: string
  expiresAt: number
}

export type Answer = { nonce: string; hash: string; typed?: string | undefined }

export type Approvals = {
  /** The same wish by the same caller is one row while it is open. */
  request(wish: NewApproval): Approval
  find(id: number): Approval | undefined
  /** The newest of the same wish, however it ended: a machine asks again to hear what became of it. */
  latest(wish: Pick<Approval, 'tool' | 'args' | 'target'>, by: string): Approval | undefined
  /** Those that wait, oldest first. */
  waiting(): Approval[]
  list(limit: number): Approval[]
  /** Throws `not-found`, `conflict` with the reason. */
  open(id: number, person: Person, again: JudgeAgain): Promise<Opened>
  /** After this the deed may be redeemed, once. Throws `conflict`, `invalid`. */
  confirm(id: number, person: Person, answer: Answer, again: JudgeAgain): Promise<Approval>
  /** The door takes it, with what it is about to do; true exactly once. */
  redeem(id: number, deed: Pick<Approval, 'tool' | 'args' | 'target'>): boolean
  /** Which deed came of it. */
  became(id: number, deed: number): void
  /** Allowed, and then the world refused: it is not kept for later. */
  fizzled(id: number, why: string): void
  /** The one that asked knows how it ended; asking again is a new wish. */
  told(id: number): void
  deny(id: number, by: string): void
  /** STOP: whatever waits is over. */
  voidAll(why: string): number
  /** Closes what nobody opened in time. */
  sweep(): number
}

export const REQUEST_MS = hours(24)
export const CONFIRM_MS = seconds(120)
/** Between the confirmation and the door there is only the server itself. */
const REDEEM_MS = seconds(30)

type Needs = {
  db: Db
  clock: Pick<Clock, 'now'>
  /** One text for one value, keys sorted: lib/audit has it. */
  canonical(value: unknown): string
}

type Row = {
  id: number
  card: string
  tool: string
  args: string
  target: string
  label: string
  plan: string
  reason: string | null
  hash: string
  tier: string
  rule: string
  typed: string | null
  asked_by: string
  asked_kind: string
  asked_from: string
  state: string
  asked_at: number
  expires_at: number
  nonce_hash: string | null
  opened_by: string | null
  opened_session: string | null
  opened_hash: string | null
  nonce_expires_at: number | null
  ended_by: string | null
  ended_at: number | null
  ended_why: string | null
  deed: number | null
  told_at: number | null
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

export const createApprovals = ({ db, clock, canonical }: Needs): Approvals => {
  const row = (id: number) => db.first<Row>('select * from approvals where id = ?', [id])
  const hashOf = ({ tool, args, target }: Pick<Approval, 'tool' | 'args' | 'target'>) =>
    sha(canonical({ tool, args, target }))
  const sweep = () =>
    db.run(
      `update approvals set state = 'expired', ended_at = :now, nonce_hash = null
       where state = 'open' and expires_at <= :now`,
      { now: clock.now() },
    ).changes
  const close = (id: number, state: 'void' | 'denied', why: string, by?: string) =>
    db.run(
      `update approvals set state = ?, ended_at = ?, ended_why = ?, ended_by = ?, nonce_hash = null
       where id = ? and state = 'open'`,
      [state, clock.now(), why, by, id],
    ).changes

  /** The row as long as it can still be said yes to. */
  const live = (id: number): Row => {
    sweep()
    const found = row(id)
    if (!found) throw new Problem('not-found', `There is no approval ${id}.`)
    if (found.state !== 'open')
      throw conflict(`This request is ${ENDS[found.state as ApprovalState] ?? 'over'}.`)
    return found
  }

  /** Judged now; a verdict that has become worse ends the request. */
  const judged = async (found: Row, again: JudgeAgain): Promise<JudgedAgain> => {
    const now = await again(decoded(found))
    if (now.tier === 'BLACK' || rankOf(now.tier) > rankOf(found.tier as Tier)) {
      close(found.id, 'void', `judged anew: ${now.reason}`)
      throw conflict(`It is graver than when it was asked for: ${now.reason}`)
    }
    if (now.verdict === 'refuse') throw conflict(`It cannot be done now: ${now.reason}`)
    return now
  }

  return {
    request(wish) {
      sweep()
      return db.tx(() => {
        const hash = hashOf(wish)
        const old = db.first<Row>(
          "select * from approvals where hash = ? and asked_by = ? and state = 'open'",
          [hash, wish.by.name],
        )
        if (old) return decoded(old)
        return decoded(row(insert(db, wish, hash, clock.now(), canonical))!)
      })
    },
    find(id) {
      const found = row(id)
      return found && decoded(found)
    },
    latest(wish, by) {
      const found = db.first<Row>(
        'select * from approvals where hash = ? and asked_by = ? order by id desc limit 1',
        [hashOf(wish), by],
      )
      return found && decoded(found)
    },
    waiting: () =>
      db
        .all<Row>("select * from approvals where state = 'open' and expires_at > ? order by id", [
          clock.now(),
        ])
        .map(decoded),
    list: (limit) =>
      db.all<Row>('select * from approvals order by id desc limit ?', [limit]).map(decoded),

    async open(id, person, again) {
      const found = live(id)
      const now = await judged(found, again)
      const nonce = randomBytes(16).toString('hex')
      const expiresAt = Math.min(clock.now() + CONFIRM_MS, found.expires_at)
      // Opened again, the card that lay open elsewhere is worth nothing any more.
      const { changes } = db.run(
        `update approvals set nonce_hash = ?, opened_by = ?, opened_session = ?, opened_hash = ?,
           nonce_expires_at = ? where id = ? and state = 'open' and expires_at > ?`,
        [
          sha(nonce),
          person.account,
          sha(person.session),
          sha(now.targetState),
          expiresAt,
          id,
          clock.now(),
        ],
      )
      if (changes !== 1) throw conflict('Somebody else was quicker.')
      return { approval: decoded(found), nonce, expiresAt }
    },

    async confirm(id, person, answer, again) {
      const found = live(id)
      if (found.typed !== null && answer.typed?.trim() !== found.typed)
        throw new Problem('invalid', `Type ${found.typed} to say that you mean it.`, {
          details: { typed: `expected ${found.typed}` },
        })
      const now = await judged(found, again)
      if (sha(now.targetState) !== found.opened_hash)
        throw conflict(`${clean(found.label)} has changed since the card was opened.`)
      if (!claimed(db, id, person, answer, clock.now()))
        throw conflict(whyNotClaimed(found, person, clock.now()))
      return decoded(row(id)!)
    },

    redeem: (id, deed) =>
      db.run(
        `update approvals set state = 'used' where id = ? and state = 'approved' and hash = ?
           and ended_at > ?`,
        [id, hashOf(deed), clock.now() - REDEEM_MS],
      ).changes === 1,
    became: (id, deed) => void db.run('update approvals set deed = ? where id = ?', [deed, id]),
    fizzled: (id, why) =>
      void db.run(
        "update approvals set state = 'void', ended_why = ? where id = ? and state = 'approved'",
        [why, id],
      ),
    told: (id) =>
      void db.run('update approvals set told_at = ? where id = ? and told_at is null', [
        clock.now(),
        id,
      ]),
    deny(id, by) {
      live(id)
      close(id, 'denied', 'denied', by)
    },
    voidAll: (why) =>
      db.run(
        `update approvals set state = 'void', ended_at = ?, ended_why = ?, nonce_hash = null
         where state in ('open', 'approved')`,
        [clock.now(), why],
      ).changes,
    sweep,
  }
}

/** One conditional update: of any number at once exactly one has it (ASVS 15.4.2). */
const claimed = (db: Db, id: number, person: Person, { nonce, hash }: Answer, now: number) =>
  db.run(
    `update approvals set state = 'approved', nonce_hash = null, ended_by = :account, ended_at = :now
     where id = :id and state = 'open' and nonce_hash = :nonce and hash = :hash
       and opened_by = :account and opened_session = :session
       and nonce_expires_at > :now and expires_at > :now`,
    { id, account: person.account, session: sha(person.session), nonce: sha(nonce), hash, now },
  ).changes === 1

const whyNotClaimed = (found: Row, { account }: Person, now: number): string => {
  if (found.nonce_hash === null) return 'This card was not opened.'
  if (found.opened_by !== account) return 'Somebody else has opened this card.'
  if ((found.nonce_expires_at ?? 0) <= now) return 'The two minutes of this card are over.'
  return 'This is not the card that was opened last.'
}

const conflict = (message: string) =>
  new Problem('conflict', message, {
    next: 'Open the card again and look at it anew.',
    details: { rule: 'approval' },
  })

const ENDS: Record<ApprovalState, string> = {
  open: 'open',
  approved: 'approved already',
  used: 'carried out already',
  denied: 'denied',
  expired: 'too old: it waited for a day',
  void: 'over: what it was about has changed',
}

const insert = (
  db: Db,
  wish: NewApproval,
  hash: string,
  now: number,
  canonical: Needs['canonical'],
) =>
  db.run(
    `insert into approvals (card, tool, args, target, label, plan, reason, hash, state_hash, tier,
       rule, typed, asked_by, asked_kind, asked_from, state, asked_at, expires_at)
     values (:card, :tool, :args, :target, :label, :plan, :reason, :hash, :stateHash, :tier,
       :rule, :typed, :by, :kind, :from, 'open', :now, :expires)`,
    {
      card: wish.card ?? randomBytes(8).toString('hex'),
      tool: wish.tool,
      args: canonical(wish.args),
      target: wish.target,
      label: wish.label,
      plan: JSON.stringify(wish.plan),
      reason: wish.reason,
      hash,
      stateHash: sha(wish.targetState),
      tier: wish.tier,
      rule: wish.rule,
      typed: wish.typed,
      by: wish.by.name,
      kind: wish.by.kind,
      from: wish.by.from,
      now,
      expires: now + REQUEST_MS,
    },
  ).id

const decoded = (row: Row): Approval => ({
  id: row.id,
  card: row.card,
  tool: row.tool,
  args: JSON.parse(row.args) as Record<string, unknown>,
  target: row.target,
  label: row.label,
  plan: JSON.parse(row.plan) as Record<string, unknown>,
  reason: row.reason ?? undefined,
  hash: row.hash,
  tier: row.tier as Tier,
  rule: row.rule,
  typed: row.typed ?? undefined,
  askedBy: row.asked_by,
  askedKind: row.asked_kind,
  askedFrom: row.asked_from,
  state: row.state as ApprovalState,
  askedAt: row.asked_at,
  expiresAt: row.expires_at,
  endedBy: row.ended_by ?? undefined,
  endedAt: row.ended_at ?? undefined,
  endedWhy: row.ended_why ?? undefined,
  deed: row.deed ?? undefined,
  toldAt: row.told_at ?? undefined,
})
