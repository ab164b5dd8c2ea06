/** The sentence: every rule, their order, and that nothing old or unknown is called well. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Picture } from '../../lib/cluster/picture.ts'
import { type Besides, sentenceOf } from '../../views/sentence.ts'
import { NOON } from '../clock.ts'
import * as cast from '../pictures.ts'

const saying = suite('the sentence')

const GiB = 2 ** 30
/** The calm evening without what the cast complains about. */
const quiet = (more: (p: Picture) => Partial<Picture> = () => ({})): Picture => {
  const calm = cast.calmEvening()
  const clean = {
    ...calm,
    storages: calm.storages.map((s) => ({ ...s, fullInDays: undefined })),
    tasks: calm.tasks.filter((t) => t.outcome !== 'failed'),
    backups: calm.backups.filter((b) => b.last),
  }
  return { ...clean, ...more(clean) }
}
const say = (picture: Picture, more: Partial<Besides> = {}) =>
  sentenceOf(picture, { now: NOON, timeZone: 'UTC', ...more })

type Case = [what: string, picture: Picture, first: string, rest: string, tone: string]
const cases: Case[] = [
  [
    'before the first reading',
    cast.nothingYet(),
    'I am taking my first look at the cluster.',
    '',
    'unseen',
  ],
  [
    'never answered',
    cast.unreachable(),
    'I cannot see the cluster yet.',
    'No answer on port 8006. Since 10:30.',
    'unseen',
  ],
  [
    'silent',
    cast.staleEvening(),
    'The cluster does not answer.',
    'Last heard 1\u2009min ago. What you see is what I last knew.',
    'unseen',
  ],
  [
    'no right to look',
    { ...cast.noPermission(), nodes: [] },
    'I may not see the cluster.',
    'The token lacks VM.Audit on /vms.',
    'unseen',
  ],
  ['no nodes', cast.emptyCluster(), 'I see no nodes.', '', 'unseen'],
  [
    'quorum unknown',
    quiet((p) => ({ cluster: { ...p.cluster, quorate: undefined } })),
    'The nodes answer; whether they have quorum is not known.',
    '4 of 5 guests run.',
    'attention',
  ],
  ['all well', quiet(), 'Four nodes up. Nothing waits for you.', '4 of 5 guests run.', 'well'],
  [
    'a standalone',
    quiet((p) => ({ nodes: p.nodes.slice(0, 1), cluster: { standalone: true, quorate: true } })),
    'Home is up. Nothing waits for you.',
    '4 of 5 guests run.',
    'well',
  ],
  [
    'a full store',
    quiet((p) => ({ storages: [{ ...p.storages[0]!, use: { used: 97, total: 100 } }] })),
    'Four nodes up. local is 97\u2009% full.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'a full root disk',
    quiet((p) => ({
      nodes: p.nodes.map((n) =>
        n.name === 'agent' ? { ...n, root: { used: 96, total: 100 } } : n,
      ),
    })),
    'Four nodes up. The root disk of agent is 96\u2009% full.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'memory short',
    quiet((p) => ({
      nodes: p.nodes.map((n) =>
        n.name === 'agent' ? { ...n, memory: { used: 31 * GiB, total: 32 * GiB } } : n,
      ),
    })),
    'Four nodes up. agent has hardly any memory left.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'a store away',
    quiet((p) => ({ storages: [{ ...p.storages[1]!, condition: 'inactive' as const }] })),
    'Four nodes up. cluster-backup is not available.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'a task failed',
    quiet(() => ({ tasks: cast.calmEvening().tasks })),
    'Four nodes up. vzdump of 303 failed at 11:51.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'a task that somebody stopped is no failure',
    quiet(() => ({
      tasks: cast.calmEvening().tasks.map((t) => ({
        ...t,
        outcome: 'stopped' as const,
        text: 'received interrupt',
      })),
    })),
    'Four nodes up. Nothing waits for you.',
    '4 of 5 guests run.',
    'well',
  ],
  [
    'a store fills',
    quiet(() => ({ storages: cast.calmEvening().storages })),
    'Four nodes up. cluster-backup is full in 9 days.',
    '4 of 5 guests run.',
    'attention',
  ],
  [
    'never backed up',
    quiet(() => ({ backups: cast.calmEvening().backups })),
    'Four nodes up. 303 has never been backed up.',
    '4 of 5 guests run.',
    'well',
  ],
]
for (const [what, picture, first, rest, tone] of cases)
  saying(what, () => assert.equal(say(picture), { first, rest, tone }))

saying('a lost node, since when, the votes, and whom it takes along', () => {
  const { first, rest, tone } = say(cast.oneNodeOff())
  assert.is(first, 'agent1 is lost since 11:27. 3 of 4 votes hold.')
  assert.match(rest, 'Ubuntu-Desktop and homeassistant cannot be seen.')
  assert.is(tone, 'lost')
})
saying('a node that nobody can tell of is not called lost', () => {
  const picture = quiet((p) => ({
    nodes: p.nodes.map((n, i) => (i === 0 ? { ...n, reach: 'unknown' as const } : n)),
  }))
  assert.match(say(picture).first, /^I cannot see Home\./)
})
saying('quorum lost outranks the lost node, silence outranks both', () => {
  assert.is(say(cast.noQuorum()).first, 'Quorum is lost: 2 of 4 votes hold.')
  assert.match(say(cast.noQuorum()).rest, /^agent1 is gone\. Nothing can be changed/)
  const old = { ...cast.noQuorum(), parts: cast.staleEvening().parts }
  assert.is(say(old).first, 'The cluster does not answer.')
})
saying('STOP is told with whoever pressed it, before anything the cluster wants', () => {
  const stopped = { by: '<b>alice', at: NOON - 60_000 }
  const { first, rest } = say(cast.calmEvening(), { stopped })
  assert.is(first, 'Four nodes up. STOP is pressed; nothing acts.')
  assert.match(rest, /^By <b>alice at 11:59\. /)
  assert.match(say(cast.unreachable(), { stopped }).rest, 'STOP is pressed')
  assert.match(say(cast.oneNodeOff(), { stopped }).first, /^agent1 is lost/)
})
saying('a full disk of our own is told too', () => {
  const { first, rest } = say(quiet(), { trouble: 'The disk is full.' })
  assert.is(first, 'Four nodes up. I cannot write anything down.')
  assert.match(rest, 'The disk is full.')
})
saying('the second line holds three sentences at most', () => {
  const all = { ...cast.oneNodeOff(), tasks: cast.calmEvening().tasks }
  assert.ok(say(all, { stopped: { by: 'a', at: NOON } }).rest.split(/(?<=\.) /).length <= 3)
})
saying('a node lost long ago does not hide in a forecast: its stores are not blamed twice', () => {
  const off = cast.oneNodeOff()
  const picture = {
    ...off,
    storages: [{ ...off.storages[0]!, nodes: ['agent1'], condition: 'unknown' as const }],
  }
  assert.not.match(say(picture).rest, 'not available')
})
saying('hostile names stay one line of text', () => {
  const { first, rest } = say({ ...cast.hostileNames(), cluster: cast.calmEvening().cluster })
  assert.not.match(first + rest, /[\n\u202e\u001b]/)
})

saying.run()
