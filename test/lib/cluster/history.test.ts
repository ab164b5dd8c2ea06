import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createHistory } from '../../../lib/cluster/history.ts'
import { silentLog } from '../../../lib/log.ts'
import type { Sample } from '../../../lib/proxmox/types.ts'
import { fakeClock, NOON } from '../../clock.ts'
import { fakeSource, freshDb, GiB, guestRow, nodeGoes, problem, stage, world } from './fake.ts'

const history = suite('history')

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

history('a sample a minute is the mean of its readings', async () => {
  const s = await stage()
  const guest = s.w.resources.guests[0]!
  guest.cpu = 0.2
  await s.clock.advance(30_000)
  guest.cpu = 0.4
  await s.clock.advance(29_000)
  const { values, times } = s.cluster.history.series('guest/100', 'cpu', {
    from: NOON,
    to: NOON + MINUTE,
    step: 60,
  })
  assert.equal(times, [NOON])
  // Polls at 0 s (0.1), 5-30 s (6 of 0.2) and 35-55 s (5 of 0.4).
  assert.ok(Math.abs(values[0]! - (0.1 + 6 * 0.2 + 5 * 0.4) / 12) < 1e-6)
  await s.end()
})

history('missed polls stay a gap', async () => {
  const s = await stage()
  await s.clock.advance(2 * MINUTE)
  s.w.faults.all = problem('unreachable')
  await s.clock.advance(3 * MINUTE)
  delete s.w.faults.all
  await s.clock.advance(3 * MINUTE)
  const { values } = s.cluster.history.series('node/Home', 'cpu', {
    from: NOON,
    to: NOON + 8 * MINUTE,
    step: 60,
  })
  assert.equal(
    values.map((v) => v !== null),
    [true, true, true, false, false, true, true, true],
  )
  await s.end()
})

history('a guest of a dead node leaves a gap, a stopped one uses nothing', async () => {
  const s = await stage()
  nodeGoes(s.w, 'pve', false)
  await s.clock.advance(3 * MINUTE)
  const span = { from: NOON + MINUTE, to: NOON + 3 * MINUTE, step: 60 }
  assert.equal(s.cluster.history.series('guest/300', 'cpu', span).values, [null, null])
  assert.equal(s.cluster.history.series('guest/303', 'netin', span).values, [0, 0])
  await s.end()
})

history('a restart keeps the samples, minutes as quarters', async () => {
  let s = await stage()
  await s.clock.advance(40 * MINUTE)
  const minutes = { from: NOON, to: NOON + 40 * MINUTE, step: 60 }
  const quarters = { from: NOON, to: NOON + 30 * MINUTE, step: 900 }
  const before = s.cluster.history.series('guest/100', 'memory', minutes)
  s = await s.restart()
  assert.equal(s.cluster.history.series('guest/100', 'memory', minutes), before)
  assert.is(before.values.filter((v) => v === null).length, 0)
  assert.equal(s.cluster.history.series('guest/100', 'memory', quarters).values, [GiB, GiB])
  await s.end()
})

history('the rate of a guest comes from its own clock', async () => {
  const s = await stage()
  const guest = s.w.resources.guests[0]!
  for (let i = 0; i < 12; i++) {
    // Proxmox renews the list each ten seconds: every other poll sees the same counters.
    if (i % 2 === 0) {
      guest.uptime = (guest.uptime ?? 0) + 10
      guest.netin = (guest.netin ?? 0) + 50_000
      guest.netout = (guest.netout ?? 0) + 10
    }
    await s.clock.advance(5000)
  }
  assert.equal(s.cluster.guest(100)?.net, { in: 5017.6, out: 0 })
  const span = { from: NOON, to: NOON + MINUTE, step: 60 }
  assert.equal(s.cluster.history.series('guest/100', 'netin', span).values, [5000])
  assert.equal(s.cluster.history.series('guest/100', 'netout', span).values, [1])
  await s.end()
})

const rrd = (from: number, to: number, step: number, value: number): Sample[] =>
  Array.from({ length: (to - from) / step / 1000 }, (_, i) => ({
    time: from / 1000 + i * step,
    cpu: value,
    memused: value * GiB,
    mem: value * GiB,
    netin: 1,
    netout: 2,
  }))

history('RRD fills what was before the start and never overwrites', async () => {
  const w = world()
  const clock = fakeClock(NOON + 30_000)
  w.rrd = (_subject, timeframe) =>
    timeframe === 'day' ? rrd(NOON - DAY, NOON + 2 * MINUTE, 60, 0.5) : []
  const s = await stage(w, clock)
  await clock.advance(MINUTE)
  const { series } = s.cluster.history
  const back = series('node/Home', 'memory', { from: NOON - 10 * MINUTE, to: NOON, step: 60 })
  assert.equal(
    back.values,
    back.times.map(() => 0.5 * GiB),
  )
  const span = { from: NOON, to: NOON + MINUTE, step: 60 }
  assert.ok(Math.abs(series('node/Home', 'cpu', span).values[0]! - 0.2) < 1e-6, 'measured here')
  const day = series('guest/100', 'cpu', { from: NOON - 23 * HOUR, to: NOON, step: 900 })
  assert.is(day.values.filter((v) => v === 0.5).length, 92)
  await s.end()
})

