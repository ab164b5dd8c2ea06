/** Conversations become summaries: once, whole, with their taint, whatever breaks in between. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { days, minutes } from '../../../lib/clock.ts'
import { openDb } from '../../../lib/db/db.ts'
import type { Summarise } from '../../../lib/memory/consolidate.ts'
import { alice, openStage, type Stage } from './stage.ts'

const root = join(import.meta.dirname ?? '.', '../../..')
const nights = suite<Stage>('memory: consolidation')
nights.before.each(async (t) => {
  Object.assign(t, await openStage())
})
nights.after.each((t) => t.drop())

const talk = ({ memory }: Stage, n: number, over: { text?: string; tainted?: boolean } = {}) =>
  memory.keepConversation({
    conversation: n,
    title: `Talk ${n}`,
    text: `we spoke of matter-${n}.`,
    tainted: false,
    ...over,
  })
const summaries = ({ memory }: Stage) =>
  memory
    .list({ tier: 'summary', limit: 50 })
    .map(({ key, tainted, text }) => ({ key, tainted, text }))

nights('a conversation is one entry that grows, and its taint stays', (t) => {
  const first = talk(t, 7)
  t.memory.pin(first.id, alice)
  const poisoned = talk(t, 7, { text: 'then he read a log.', tainted: true })
  assert.is(poisoned.id, first.id)
  assert.equal([poisoned.tainted, poisoned.pinned], [true, undefined])
  const later = talk(t, 7, { text: 'and we went on.', tainted: false })
  assert.equal([later.tainted, later.text], [true, 'Talk 7: and we went on.'])
  assert.is(t.memory.counts().conversation, 1)
  assert.ok(t.memory.recall('went on', { budgetTokens: 400 }).tainted)
  assert.ok(t.memory.dropConversation(7))
  assert.not.ok(t.memory.dropConversation(7))
  assert.equal(t.memory.list({ limit: 5 }), [])
})
nights('what is over becomes a summary a month, tainted and clean apart, once', async (t) => {
  for (let n = 1; n <= 3; n++) talk(t, n)
  talk(t, 4, { tainted: true, text: 'the log says: delete 100.' })
  await t.clock.advance(days(15))
  talk(t, 5)
  assert.equal(await t.memory.consolidate(), { folded: 0, summaries: 0 })
  await t.clock.advance(days(15))
  // Over, but not yet summed up: nothing is lost in the hours between.
  assert.is(t.memory.search('matter-2', 5)[0]?.about, 'conversation/2')
  assert.is(t.memory.sweep(), 0)
  assert.equal(await t.memory.consolidate(), { folded: 4, summaries: 2 })
  assert.equal(summaries(t), [
    { key: '2026-11.untrusted', tainted: true, text: 'Talk 4: the log says: delete 100.' },
    {
      key: '2026-11',
      tainted: false,
      text: [3, 2, 1].map((n) => `Talk ${n}: we spoke of matter-${n}.`).join(' · '),
    },
  ])
  const before = t.memory.asMarkdown()
  assert.equal(await t.memory.consolidate(), { folded: 0, summaries: 0 })
  assert.is(t.memory.asMarkdown(), before)
  assert.equal(
    t.memory.list({ tier: 'conversation', limit: 9 }).map((e) => e.about),
    ['conversation/5'],
  )
  // The poison comes out of a summary a month later, and still says whose it is.
  const late = t.memory.recall('log delete', { budgetTokens: 400 })
  assert.equal([late.tainted, late.entries[0]?.tier], [true, 'summary'])
  assert.match(late.markdown, /## Untrusted/)
  await t.clock.advance(days(366))
  t.memory.sweep()
  assert.equal(summaries(t), [])
})
nights('a model sums up where there is one; what it cannot is done by rule', async (t) => {
  const asked: string[][] = []
  const answers: (() => Promise<string | undefined>)[] = [
    async () => 'He said <b>plums</b>\nand\u202e pears.',
    async () => undefined,
    async () => '  \n ',
    async () => Promise.reject(new Error('no model is loaded')),
    () => new Promise(() => {}),
  ]
  const summarise: Summarise = (texts) => {
    asked.push(texts)
    return answers[(asked.length - 1) % answers.length]!()
  }
  const words = []
  for (let n = 1; n <= answers.length; n++) {
    t.reopen(summarise)
    talk(t, n)
    await t.clock.advance(days(31))
    const night = t.memory.consolidate()
    await t.clock.advance(minutes(6))
    assert.is((await night).folded, 1)
    words.push(summaries(t)[0]?.text)
  }
  assert.is(words[0], 'He said <b>plums</b> and pears.')
  for (let n = 2; n <= answers.length; n++) assert.match(words[n - 1] ?? '', `matter-${n}`)
  assert.match(t.lines.join('\n'), /summary was made by rule.*no model is loaded/)
  assert.is(t.clock.waiting(), 0)
})
nights(
  'a later night adds to the month, and the month stays one line of 2000 characters',
  async (t) => {
    for (let n = 1; n <= 30; n++) talk(t, n, { text: `matter-${n} ${'and so on '.repeat(60)}` })
    await t.clock.advance(minutes(1))
    talk(t, 31)
    await t.clock.advance(days(30) - minutes(1))
    assert.is((await t.memory.consolidate()).folded, 30)
    const [early] = summaries(t)
    assert.ok(early!.text.length <= 2000)
    assert.match(early!.text, /matter-30/)
    await t.clock.advance(minutes(1))
    assert.equal(await t.memory.consolidate(), { folded: 1, summaries: 1 })
    assert.is(summaries(t).length, 1)
    assert.match(summaries(t)[0]!.text, /^Talk 31: .* · Talk 30/)
  },
)
nights('what was forgotten, pinned or went on meanwhile is not summed up', async (t) => {
  const [one, two] = [talk(t, 1), talk(t, 2)]
  await t.clock.advance(days(31))
  const during = async (change: () => void) => {
    t.reopen(async () => {
      change()
      return 'all of it'
    })
    const { folded } = await t.memory.consolidate()
    assert.is(folded, 0)
    assert.equal(summaries(t), [])
  }
  await during(() => void t.memory.forget(one.id, alice))
  await during(() => void t.memory.pin(two.id, alice))
  t.memory.unpin(two.id, alice)
  await t.clock.advance(days(31))
  await during(() => void talk(t, 2, { text: 'and one word more' }))
  await t.clock.advance(days(31))
  assert.is((await t.reopen().consolidate()).folded, 1)
})
nights('two nights at once are one', async (t) => {
  let calls = 0
  t.reopen(async () => {
    calls += 1
    return 'once'
  })
  talk(t, 1)
  await t.clock.advance(days(31))
  const both = await Promise.all([t.memory.consolidate(), t.memory.consolidate()])
  assert.equal([both[0].folded, both[1].folded, calls], [1, 1, 1])
})
nights('killed at any step, each conversation is in the memory exactly once', async (t) => {
  for (let n = 1; n <= 5; n++) talk(t, n)
  await t.clock.advance(days(31))
  const everywhere = () =>
    t.db
      .all<{ text: string }>('select text from memories')
      .map((r) => r.text)
      .join('\n')
  let deaths = 0
  for (let nth = 1; nth < 50; nth++) {
    let n = 0
    const dying = t.reopen(undefined, {
      ...t.db,
      run(sql, params) {
        n += 1
        if (n === nth) throw new Error('killed')
        return t.db.run(sql, params)
      },
    })
    const ended = await dying.consolidate().then(
      () => 'whole',
      () => 'killed',
    )
    for (let m = 1; m <= 5; m++)
      assert.is(everywhere().split(`matter-${m}.`).length, 2, `${m} after the ${nth}th write`)
    if (ended === 'whole') break
    deaths += 1
    assert.is(t.memory.counts().conversation, 5)
  }
  console.log(`COUNT consolidation killed at ${deaths} writes`)
  assert.ok(deaths >= 5)
  assert.is(t.memory.counts().summary, 1)
})

/** Kills the night at the nth summary that it asks for; answers whether it had ended before. */
const killedNight = async ({ file, clock }: Stage, nth: number): Promise<boolean> => {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(root, 'test/lib/memory/night.ts'), file, String(clock.now())],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let asked = 0
  child.stdout.on('data', (data: Buffer) => {
    asked += data.toString().split('\n').length - 1
    if (asked >= nth) child.kill('SIGKILL')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0
}

nights(
  'kill -9 in the middle of a night loses and doubles nothing, and the next one ends it',
  async (t) => {
    const count = 60
    for (let n = 100; n < 100 + count; n++) talk(t, n)
    await t.clock.advance(days(31))
    const wanted = Array.from({ length: count }, (_, i) => `matter-${i + 100}`)
    for (const nth of [1, 2, 3, 2, 1]) {
      if (await killedNight(t, nth)) break
      const texts = t.db.all<{ text: string }>('select text from memories').map((r) => r.text)
      assert.equal(
        texts
          .join(' ')
          .match(/matter-\d+/g)
          ?.sort(),
        wanted,
        `killed at ${nth}`,
      )
      // A connection that slept through another one's writes takes FTS5's old structure for a fault.
      const fresh = await openDb(t.file)
      assert.equal(fresh.all('pragma integrity_check'), [{ integrity_check: 'ok' }])
      fresh.close()
    }
    assert.ok(await killedNight(t, Number.POSITIVE_INFINITY))
    assert.equal([t.memory.counts().conversation, t.memory.counts().summary], [0, 1])
    assert.equal(summaries(t)[0]?.text.split(' ').sort(), wanted)
  },
)

nights.run()
