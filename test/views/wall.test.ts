/** What the wall says of each evening, that its page and its files are of 2012, and that it is short. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseScript } from 'acorn'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Picture } from '../../lib/cluster/picture.ts'
import { wallPanels as panels, type WallPanel } from '../../lib/paths.ts'
import type { EventLine, Extra } from '../../views/panels/panel.ts'
import { isNight, step, wall, wallList, wallPage } from '../../views/parts/wall.ts'
import { wallMoment, wallOf, wallText } from '../../views/wall.ts'
import { wallListOf, wallListText } from '../../views/wall-list.ts'
import { NOON } from '../clock.ts'
import * as pictures from '../pictures.ts'
import { mistakesOf, textOf } from './wall-valid.ts'

const walls = suite('the wall')

const extra: Extra = { now: NOON, timeZone: 'UTC', events: [] }
const root = join(import.meta.dirname ?? '.', '..', '..')
const file = (name: string) => readFileSync(join(root, 'static', name), 'utf8')

const pageOf = (picture: Picture, more: Partial<Extra> = {}, panel?: WallPanel) => {
  const all = { ...extra, ...more }
  const moment = wallMoment(picture, all, '1')
  const body = panel
    ? wallList(wallListOf(panel, picture, all), moment)
    : wall(wallOf(picture, all), moment)
  return String(
    wallPage({
      title: 'Jarvis',
      css: '/static/wall.css',
      refreshS: 15,
      body,
      device: { minute: 0, night: { from: 1320, to: 390 } },
      live: {
        script: '/static/wall.js',
        stream: '/live?panels=wall&as=wall',
        part: '/wall?part=wall',
      },
    }),
  )
}

/** Nothing is wanted: no failed task, no guest without a backup, no storage that fills. */
const quiet = (): Picture => {
  const calm = pictures.calmEvening()
  const storages = calm.storages.map((s) => ({ ...s, fullInDays: undefined }))
  return { ...calm, tasks: [], backups: [], storages }
}
const standalone = (): Picture => ({
  ...quiet(),
  cluster: { standalone: true, quorate: true },
  nodes: quiet().nodes.slice(0, 1),
})
const many = (nodes: number, off: (i: number) => boolean): Picture => ({
  ...quiet(),
  nodes: Array.from({ length: nodes }, (_, i) => ({
    ...quiet().nodes[0]!,
    name: `node${i}`,
    ...(off(i) && { reach: 'offline', since: NOON - 300_000, cpu: undefined, memory: undefined }),
  })),
})
const evenings: Record<string, () => Picture> = {
  ...(pictures as unknown as Record<string, () => Picture>),
  quiet,
  standalone,
}
const drawable =
  'calmEvening oneNodeOff noQuorum unreachable wrongToken noPermission narrowToken emptyCluster staleEvening hostileNames eightHundred quiet standalone'.split(
    ' ',
  )

for (const name of drawable)
  walls(`${name}: valid HTML of 2012, whole and panel by panel`, () => {
    const picture = evenings[name]!()
    for (const panel of [undefined, ...panels])
      assert.equal(mistakesOf(pageOf(picture, {}, panel)), [], panel)
  })

walls('the check of pages finds what is wrong', () => {
  const of = (inside: string) =>
    mistakesOf(
      `<!doctype html><html><head><title>x</title></head><body>${inside}</body></html>`,
    ).join()
  assert.is(of('<p>well</p>'), '')
  assert.is(of('<p style="a"></p>'), 'the attribute style of p')
  assert.is(of('<svg></svg>'), 'the element svg')
  assert.match(of('<p id="a"></p><p id="a"></p>'), 'the id a twice')
  assert.match(of('<table><tr><td></td></tr></table>'), 'tbody is not written')
  assert.match(of('<div><p></div>'), 'p in line 1 is not closed')
  assert.match(of('<table><tbody><p></p></tbody></table>'), 'p in line 1 stands where it may not')
  assert.match(of('<p title=a"></p>'), 'unexpected-character')
})

