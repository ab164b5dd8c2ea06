/** What only a person may allow, from the wish of a machine to the deed and its report. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Wish } from '../../../lib/tools/door.ts'
import { alice, bob } from '../../cast.ts'
import { type Given, type House, openHouse, stateIn } from '../../house.ts'

const asking = suite<{ house: House }>('asking a person')
asking.after.each((t) => t.house?.close())

const open = async (t: { house: House }, given: Given = {}) => {
  t.house = await openHouse(given)
  return t.house
}

const butler = {
  kind: 'machine',
  name: 'butler',
  scope: 'operate',
  from: '192.168.1.9',
  token: { id: '7' },
} as const
const person = { kind: 'person', name: alice.name, scope: 'admin', from: '192.168.1.20' } as const
const atDesk = { account: alice.name, session: 'desk' }

const shutdown = (vmid: number, more: Partial<Wish> = {}): Wish => ({
  tool: 'guest_shutdown',
  args: { vmid },
  caller: butler,
  ...more,
})

/** 302 resolves names, so shutting it down is RED. */
const withDns = { safety: { unmarked: [] } }

const allow = async ({ tools }: House, id: number, typed?: string) => {
  const { approval, nonce } = await tools.open(id, atDesk)
  return tools.confirm(
    id,
    { caller: person, session: 'desk' },
    { nonce, hash: approval.hash, typed },
  )
}

asking(
  'a machine waits for a person, who looks, allows, and the machine hears of it once',
  async (t) => {
    const house = await open(t, withDns)
    const asked = await house.tools.call(shutdown(302, { reason: 'it eats\nmemory' }))
    assert.is(asked.state, 'needs-approval')
    assert.match(asked.text, /302 adguard waits for a person\. .*name server/)
    assert.equal(house.writes, [])
    const row = house.brakes.approvals.find(asked.approval!.id)!
    assert.equal(
      [row.tier, row.rule, row.askedBy, row.reason],
      ['RED', 'protection', 'butler', 'it eats memory'],
    )
    assert.is(
      (await house.tools.call(shutdown(302))).approval?.id,
      row.id,
      'one row while it is open',
    )

    const done = await allow(house, row.id)
    assert.is(done.state, 'done', done.text)
    assert.is(stateIn(house.lab, 302), 'stopped')
    const deed = house.tools.deed(done.id!)!
    assert.equal(
      [deed.who, deed.askedBy, deed.approval, deed.tier],
      ['alice', 'butler', row.id, 'RED'],
    )

    const heard = await house.tools.call(shutdown(302))
    assert.equal([heard.state, heard.id], ['done', done.id])
    const anew = await house.tools.call(shutdown(302))
    assert.equal([anew.state, anew.problem?.details?.rule], ['refused', 'state'])
    assert.is(house.writes.length, 1)
    assert.equal(house.kinds(), [
      'approval.requested',
      'deed.started',
      'deed.finished',
      'approval.ended',
    ])
    const trail = house.audit()
    assert.equal(
      trail.map((a) => [a.who, a.verdict, a.approval]),
      [
        ['butler', 'ask', row.id],
        ['butler', 'ask', row.id],
        ['alice', 'run', row.id],
        ['alice', 'run', row.id],
        ['butler', 'refuse', undefined],
      ],
    )
  },
)

asking('a person who clicks is asked for what is RED, and not for what is YELLOW', async (t) => {
  const house = await open(t, withDns)
  assert.is((await house.tools.call(shutdown(302, { caller: person }))).state, 'needs-approval')
  assert.is((await house.tools.call(shutdown(303, { caller: person }))).state, 'done')
})

asking('two confirmations at once are one deed', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const card = await house.tools.open(approval!.id, atDesk)
  const answer = { nonce: card.nonce, hash: card.approval.hash }
  const both = await Promise.allSettled(
    [1, 2].map(() =>
      house.tools.confirm(approval!.id, { caller: person, session: 'desk' }, answer),
    ),
  )
  assert.equal(both.map((b) => b.status).sort(), ['fulfilled', 'rejected'])
  assert.is(house.writes.length, 1)
})

asking('said no to, it is not done, and the machine is told by whom', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  assert.throws(() => house.tools.deny(approval!.id, butler), /Only a person/)
  house.tools.deny(approval!.id, person)
  const told = await house.tools.call(shutdown(302))
  assert.is(told.state, 'refused')
  assert.match(told.text, /alice said no/)
  assert.is((await house.tools.call(shutdown(302))).state, 'needs-approval', 'a new wish')
  assert.equal(house.writes, [])
})

