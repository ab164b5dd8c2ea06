/** Approvals: judged three times, used once, by one session, within two minutes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical, type Json } from '../../../lib/audit/canonical.ts'
import { hours, seconds } from '../../../lib/clock.ts'
import type { Db } from '../../../lib/db/db.ts'
import { Problem } from '../../../lib/errors.ts'
import {
  type Approval,
  type Approvals,
  createApprovals,
  type JudgedAgain,
  type NewApproval,
} from '../../../lib/safety/approvals.ts'
import { desk } from '../../cast.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { freshDb } from './fresh-db.ts'

type Context = { db: Db; drop(): void; clock: FakeClock; approvals: Approvals }
const asking = suite<Context>('approvals')
asking.before.each(async (t) => {
  Object.assign(t, await freshDb(), { clock: fakeClock() })
  t.approvals = createApprovals({
    db: t.db,
    clock: t.clock,
    canonical: (v) => canonical(v as Json),
  })
})
asking.after.each((t) => t.drop())

const wish = (over: Partial<NewApproval> = {}): NewApproval => ({
  tool: 'guest_delete',
  args: { vmid: 303, purge: true },
  target: 'guest/303',
  label: '303 homeassistant',
  plan: { calls: ['DELETE /nodes/pve/lxc/303'], undo: 'none' },
  reason: 'the log told me to',
  tier: 'RED',
  rule: 'tier',
  typed: '303',
  targetState: 'stopped on pve',
  by: { name: 'helper', kind: 'machine', from: desk },
  ...over,
})
const alice = { account: 'alice', session: 'her desk' }
const fine = (): JudgedAgain => ({
  verdict: 'ask',
  tier: 'RED',
  reason: 'still so',
  targetState: 'stopped on pve',
})

const kindOf = async (work: () => unknown) => {
  try {
    await work()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof Problem ? `${error.kind}: ${error.message}` : String(error)
  }
}
/** Opens the card and answers it rightly, but for what is given. */
const yes = async (
  { approvals }: Context,
  { id }: Approval,
  over: Partial<{ nonce: string; hash: string; typed: string }> = {},
) => {
  const { nonce, approval } = await approvals.open(id, alice, fine)
  return approvals.confirm(id, alice, { nonce, hash: approval.hash, typed: '303', ...over }, fine)
}

asking('opened, typed and confirmed it may be carried out, exactly once', async (t) => {
  const row = t.approvals.request(wish())
  const approved = await yes(t, row)
  assert.is(approved.state, 'approved')
  assert.is(approved.endedBy, 'alice')
  assert.is(t.approvals.redeem(row.id, wish()), true)
  assert.is(t.approvals.redeem(row.id, wish()), false)
  t.approvals.became(row.id, 12)
  assert.is(t.approvals.latest(wish(), 'helper')?.deed, 12)
  assert.match(await kindOf(() => yes(t, row)), 'carried out already')
})

asking('the same wish is one row while it waits; the order of arguments is the same wish', (t) => {
  const first = t.approvals.request(wish())
  assert.is(t.approvals.request(wish({ args: { purge: true, vmid: 303 } })).id, first.id)
  assert.is.not(t.approvals.request(wish({ args: { vmid: 303, purge: false } })).id, first.id)
  assert.is.not(
    t.approvals.request(wish({ by: { name: 'other', kind: 'machine', from: desk } })).id,
    first.id,
  )
  assert.is(t.approvals.waiting().length, 3)
})

asking('of fifty confirmations at once exactly one has it', async (t) => {
  const { id } = t.approvals.request(wish())
  const { nonce, approval } = await t.approvals.open(id, alice, fine)
  const slowly = async () => {
    await new Promise<void>((done) => setImmediate(done))
    return fine()
  }
  const answers = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      t.approvals.confirm(id, alice, { nonce, hash: approval.hash, typed: '303' }, slowly),
    ),
  )
  assert.is(answers.filter((a) => a.status === 'fulfilled').length, 1)
  const redeemed = Array.from({ length: 50 }, () => t.approvals.redeem(id, wish()))
  assert.is(redeemed.filter(Boolean).length, 1)
})

asking('a confirmation lives 120 s, a request a day', async (t) => {
  const { id } = t.approvals.request(wish())
  const { nonce, approval } = await t.approvals.open(id, alice, fine)
  await t.clock.advance(seconds(121))
  const late = () =>
    t.approvals.confirm(id, alice, { nonce, hash: approval.hash, typed: '303' }, fine)
  assert.match(await kindOf(late), 'two minutes')
  assert.is((await yes(t, approval)).state, 'approved')
  const old = t.approvals.request(wish())
  await t.clock.advance(hours(25))
  assert.match(await kindOf(() => t.approvals.open(old.id, alice, fine)), 'too old')
  assert.is(t.approvals.find(old.id)?.state, 'expired')
})

