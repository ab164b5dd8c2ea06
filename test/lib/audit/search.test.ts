/** Questions to the trail: each filter, pages without a row twice or lost, and no plan that reads it all. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Wanted } from '../../../lib/audit/search.ts'
import { type Acts, createTrail, type Entry, type Trail } from '../../../lib/audit/trail.ts'
import { hours } from '../../../lib/clock.ts'
import type { Db } from '../../../lib/db/db.ts'
import { type FakeClock, fakeClock, NOON } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

const search = suite<{ db: Db; drop(): void; clock: FakeClock; trail: Trail }>('audit search')
search.before.each(async (t) => {
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  Object.assign(t, { db, drop, clock, trail: createTrail({ db, clock }) })
})
search.after.each((t) => t.drop())

const alice: Entry = { who: 'alice', from: '10.0.0.5', what: 'guest_start', verdict: 'run' }
const heads = ({ acts }: Acts) => acts.map((a) => a.head.id)
const find = (trail: Trail, wanted: Wanted, limit = 50) => trail.find(wanted, { limit })

search('by each filter, and by several at once', ({ trail }) => {
  trail.write({ ...alice, target: 'guest/303', tier: 'YELLOW' })
  trail.write({
    ...alice,
    who: 'ci token',
    verdict: 'refuse',
    outcome: 'refused',
    target: 'guest/300',
  })
  trail.write({ ...alice, what: 'guest_delete', verdict: 'ask', tier: 'RED', target: 'guest/303' })
  for (const [wanted, ids] of [
    [{}, [3, 2, 1]],
    [{ who: 'alice' }, [3, 1]],
    [{ what: 'guest_start' }, [2, 1]],
    [{ target: 'guest/303' }, [3, 1]],
    [{ verdict: 'refuse' }, [2]],
    [{ outcome: 'refused' }, [2]],
    [{ tier: 'RED' }, [3]],
    [{ who: 'alice', target: 'guest/303', tier: 'YELLOW' }, [1]],
    [{ who: 'alice', verdict: 'refuse' }, []],
    [{ who: 'Alice' }, []],
    [{ who: "x' or 1=1 --" }, []],
  ] as [Wanted, number[]][])
    assert.equal(heads(find(trail, wanted)), ids, JSON.stringify(wanted))
})

search('by words, each from its beginning, in whatever field they are', ({ trail }) => {
  trail.write({ ...alice, reason: '303 homeassistant is running.' })
  trail.write({ ...alice, args: { command: 'systemctl restart nginx', deep: [{ x: 'Überlauf' }] } })
  for (const [text, ids] of [
    ['homeass', [1]],
    ['303', [1]],
    ['nginx systemctl', [2]],
    ['überlauf', [2]],
    ['guest_start', [2, 1]],
    ['10.0.0.5', [2, 1]],
    ['nginx homeassistant', []],
    ['" OR rowid:* NEAR(', []],
    // The names of the fields are no words of it.
    ['verdict', []],
  ] as [string, number[]][])
    assert.equal(heads(find(trail, { text })), ids, text)
})

search('by time, also when the clock was set back', async ({ trail, clock }) => {
  trail.write(alice)
  await clock.advance(hours(2))
  trail.write(alice)
  clock.jump(-hours(1))
  trail.write(alice)
  const at = (h: number) => NOON + hours(h)
  assert.equal(heads(find(trail, { since: at(0.5) })), [3, 2])
  assert.equal(heads(find(trail, { since: at(1.5) })), [2])
  assert.equal(heads(find(trail, { until: at(1.5) })), [3, 1])
  assert.equal(heads(find(trail, { since: at(1), until: at(2) })), [3])
  assert.equal(heads(find(trail, { since: at(3) })), [])
  assert.equal(heads(find(trail, { until: NOON })), [])
})

search(
  'what was begun and how it ended stand together, where the newest that fits stands',
  ({ trail }) => {
    const first = trail.write({ ...alice, target: 'guest/303' })
    const other = trail.write({ ...alice, who: 'bob' })
    trail.write({ ...alice, target: 'guest/303', outcome: 'failed', of: first })
    const all = find(trail, {})
    assert.equal(heads(all), [first, other])
    assert.equal(
      all.acts[0]?.ends.map((e) => e.outcome),
      ['failed'],
    )
    const failed = find(trail, { outcome: 'failed' })
    assert.equal([heads(failed), failed.acts[0]?.ends.length], [[first], 1])
  },
)

search('pages: every act once, none lost, whatever the filter', ({ trail }) => {
  for (let i = 0; i < 40; i++) {
    const of = trail.write({ ...alice, who: i % 3 ? 'alice' : 'bob', target: `guest/${i % 5}` })
    if (i % 2) trail.write({ ...alice, outcome: i % 4 ? 'done' : 'failed', of })
    if (i % 7 === 0) trail.write({ ...alice, who: 'jarvis', what: 'noise' })
  }
  const late = trail.write({ ...alice, who: 'bob', outcome: 'done', of: 1 })
  for (const wanted of [
    {},
    { who: 'alice' },
    { who: 'bob' },
    { text: 'alice' },
    { what: 'guest_start' },
  ] as Wanted[]) {
    const seen: number[] = []
    let before: number | undefined
    for (let page = 0; page < 99; page++) {
      const { acts, next } = trail.find(wanted, { limit: 3, before })
      seen.push(...acts.map((a) => a.head.id))
      if (next === undefined) break
      before = next
    }
    const expected = new Set(trail.find(wanted, { limit: 1000 }).acts.map((a) => a.head.id))
    assert.is(new Set(seen).size, seen.length, `twice: ${JSON.stringify(wanted)}`)
    assert.equal(new Set(seen), expected, JSON.stringify(wanted))
  }
  assert.is(heads(find(trail, {}))[0], 1, `the act that ended last (row ${late}) is on top`)
})

search('an export is every row that fits, oldest first', ({ trail }) => {
  for (let i = 0; i < 1200; i++) trail.write({ ...alice, who: i % 2 ? 'alice' : 'bob' })
  const ids = (wanted: Wanted) => [...trail.parts(wanted)].flat().map((row) => row.id)
  assert.equal(
    ids({}),
    Array.from({ length: 1200 }, (_, i) => i + 1),
  )
  assert.equal(
    ids({ who: 'alice' }),
    Array.from({ length: 600 }, (_, i) => 2 * i + 2),
  )
  assert.is(ids({ text: 'bob' }).length, 600)
})

search('choices are what is there, each once', ({ trail }) => {
  for (const who of ['bob', 'alice', 'bob', 'x \ud800 y', '\u0000', 'alice'])
    trail.write({ ...alice, who })
  assert.equal(
    trail.values('who').filter((w) => /^\w+$/.test(w)),
    ['alice', 'bob'],
  )
  assert.is(trail.values('who').length, 4)
  assert.equal(trail.values('tier'), [])
})

search(
  'a question that finds little looks through so many rows, says so, and goes on',
  ({ db, trail }) => {
    db.tx(() => {
      trail.write({ ...alice, who: 'bob', target: 'guest/1' })
      for (let i = 0; i < 2500; i++) {
        trail.write({ ...alice, who: 'bob', target: 'guest/2' })
        trail.write({ ...alice, target: 'guest/1' })
      }
    })
    let found: Acts = find(trail, { who: 'bob', target: 'guest/1' })
    while (found.acts.length === 0 && found.next !== undefined) {
      assert.ok(found.tired)
      found = trail.find({ who: 'bob', target: 'guest/1' }, { limit: 50, before: found.next })
    }
    assert.equal(heads(found), [1])
  },
)

search('no question reads the whole table', ({ db, clock }) => {
  const asked = new Map<string, unknown[]>()
  const noting = <T>(verb: 'all' | 'first') =>
    ((sql: string, params?: unknown[]) => {
      asked.set(sql, params ?? [])
      return (db[verb] as (s: string, p?: unknown) => T)(sql, params)
    }) as Db['all'] & Db['first']
  const trail = createTrail({ db: { ...db, all: noting('all'), first: noting('first') }, clock })
  for (let i = 0; i < 50; i++)
    trail.write({ ...alice, target: 'guest/303', of: i % 2 ? i : undefined })
  const facets = { who: 'alice', what: 'guest_start', target: 'guest/303', verdict: 'run' }
  const times = { since: NOON - 1, until: NOON + 1 }
  for (const wanted of [
    {},
    ...Object.entries({ ...facets, outcome: 'done', tier: 'RED', text: 'alice', ...times }).map(
      ([name, value]) => ({ [name]: value }),
    ),
    { ...facets, ...times },
    { ...facets, ...times, text: 'alice' },
  ] as Wanted[]) {
    trail.find(wanted, { limit: 10 })
    trail.find(wanted, { limit: 10, before: 20 })
    for (const _ of trail.parts(wanted));
  }
  for (const facet of ['who', 'what', 'target', 'verdict', 'outcome', 'tier'] as const)
    trail.values(facet)
  trail.list({ limit: 5 })
  trail.forgotten()
  let plans = 0
  for (const [sql, params] of asked)
    for (const { detail } of db.all<{ detail: string }>(
      `explain query plan ${sql}`,
      params as string[],
    )) {
      plans += 1
      assert.not.match(
        detail,
        /^SCAN audit(?! VIRTUAL)(_words (?!VIRTUAL TABLE INDEX \d+:.*M))?\b(?!_)/,
        `${detail} in ${sql}`,
      )
      assert.not.match(detail, /TEMP B-TREE FOR GROUP|AUTOMATIC/, sql)
    }
  assert.ok(plans > 40, String(plans))
  console.log(`COUNT plans of the audit trail without a full scan: ${plans}`)
})

search.run()