asking('what has changed since the card was opened is not done', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const card = await house.tools.open(approval!.id, atDesk)
  house.lab.world.guest(302)!.lock = 'backup'
  const answer = { nonce: card.nonce, hash: card.approval.hash }
  const confirm = () =>
    house.tools.confirm(approval!.id, { caller: person, session: 'desk' }, answer)
  await confirm().then(
    () => assert.unreachable(),
    (problem) => assert.match(problem.message, /locked \(backup\)/),
  )
  assert.equal(house.writes, [])
})

asking('what changes between the last judgement and the deed ends it too', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const { guests } = house.proxmox
  const { status } = guests
  let readings = 0
  // Read for opening, for the judgement of the confirmation, and once more for the deed.
  guests.status = (ref) => {
    readings += 1
    if (readings === 3) house.lab.world.guest(302)!.name = 'somebody-else'
    return status(ref)
  }
  const result = await allow(house, approval!.id)
  assert.equal([result.state, result.problem?.details?.rule], ['refused', 'approval'], result.text)
  assert.equal(house.writes, [])
  assert.is(house.brakes.approvals.find(approval!.id)?.state, 'void')
})

asking('no machine opens a card or confirms one, whoever lets it in', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const { nonce, approval: row } = await house.tools.open(approval!.id, atDesk)
  const machine = { ...butler, name: alice.name, scope: 'admin' } as const
  await house.tools
    .confirm(row.id, { caller: machine, session: 'desk' }, { nonce, hash: row.hash })
    .then(
      () => assert.unreachable(),
      (problem) => assert.is(problem.kind, 'forbidden'),
    )
  assert.equal(house.writes, [])
})

asking('another account, another session, other arguments: not with this card', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const id = approval!.id
  const { nonce, approval: row } = await house.tools.open(id, atDesk)
  const tries = [
    { caller: { ...person, name: bob.name }, session: 'desk', answer: { nonce, hash: row.hash } },
    { caller: person, session: 'phone', answer: { nonce, hash: row.hash } },
    { caller: person, session: 'desk', answer: { nonce: 'f'.repeat(32), hash: row.hash } },
    { caller: person, session: 'desk', answer: { nonce, hash: 'f'.repeat(64) } },
  ]
  for (const { answer, ...who } of tries)
    await house.tools.confirm(id, who, answer).then(
      () => assert.unreachable(),
      (problem) => assert.is(problem.kind, 'conflict'),
    )
  assert.equal(house.writes, [])
})

asking('without quorum nobody can even open the card', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  house.lab.scenarios.on('no-quorum', undefined, { settled: true })
  await house.tools.open(approval!.id, atDesk).then(
    () => assert.unreachable(),
    (problem) => assert.match(problem.message, /no quorum/),
  )
})

asking('STOP ends what waits, and nothing is confirmed while it is pressed', async (t) => {
  const house = await open(t, withDns)
  const { approval } = await house.tools.call(shutdown(302))
  const card = await house.tools.open(approval!.id, atDesk)
  house.stop.press({ by: 'alice', from: '' })
  await house.tools
    .confirm(
      approval!.id,
      { caller: person, session: 'desk' },
      { nonce: card.nonce, hash: card.approval.hash },
    )
    .then(
      () => assert.unreachable(),
      (problem) => assert.is(problem.kind, 'halted'),
    )
  assert.equal(house.writes, [])
})

asking('levels: what a machine may do by itself, and what it is told instead', async (t) => {
  const house = await open(t)
  const at = async (level: 1 | 2 | 3 | 4 | 5) => {
    house.brakes.settings.set({ level }, 'alice')
    const { state, problem } = await house.tools.call(shutdown(303))
    return [state, problem?.details?.rule]
  }
  assert.equal(await at(1), ['refused', 'level'])
  assert.equal(await at(2), ['needs-approval', undefined])
  assert.equal(await at(3), ['needs-approval', undefined])
  assert.equal(await at(4), ['done', undefined])
})

asking('reading only: nobody changes anything, a person neither', async (t) => {
  const house = await open(t, { safety: { readOnly: true } })
  for (const caller of [butler, person]) {
    const { problem } = await house.tools.call(shutdown(303, { caller }))
    assert.is(problem?.details?.rule, 'read-only')
  }
})