history('a coarse month of RRD fills quarters only', async () => {
  const w = world()
  w.rrd = (subject, timeframe) =>
    subject === 'node/Home' && timeframe === 'month'
      ? rrd(NOON - 29 * DAY, NOON - 2 * HOUR, 1800, 0.25)
      : []
  const s = await stage(w)
  await s.clock.advance(MINUTE)
  const { series } = s.cluster.history
  const week = series('node/Home', 'cpu', { from: NOON - 7 * DAY, to: NOON - 3 * HOUR, step: 900 })
  assert.is(week.values.filter((v) => v !== 0.25).length, 0)
  const hour = series('node/Home', 'cpu', { from: NOON - 4 * HOUR, to: NOON - 3 * HOUR, step: 60 })
  assert.is(hour.values.filter((v) => v !== null).length, 0)
  await s.end()
})

history('seeding makes no more than two calls a second', async () => {
  const w = world()
  w.resources.guests = Array.from({ length: 300 }, (_, i) => guestRow(1000 + i))
  const s = await stage(w)
  let most = 0
  for (let second = 0; second < 90; second++) {
    const before = w.calls.filter((c) => /^rrd .* (day|month)$/.test(c)).length
    await s.clock.advance(1000)
    most = Math.max(most, w.calls.filter((c) => /^rrd .* (day|month)$/.test(c)).length - before)
  }
  assert.ok(most <= 2, `${most} calls in one second`)
  assert.is(w.calls.filter((c) => /^rrd guest/.test(c)).length, 100, 'within the budget')
  await s.end()
})

/** The history alone, fed by hand: days pass without a poll each five seconds. */
const alone = async () => {
  const s = await stage()
  const picture = s.cluster.picture()
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  const room = createHistory({ db, clock, log: silentLog, source: fakeSource(s.w) })
  await s.end()
  return {
    db,
    clock,
    room,
    note: () => room.note(picture, new Map(), clock.now()),
    local: picture.storages[0]!.use!,
    end: () => {
      room.stop()
      drop()
    },
  }
}

history('a storage that fills steadily has its day, a steady one has none', async () => {
  const h = await alone()
  for (let i = 0; i < 32; i++) {
    h.note()
    await h.clock.advance(15 * MINUTE)
    h.local.used += GiB / 4
    if (i === 20) assert.is(h.room.forecasts().size, 0, 'six hours are needed')
  }
  // 1 GiB an hour, 28 of 100 GiB used: three days are left.
  assert.equal([...h.room.forecasts()], [['Home/local', 3]])
  h.end()
})

history('a storage whose past Proxmox knows has its day from the start', async () => {
  const w = world()
  // 100 GiB, 20 used now, and a GiB more each day: 80 days are left.
  w.rrd = (subject, timeframe) =>
    subject === 'storage/Home/local' && timeframe === 'month'
      ? Array.from({ length: 1440 }, (_, i) => {
          const ago = (1440 - i) / 48
          return { time: NOON / 1000 - ago * 86_400, used: (20 - ago) * GiB, total: 100 * GiB }
        }).filter((s) => s.used > 0)
      : []
  const s = await stage(w)
  await s.clock.advance(MINUTE)
  const days = s.cluster.picture().storages.find((one) => one.id === 'Home/local')?.fullInDays
  assert.ok(days !== undefined && Math.abs(days - 80) <= 1, `${days} days`)
  assert.ok(w.calls.includes('rrd storage/Home/local month'))
  assert.is(
    w.calls.filter((c) => c.includes('cluster-backup month')).length,
    1,
    'a shared one once',
  )
  const order = w.calls.filter((c) => /^rrd (storage|guest)/.test(c))
  assert.match(order[0]!, 'storage/', 'before the guests')
  await s.end()
})

history('what is known already is not asked again after a restart', async () => {
  const w = world()
  w.rrd = (_subject, timeframe) => {
    const step = timeframe === 'day' ? 60 : 1800
    const from = NOON - (timeframe === 'day' ? DAY : 29 * DAY)
    return rrd(from, NOON + HOUR, step, 0.5).map((s) => ({ ...s, used: GiB }))
  }
  const s = await stage(w)
  await s.clock.advance(MINUTE)
  w.calls.length = 0
  const again = await s.restart()
  await again.clock.advance(MINUTE)
  assert.equal(
    w.calls.filter((c) => /^rrd .* (day|month)$/.test(c)),
    [],
  )
  await again.end()
})

history('what is too old is forgotten', async () => {
  const h = await alone()
  const rows = () => h.db.first<{ n: number }>('select count(*) n from samples')!.n
  for (let i = 0; i < 120; i++) {
    h.note()
    await h.clock.advance(MINUTE)
  }
  h.room.flush()
  const before = rows()
  await h.clock.advance(26 * HOUR)
  assert.ok(h.room.sweep() > 0)
  assert.equal(h.db.all('select distinct step from samples'), [{ step: 900 }])
  assert.ok(rows() < before)
  await h.clock.advance(31 * DAY)
  h.room.sweep()
  assert.is(rows(), 0)
  h.end()
})

history('an unknown subject or metric is all gaps, and a wish too large is cut', async () => {
  const s = await stage()
  const span = { from: NOON - HOUR, to: NOON, step: 900 }
  assert.equal(s.cluster.history.series('guest/9', 'cpu', span).values, [null, null, null, null])
  assert.equal(s.cluster.history.series('node/Home', 'used', span).values.length, 4)
  const wish = { from: 0, to: NOON, step: 60 }
  assert.is(s.cluster.history.series('node/Home', 'cpu', wish).values.length, 3000)
  await s.end()
})

history.run()
