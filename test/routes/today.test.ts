/** The day of the dial and the curves of the last hour: midnight where the house stands, one reading a minute. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { History } from '../../lib/cluster/history.ts'
import { curvesOf } from '../../routes/curves.ts'
import { midnightOf, todayOf } from '../../routes/today.ts'
import { NOON } from '../clock.ts'
import { calmEvening, eightHundred } from '../pictures.ts'
import { openSite } from '../site.ts'

const today = suite('the day so far')

/** A history whose load is the minute of the hour; it counts how often it is asked. */
const counting = () => {
  const asked: string[] = []
  const series: History['series'] = (subject, _, { from, to, step }) => {
    asked.push(subject)
    const times = Array.from({ length: Math.ceil((to - from) / (step * 1000)) }, (_, i) => from + i)
    return { times, values: times.map((_, i) => (i === times.length - 1 ? null : 0.5)) }
  }
  return { asked, history: { series, filled: () => 0 } as unknown as History }
}

today('midnight is that of the house, not of the machine', () => {
  const at = Date.parse('2026-11-20T23:30:15.250Z')
  const iso = (zone: string) => new Date(midnightOf(at, zone)).toISOString()
  assert.is(iso('UTC'), '2026-11-20T00:00:00.000Z')
  assert.is(iso('Europe/Berlin'), '2026-11-20T23:00:00.000Z')
  assert.is(iso('America/New_York'), '2026-11-20T05:00:00.000Z')
  assert.is(iso('Asia/Kolkata'), '2026-11-20T18:30:00.000Z')
})
today('what happened before midnight is of yesterday', async () => {
  const site = await openSite()
  site.bus.emit('node.lost', { node: 'agent1' })
  await site.clock.advance(13 * 3_600_000)
  site.bus.emit('node.back', { node: 'agent1' })
  const { events, minute, date } = todayOf(site.needs, site.clock.now())
  assert.equal(
    events.map((e) => e.kind),
    ['node.back'],
  )
  assert.is(minute, 60)
  assert.match(date, /^[A-Z]{3} \d{1,2} [A-Z]{3}$/)
  site.close()
})
today('curves are read once a minute, and anew when somebody comes or goes', () => {
  const { asked, history } = counting()
  const calm = calmEvening()
  const past = curvesOf({ history }, calm, NOON, 'UTC')
  assert.is(past.nodes.size, 4)
  assert.is(past.guests.size, 5)
  assert.is(past.guests.get(303)?.length, 48)
  // The minute that has just begun is no gap.
  assert.is(past.nodes.get('pve')?.at(-1), 0.5)
  const first = asked.length
  assert.is(curvesOf({ history }, calm, NOON + 30_000, 'UTC'), past)
  assert.is(asked.length, first)
  curvesOf({ history }, { ...calm, guests: calm.guests.slice(1) }, NOON + 30_000, 'UTC')
  assert.ok(asked.length > first)
  const second = asked.length
  curvesOf({ history }, calm, NOON + 60_000, 'UTC')
  assert.ok(asked.length > second)
})
today('of 800 guests no curve is read', () => {
  const { asked, history } = counting()
  curvesOf({ history }, eightHundred(), NOON, 'UTC')
  assert.equal(
    asked.filter((subject) => subject.startsWith('guest/')),
    [],
  )
})

today.run()