walls('the script is ES5, and the style sheet of the same age', () => {
  parseScript(file('wall.js'), { ecmaVersion: 5 })
  assert.not.match(
    file('wall.js'),
    /\b(fetch|Promise|Map|Set|classList|dataset|closest)\b|\.(forEach|includes|remove)\(/,
  )
  const css = file('wall.css').replace(/\/\*.*?\*\//gs, '')
  assert.not.match(
    css,
    /var\(|--\w|flex|grid|gradient|gap\s*:|calc\(|rgba?\(|hsl|@media|@supports|object-fit|transform|animation|\brem\b|\bv[wh]\b|::|:is|:not|inset/,
  )
  const sizes = [...css.matchAll(/font-size: (\d+)px/g)].map(([, px]) => Number(px))
  assert.ok(Math.min(...sizes) >= 34, 'nothing is smaller than what is read from 3 m')
  for (const [, colour] of css.matchAll(/(?:color|background): ([^;]+);/g))
    assert.match(colour!, /^#[0-9a-f]{6}$/)
})

walls('all is well in a dark band, with votes and guests below', () => {
  const page = pageOf(quiet())
  assert.match(page, '<div id="wall" class="well"')
  assert.is(textOf(page, 'says'), 'All is well.')
  assert.is(textOf(page, 'rest'), 'Four nodes up. 4 of 5 guests run.')
  assert.is(textOf(page, 'clock'), '12:00')
  assert.is(textOf(page, 'age'), '3\u00a0s old')
  assert.match(textOf(page, 'news'), 'Nothing to report.')
})

walls('what wants attention makes the band amber and is the headline', () => {
  const page = pageOf({ ...quiet(), tasks: pictures.calmEvening().tasks })
  assert.match(page, '<div id="wall" class="amber"')
  assert.is(textOf(page, 'says'), 'vzdump of 303 failed at 11:51.')
})

walls('a lost node: red band, its tile grey with its age, its guests hollow squares', () => {
  const page = pageOf(pictures.oneNodeOff())
  assert.match(page, '<div id="wall" class="red"')
  assert.is(textOf(page, 'says'), 'agent1 is lost.')
  assert.match(textOf(page, 'rest'), 'Since 11:27. 3 of 4 votes hold.')
  assert.is(textOf(page, 'since'), 'lost 33\u00a0min')
  const names = wallOf(pictures.oneNodeOff(), extra).names
  const unseen = names.filter((n) => n.sign === 'unknown').map((n) => n.text)
  assert.equal(unseen, ['Ubuntu-Desktop', 'homeassistant'])
})

walls('lost quorum is told before the node that took it', () => {
  const page = pageOf(pictures.noQuorum())
  assert.match(page, '<div id="wall" class="red"')
  assert.is(textOf(page, 'says'), 'Quorum is lost: 2 of 4 votes hold.')
})

walls('a silent cluster: since when, and nothing on the screen is drawn as of now', () => {
  const picture = pictures.staleEvening()
  const page = pageOf(picture)
  assert.match(page, '<div id="wall" class="grey"')
  assert.is(textOf(page, 'says'), 'The cluster does not answer.')
  assert.match(textOf(page, 'rest'), 'Not since 11:59.')
  assert.not.match(page, 'class="g well"')
  for (const panel of panels.filter((p) => !['events', 'jarvis', 'costs'].includes(p)))
    assert.not.match(pageOf(picture, {}, panel), 'class="g well"', panel)
})

walls('a cluster that was never seen is told with the reason', () => {
  const page = pageOf(pictures.unreachable())
  assert.is(textOf(page, 'says'), 'I cannot see the cluster yet.')
  assert.match(textOf(page, 'rest'), 'No answer on port 8006. Since 10:30.')
  assert.is(textOf(page, 'age'), 'not heard yet')
})

walls('STOP is seen from the door', () => {
  const page = pageOf(quiet(), { stopped: { by: 'alice', at: NOON - 60_000 } })
  assert.match(page, '<div id="wall" class="amber"')
  assert.is(textOf(page, 'says'), 'STOP is pressed; nothing acts.')
  assert.match(textOf(page, 'rest'), 'By alice at 11:59.')
})

walls('a standalone node without guests has one tile and no empty table', () => {
  const page = pageOf({ ...standalone(), guests: [], storages: [] })
  assert.is(textOf(page, 'says'), 'All is well.')
  assert.is(page.match(/<h2>/g)?.length, 1)
  assert.not.match(page, 'class="names"')
})

walls('five nodes stand in two rows; of more than eight only those not well, and a count', () => {
  assert.match(pageOf(many(5, () => false)), 'class="well two"')
  assert.not.match(pageOf(quiet()), ' two"')
  const sixteen = wallOf(
    many(16, (i) => i === 3 || i === 9),
    extra,
  ).nodes
  assert.equal(
    sixteen.map((n) => [n.name, n.sign]),
    [
      ['node3', 'unknown'],
      ['node9', 'unknown'],
      ['14 well', 'well'],
    ],
  )
  const lost = wallOf(
    many(16, () => true),
    extra,
  ).nodes
  assert.is(lost.length, 8)
  assert.equal([lost[7]!.name, lost[7]!.sign], ['9 more', 'unknown'])
})

walls('of 800 guests those not well come first, and the count is of what its sign says', () => {
  const big = { ...quiet(), guests: pictures.eightHundred().guests }
  const names = (picture: Picture) => wallOf(picture, extra).names.map((n) => `${n.sign} ${n.text}`)
  assert.is(names(big)[4], 'well 796 more')
  const bad = big.guests.map((g, i) => (i >= 790 ? { ...g, condition: 'unknown' as const } : g))
  assert.equal(names({ ...big, guests: bad }).slice(0, 5), [
    'unknown guest-790',
    'unknown guest-791',
    'unknown guest-792',
    'unknown guest-793',
    'unknown 6 more',
  ])
  const list = wallListOf('guests', { ...big, guests: bad }, extra)
  assert.is(list.rows.length, 8)
  assert.equal(list.more, { count: 792, sign: 'unknown' })
  assert.ok(pageOf(big).length < 8000, 'a frame stays small whatever the house holds')
})

walls('hostile names stay text and fit', () => {
  for (const panel of [undefined, ...panels]) {
    const page = pageOf(pictures.hostileNames(), {}, panel)
    assert.not.match(page, /<script>|onmouseover='|\u202e|\u0000|\u001b/)
    assert.not.match(page, 'L'.repeat(57))
  }
  const text = wallText(wallOf(pictures.hostileNames(), extra))
  assert.not.match(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
})

walls('who came in, and from where, is not told in the hall', () => {
  const line = (id: number, kind: string, severity: EventLine['severity'], payload: object) =>
    ({ id, at: NOON, kind, severity, payload }) as EventLine
  const events = [
    line(3, 'session.refused', 'warn', { from: '203.0.113.66', tries: 3 }),
    line(2, 'node.lost', 'crit', { node: 'agent1' }),
    line(1, 'token.created', 'warn', { name: 'x', scope: 'view', by: 'alice' }),
  ]
  assert.is(textOf(pageOf(quiet(), { events }), 'news'), '12:00 agent1 is lost.')
  const list = pageOf(quiet(), { events }, 'events')
  assert.match(list, 'agent1 is lost.')
  assert.not.match(list, '203.0.113.66')
  assert.not.match(list, 'alice')
})

walls('bars are as wide as a class says, in steps of five percent', () => {
  assert.equal([0, 0.02, 0.03, 0.5, 0.999, 1, 7].map(step), [
    'w0',
    'w0',
    'w5',
    'w50',
    'w100',
    'w100',
    'w100',
  ])
  assert.is(step(undefined), 'w0')
  const css = file('wall.css')
  for (let n = 0; n <= 100; n += 5) assert.match(css, `.w${n} {`)
})

walls('night may pass midnight', () => {
  const at = (minute: number, from: number, to: number) => isNight({ minute, night: { from, to } })
  assert.equal(
    [1319, 1320, 0, 389, 390].map((m) => at(m, 1320, 390)),
    [false, true, true, true, false],
  )
  assert.equal(
    [59, 60, 119, 120].map((m) => at(m, 60, 120)),
    [false, true, true, false],
  )
  assert.not.ok(isNight({ minute: 0 }))
})

walls('a terminal reads the same in a dozen lines', () => {
  const text = wallText(wallOf(quiet(), extra))
  assert.match(
    text,
    /^All is well\.\nFour nodes up\. 4 of 5 guests run\.\n\n● {2}Home +CPU 12 % +RAM 14\.9/,
  )
  assert.match(
    wallListText(wallListOf('guests', quiet(), extra)),
    /^All is well[\s\S]*\nGuests [\s\S]*● {2}management/,
  )
})

walls.run()