asking('a machine meets limits that a person does not', async (t) => {
  const house = await open(t)
  const limits = house.brakes.settings.get().limits
  house.brakes.settings.set({ limits: { ...limits, perTarget: 1, sameDeeds: 1 } }, 'alice')
  assert.is((await house.tools.call(shutdown(303))).state, 'done')
  const start = { tool: 'guest_start', args: { vmid: 303 } }
  const second = await house.tools.call({ ...start, caller: butler })
  assert.equal([second.state, second.problem?.kind], ['refused', 'busy'])
  assert.is((await house.tools.call({ ...start, caller: person })).state, 'done')
})

asking('a machine cannot bury a person under requests', async (t) => {
  const house = await open(t)
  const snapshot = (name: string) =>
    house.tools.call({ tool: 'guest_snapshot', args: { vmid: 303, name }, caller: butler })
  house.brakes.settings.set({ level: 3 }, 'alice')
  for (let n = 1; n <= 20; n++) assert.is((await snapshot(`s${n}`)).state, 'needs-approval')
  const more = await snapshot('s21')
  assert.equal([more.state, more.problem?.kind], ['refused', 'busy'])
  assert.match(more.text, /20 requests of butler/)
  assert.is((await snapshot('s7')).state, 'needs-approval', 'the same wish is no more of them')
  house.tools.deny(1, person)
  assert.is((await snapshot('s21')).state, 'needs-approval')
})

asking('a burst of a machine meets its limit as one call after the other does', async (t) => {
  const house = await open(t)
  const limits = house.brakes.settings.get().limits
  house.brakes.settings.set({ limits: { ...limits, perTool: 1 } }, 'alice')
  const both = await Promise.all([303, 302].map((vmid) => house.tools.call(shutdown(vmid))))
  assert.equal(both.map((r) => r.problem?.details?.rule ?? r.state).sort(), ['done', 'rate'])
  assert.is(house.writes.length, 1)
})

asking('what is set while the votes are being read counts for the deed that waits', async (t) => {
  const house = await open(t)
  const { cluster, guests } = house.proxmox
  const { status: votes } = cluster
  const { status: guest } = guests
  let found = false
  guests.status = (ref) =>
    guest(ref).finally(() => {
      found = true
    })
  cluster.status = (options) => {
    if (found) house.brakes.settings.set({ readOnly: true }, 'alice')
    return votes(options)
  }
  const { problem } = await house.tools.call(shutdown(303))
  assert.is(problem?.details?.rule, 'read-only')
  assert.equal(house.writes, [])
})

asking('three failures of machines, and they only look', async (t) => {
  const house = await open(t)
  for (const vmid of [303, 302, 300]) {
    house.lab.scenarios.on('task-fails', String(vmid))
    const { state } = await house.tools.call(shutdown(vmid))
    if (vmid !== 300) assert.is(state, 'failed')
  }
  house.brakes.limits.began({ caller: 'x', tool: 'x', tier: 'YELLOW', targets: [] })
  house.brakes.limits.failed(3)
  assert.is(house.brakes.level(), 1)
  const { problem } = await house.tools.call({
    tool: 'guest_start',
    args: { vmid: 100 },
    caller: butler,
  })
  assert.is(problem?.details?.rule, 'level')
})

asking(
  'a machine that asks twice for what is never done only looks; a person may slip',
  async (t) => {
    const house = await open(t)
    const never = { tool: 'service_restart', args: { node: 'agent1', service: 'corosync' } }
    for (const caller of [person, person, butler]) {
      assert.is((await house.tools.call({ ...never, caller })).problem?.kind, 'forbidden')
      assert.is(house.brakes.level(), 4)
    }
    await house.tools.call({ ...never, caller: butler })
    assert.is(house.brakes.level(), 1)
  },
)

asking('a rehearsal tells all and does nothing', async (t) => {
  const house = await open(t, withDns)
  const told = await house.tools.rehearse(shutdown(302))
  assert.equal([told.verdict.verdict, told.verdict.tier, told.label], ['ask', 'RED', '302 adguard'])
  assert.match(told.plan?.calls[0] ?? '', 'POST /nodes/')
  assert.equal([house.writes, house.audit(), house.brakes.approvals.waiting()], [[], [], []])
})

asking.run()