asking('what was confirmed is carried out at once or not at all', async (t) => {
  const row = t.approvals.request(wish())
  await yes(t, row)
  await t.clock.advance(seconds(31))
  assert.is(t.approvals.redeem(row.id, wish()), false)
})

asking('altered arguments, another tool or target are not what was approved', async (t) => {
  const row = t.approvals.request(wish())
  await yes(t, row)
  for (const other of [{ args: { vmid: 300 } }, { tool: 'guest_stop' }, { target: 'guest/300' }])
    assert.is(t.approvals.redeem(row.id, wish(other)), false)
})

asking('another account, another session, a wrong nonce or hash is refused', async (t) => {
  const { id, hash } = t.approvals.request(wish())
  const { nonce } = await t.approvals.open(id, alice, fine)
  const typed = '303'
  const tries = [
    () =>
      t.approvals.confirm(
        id,
        { account: 'bob', session: 'her desk' },
        { nonce, hash, typed },
        fine,
      ),
    () =>
      t.approvals.confirm(
        id,
        { account: 'alice', session: 'her phone' },
        { nonce, hash, typed },
        fine,
      ),
    () => t.approvals.confirm(id, alice, { nonce: 'f'.repeat(32), hash, typed }, fine),
    () => t.approvals.confirm(id, alice, { nonce, hash: 'f'.repeat(64), typed }, fine),
  ]
  for (const attempt of tries) assert.match(await kindOf(attempt), /^conflict/)
  assert.is(t.approvals.find(id)?.state, 'open')
})

asking('opened on the phone, the card on the desk is worth nothing any more', async (t) => {
  const { id, hash } = t.approvals.request(wish())
  const desk = await t.approvals.open(id, alice, fine)
  await t.approvals.open(id, { account: 'alice', session: 'her phone' }, fine)
  assert.match(
    await kindOf(() =>
      t.approvals.confirm(id, alice, { nonce: desk.nonce, hash, typed: '303' }, fine),
    ),
    'opened last',
  )
})

asking('without opening there is no confirmation', async (t) => {
  const { id, hash } = t.approvals.request(wish())
  const attempt = () => t.approvals.confirm(id, alice, { nonce: '', hash, typed: '303' }, fine)
  assert.match(await kindOf(attempt), 'conflict')
})

asking('a destruction asks for the number to be typed', async (t) => {
  const row = t.approvals.request(wish())
  for (const typed of ['', '30', '3030', 'homeassistant'])
    assert.match(await kindOf(() => yes(t, row, { typed })), 'Type 303')
  assert.is((await yes(t, row, { typed: ' 303 ' })).state, 'approved')
})

asking('a target that has changed since the card was opened ends the confirmation', async (t) => {
  const { id, hash } = t.approvals.request(wish())
  const { nonce } = await t.approvals.open(id, alice, fine)
  const moved = () => ({ ...fine(), targetState: 'running on agent1' })
  const attempt = () => t.approvals.confirm(id, alice, { nonce, hash, typed: '303' }, moved)
  assert.match(await kindOf(attempt), 'has changed')
  assert.is(t.approvals.find(id)?.state, 'open')
})

asking('a tier that rose ends the request; a refusal of now only delays it', async (t) => {
  const row = t.approvals.request(wish({ tier: 'YELLOW' }))
  assert.match(await kindOf(() => t.approvals.open(row.id, alice, fine)), 'graver')
  assert.is(t.approvals.find(row.id)?.state, 'void')
  const other = t.approvals.request(wish())
  const noQuorum = () =>
    ({ ...fine(), verdict: 'refuse', reason: 'The cluster has no quorum.' }) as const
  assert.match(await kindOf(() => t.approvals.open(other.id, alice, noQuorum)), 'no quorum')
  assert.is((await yes(t, other)).state, 'approved')
})

asking('denied is over, and STOP ends whatever waits or was just approved', async (t) => {
  const denied = t.approvals.request(wish())
  t.approvals.deny(denied.id, 'alice')
  assert.match(await kindOf(() => t.approvals.open(denied.id, alice, fine)), 'denied')
  const waiting = t.approvals.request(wish({ target: 'guest/100' }))
  const approved = t.approvals.request(wish({ target: 'guest/101' }))
  await yes(t, approved)
  assert.is(t.approvals.voidAll('STOP'), 2)
  assert.is(t.approvals.find(waiting.id)?.state, 'void')
  assert.is(t.approvals.redeem(approved.id, wish({ target: 'guest/101' })), false)
})

asking('the nonce and the session are kept only as hashes', async (t) => {
  const { id } = t.approvals.request(wish())
  const { nonce } = await t.approvals.open(id, alice, fine)
  const row = JSON.stringify(t.db.first('select * from approvals where id = ?', [id]))
  assert.not.match(row, nonce)
  assert.not.match(row, 'her desk')
})

asking.run()
