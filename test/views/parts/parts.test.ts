/** The parts as markup: what is not known stays visibly so, and hostile text stays text. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Html } from '../../../views/layout.ts'
import { reasoned, stopSwitch } from '../../../views/parts/button.ts'
import { dayDial } from '../../../views/parts/day-dial.ts'
import { edge, left } from '../../../views/parts/edge.ts'
import { field } from '../../../views/parts/field.ts'
import { figure } from '../../../views/parts/figure.ts'
import { graph } from '../../../views/parts/graph.ts'
import { meter } from '../../../views/parts/meter.ts'
import { ageOf, panel, says } from '../../../views/parts/panel.ts'
import { ring } from '../../../views/parts/ring.ts'
import { sparkline, trace } from '../../../views/parts/sparkline.ts'
import { step } from '../../../views/parts/wall.ts'
import { NOW } from '../figures.ts'
import { doorPage, guestPage } from '../guest-page.ts'
import { hudPage } from '../hud-page.ts'
import { specimen } from '../specimen.ts'
import { wallLost, wallPage } from '../wall-page.ts'

const parts = suite('parts of the looks')
const text = (html: Html | '') => String(html)
const EVIL = `"><script>alert(1)</script>'&\n`

parts('no page has a style attribute, a script or a handler inside', () => {
  for (const draw of [hudPage, guestPage, doorPage, specimen, wallPage, wallLost])
    assert.not.match(text(draw('hud')), /\sstyle=|<script>|<style|\son\w+=/)
})

parts('a ring without a reading shows a dash and no stroke, and says so', () => {
  const unknown = text(ring({ caption: 'CPU', value: undefined, peak: 0.9 }))
  assert.match(unknown, /aria-label="CPU not known"/)
  assert.match(unknown, />–</)
  assert.not.match(unknown, /class="(value|halo|peak|band)/)
  assert.match(text(ring({ caption: 'CPU', value: Number.NaN })), /CPU not known/)
})

parts('a ring says figure and peak in one sentence', () => {
  const said = text(ring({ caption: 'CPU', value: 0.67, peak: 0.91 }))
  assert.match(said, /aria-label="CPU 67 percent, peak 91 percent in the last hour"/)
})

parts('a ring is amber from 80 and red from 95 percent', () => {
  const level = (value: number) =>
    /class="ring (\w+)"/.exec(text(ring({ caption: 'CPU', value })))?.[1]
  assert.equal([0, 0.79, 0.8, 0.94, 0.95, 1, 7].map(level), [
    'calm',
    'calm',
    'warn',
    'warn',
    'crit',
    'crit',
    'crit',
  ])
})

parts('a meter without a reading is an empty track with its limit', () => {
  const unknown = text(meter({ value: undefined, limit: 0.85 }))
  assert.not.match(unknown, /class="value"/)
  assert.match(unknown, /class="limit"/)
  assert.match(text(meter({ value: 0.86, limit: 0.85 })), /class="meter warn"/)
  assert.match(text(meter({ value: 3 })), /width="100%" height="6" rx="1"\/><\/svg>|width="100%"/)
})

parts('a missing reading is a gap in the line, never a bridge', () => {
  const level = (v: number) => 100 - v
  const { line, area } = trace([1, 2, null, null, 5, 6], 50, 100, level)
  assert.is(line, 'M0 99L10 98M40 95L50 94')
  assert.is(area.match(/M/g)?.length, 2)
})

parts('a reading alone between two gaps is a dot', () => {
  const { line, dots } = trace([null, 4, null, 5, 6], 40, 100, (v) => 100 - v)
  assert.is(dots, 'M10 96h0')
  assert.is(line, 'M30 95L40 94')
})

parts('a line without its newest reading ends in dots and not in a point', () => {
  const old = text(sparkline({ points: [0.1, 0.2, 0.3, null] }))
  assert.match(old, /class="gone"/)
  assert.not.match(old, /class="now"/)
  assert.match(text(sparkline({ points: [0.1, 0.2] })), /class="now"/)
  assert.not.match(text(sparkline({ points: [null, null] })), /class="(line|now|gone)"/)
})

parts('a line above its scale is clamped to the top edge', () => {
  assert.match(text(sparkline({ points: [9, 9], top: 0.45, size: 'row' })), /M0 1L96 1/)
})

parts('a graph tells its gap in words', () => {
  const drawn = text(
    graph({
      label: 'x',
      scale: ['0', '9'],
      times: ['a'],
      top: 9,
      series: [[1, null, 2]],
      gaps: [{ from: 0.2, to: 0.4, text: 'no reading for 41 min' }],
    }),
  )
  assert.match(drawn, /no reading for 41 min/)
  assert.match(drawn, /class="gap" x="200" width="200"/)
})

parts('the edge is as long as its reading is fresh', () => {
  const limit = 12_000
  const length = (age: number) => left({ at: NOW - age, now: NOW, limit })
  assert.equal([0, 3000, 12_000, 99_000, -500].map(length), [1, 0.75, 0, 0, 1])
  assert.is(left({ now: NOW, limit }), 0)
  assert.match(
    text(edge('fresh', { at: NOW - 3000, now: NOW, limit })),
    /class="lit" [^>]*x2="75%"/,
  )
  assert.match(
    text(edge('stale', { at: NOW - 30_000, now: NOW, limit })),
    /class="lit old" [^>]*x2="100%"/,
  )
})

parts('an age is told in words, and none is invented', () => {
  const at = NOW - 12_000
  assert.match(text(ageOf('stale', { at, now: NOW, limit: 1 })), /stale, 12\u2009s/)
  assert.match(text(ageOf('loading', { now: NOW, limit: 1 })), /first reading/)
  assert.is(text(ageOf('unknown', { now: NOW, limit: 1 })), '')
})

parts('a forbidden button is tied to its reason', () => {
  const b = text(reasoned({ id: 'start', text: 'Start', reason: 'It is running already.' }))
  assert.match(b, /disabled aria-describedby="start-why"/)
  assert.match(b, /id="start-why">It is running already\./)
})

parts('STOP asks nothing; after it one button lets go', () => {
  assert.match(text(stopSwitch({ action: '/x' })), /<button class="btn danger">.*STOP<\/button>/s)
  assert.match(
    text(stopSwitch({ action: '/x', pressed: { by: 'alice', at: NOW - 42_000, now: NOW } })),
    /STOPPED.*0:42.*Let me work again/s,
  )
})

parts('the dial draws what was read, dots what is to come, and no level that there is not', () => {
  const dial = text(
    dayDial({
      minute: 60,
      loads: [0.5, null, 0.5, 0.5, 0.2],
      date: 'd',
      time: '01:00',
      label: 'l',
    }),
  )
  assert.is(/class="bars" d="([^"]*)"/.exec(dial)?.[1]?.match(/M/g)?.length, 3)
  assert.is(/class="future" d="([^"]*)"/.exec(dial)?.[1]?.match(/M/g)?.length, 91)
  assert.not.match(dial, /LEVEL|class="arc/)
})

parts('hostile text stays text in every part', () => {
  const drawn = [
    ring({ caption: EVIL, value: 0.5 }),
    field({ id: 'f', name: 'f', label: EVIL, value: EVIL, error: EVIL, hint: EVIL }),
    figure({ figure: EVIL, unit: EVIL }, EVIL),
    says({ first: EVIL, rest: EVIL }),
    reasoned({ id: 'b', text: EVIL, reason: EVIL, label: EVIL }),
    panel({
      id: 'p',
      title: EVIL,
      count: EVIL,
      state: 'fresh',
      at: NOW,
      now: NOW,
      limit: 1,
      body: says({ first: EVIL }),
    }),
    graph({
      label: EVIL,
      scale: [EVIL, EVIL],
      times: [EVIL],
      top: 1,
      series: [[1]],
      events: [{ at: 0, text: EVIL }],
      gaps: [{ from: 0, to: 1, text: EVIL }],
    }),
  ]
  for (const html of drawn) assert.not.match(text(html), /<script|">[^<]*'&\n/)
})

parts('bar widths of the wall come in steps of five percent', () => {
  assert.equal([undefined, -1, 0, 0.02, 0.03, 0.62, 1, 7].map(step), [
    'w0',
    'w0',
    'w0',
    'w0',
    'w5',
    'w60',
    'w100',
    'w100',
  ])
})

parts.run()
