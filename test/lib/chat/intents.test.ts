/** Answers without a model: right ones, none where it matters, and never a figure that nobody knows. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createIntents } from '../../../lib/chat/intents.ts'
import { eightHundred, emptyCluster, HOSTILE, hostileNames, narrowToken } from '../../pictures.ts'
import { blind, household, nodeOff, old } from './household.ts'
import { questions } from './questions.ts'
import { scored } from './score.ts'

const test = suite('intents')
const { answer } = createIntents()
const ask = (question: string, scene = household()) =>
  answer(question, scene)?.text.replace(/\u2009/g, ' ')

test('of a hundred everyday questions at least forty, and none wrongly', () => {
  assert.is(questions.length, 100)
  assert.is(new Set(questions.map((q) => q.asks)).size, 100)
  for (const scene of [household(), nodeOff()]) {
    const { marks, right, wrong } = scored(scene)
    const words = marks
      .filter((m) => m.mark === 'wrong')
      .map((m) => `${m.asks}: ${m.text} (${m.lacks})`)
    assert.equal(words, [])
    assert.is(wrong, 0)
    assert.ok(right >= 40, `${right} of 100`)
  }
})

test('an old picture is told as old in each answer, with its age', () => {
  for (const { asks } of questions) {
    const text = ask(asks, old())
    if (text && !/^In the night/.test(text))
      assert.match(text, /^Stale, last heard 1 min ago\./, asks)
  }
  assert.match(ask('what happened tonight', old())!, /does not answer now/)
  assert.match(ask('do we have quorum?', old())!, /not known/)
})

test('without a picture nobody is up, and nothing has a figure', () => {
  for (const { asks } of questions) {
    const text = ask(asks, blind())
    if (text) assert.match(text, /^I cannot see it|^In the night: nothing/, asks)
    assert.not.match(text ?? '', /\d+ (%|GiB|of)|online/)
  }
})

test('what a token may not see is not counted as well', () => {
  const scene = { ...household(), picture: narrowToken() }
  assert.match(ask('cpu of Home', scene)!, /not known: the token may not/)
  assert.match(ask('list guests', scene)!, /may not see all of it/)
  assert.match(ask('which guests have no backup?', scene)!, /may not see all of it/)
  assert.not.match(ask('last backup of home assistant', scene)!, /never/)
  assert.match(ask('status', { ...household(), picture: emptyCluster() })!, /^I see no nodes/)
})

// Written after the table, to keep it modest: each looks like a look-up.
const traps = `what is a container? · what is a node · what is quorum · what's up with pve? · what runs on 303? ·
what is the temperature at home? · how hot is it · all good · free up space on local-lvm · run home assistant ·
302 off · backup 303 · start twingate · turn pve on · was 303 backed up last night? · when is 303 backed up? ·
when is the next backup of 303 · how long was agent1 down? · is agent2 online · are the agents up? · show notes ·
status pve and agent1 · is pve not online? · isn't pve online? · is pve online or offline? · which guests are not running? ·
is adguard healthy · does home assistant use too much memory? · how much memory will pve need? · cpu temp of pve ·
is the light on? · is my server up · stop · 303 · why · help · what happened? · what will happen tonight ·
delete guest 303 · stop all tasks · how full is pve · is 100 off on purpose? · how many backups does 303 have`

test('one word more makes it another question', () => {
  for (const trap of traps.split(/\s*·\s*/)) assert.is(ask(trap), undefined, trap)
})

test('names are known by id, alias and with a slip; figures in them are never a slip', () => {
  assert.match(ask('is ct 303 up')!, /^303 homeassistant is running/)
  assert.match(ask('is home asistant up?')!, /^303/)
  assert.match(ask('status of master')!, /^Home is online/)
  assert.match(ask('how full is local on agent?')!, /^local on agent: 41 GiB of 94 GiB, 44 %/)
  assert.is(ask('is agent3 up?'), undefined)
  assert.is(ask('is 3030 up?'), undefined)
})

test('who is called like another, or like a word, is not guessed at', () => {
  const scene = household()
  const [first, ...rest] = scene.picture.guests
  const twins = {
    ...scene,
    picture: { ...scene.picture, guests: [{ ...first!, name: 'adguard' }, ...rest] },
  }
  assert.is(ask('is adguard up?', twins), undefined)
  assert.match(ask('is 302 up?', twins)!, /^302 adguard/)
  const odd = {
    ...scene,
    picture: { ...scene.picture, guests: [{ ...first!, name: 'status' }, ...rest] },
  }
  assert.match(ask('status', odd)!, /^All 4 nodes/)
})

test('tonight is the night that has been, and late in the day none', () => {
  const at = (hours: number) => {
    const scene = household()
    const now = scene.picture.now + hours * 3_600_000
    return {
      ...scene,
      picture: {
        ...scene.picture,
        now,
        parts: { ...scene.picture.parts, resources: { at: now, limit: 15_000 } },
      },
    }
  }
  assert.match(ask('what happened tonight', at(1))!, /03:12 agent1 is lost/)
  assert.is(ask('what happened tonight', at(5)), undefined)
  assert.match(ask('what happened last night', at(5))!, /03:12 agent1 is lost/)
  assert.is(ask('what happened last night', at(9)), undefined)
  assert.match(ask('what happened tonight', at(9))!, /^In the night: nothing/)
  assert.is(answer('what happened tonight', { ...household(), events: undefined }), undefined)
})

test('words of others are marked, and harmless', () => {
  assert.is(answer('did any task fail?', household())?.tainted, true)
  assert.is(answer('what happened tonight', household())?.tainted, true)
  assert.is(answer('is 303 up?', household())?.tainted, false)
  const scene = { ...household(), picture: hostileNames() }
  for (const question of [
    'list guests',
    'list nodes',
    'storage',
    'backups',
    'failed tasks',
    'is 200 up?',
    'status',
  ]) {
    const text = answer(question, scene)?.text
    assert.ok(text, question)
    assert.not.match(
      text!,
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069<>`[\]]/,
    )
  }
  for (const name of HOSTILE) answer(`is ${name} up?`, scene)
})

test('whatever is typed, it ends soon', () => {
  const scene = { ...household(), picture: eightHundred() }
  const since = process.cpuUsage()
  for (const question of [
    '',
    ' ',
    '?',
    '\n',
    'was '.repeat(14),
    'what which all '.repeat(4),
    '/'.repeat(120),
    'x'.repeat(1e6),
    'constructor __proto__ toString',
    'guest-1'.repeat(10),
  ])
    assert.is(answer(question, scene), undefined)
  const { user, system } = process.cpuUsage(since)
  assert.ok(user + system < 2e6, `${user + system} µs`)
})

test.run()
