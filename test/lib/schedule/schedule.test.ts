import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { silentLog } from '../../../lib/log.ts'
import { createSchedule } from '../../../lib/schedule/schedule.ts'
import { fakeClock, NOON } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

const schedule = suite('schedule')
const room = () => {
  const clock = fakeClock()
  return { clock, plan: createSchedule({ clock, log: silentLog }) }
}
const HOUR = 3_600_000

schedule('a clock that is set back a year does not put the work off for a year', async () => {
  const { clock, plan } = room()
  let runs = 0
  plan.every('count', { cron: '0 * * * *', timeZone: 'UTC' }, () => {
    runs += 1
  })
  plan.start()
  await clock.advance(2 * HOUR)
  assert.is(runs, 2)
  clock.jump(-365 * 24 * HOUR)
  await clock.advance(4 * HOUR)
  assert.ok(runs >= 4, `${runs} runs`)
  await plan.stop()
})

schedule('a last run in the future counts as none', async () => {
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  db.run("insert into schedule values ('count', ?, 'ok', 0)", [NOON + 9000 * HOUR])
  const plan = createSchedule({ clock, log: silentLog, db })
  let runs = 0
  plan.every('count', { seconds: 60 }, () => {
    runs += 1
  })
  plan.start()
  await clock.advance(120_000)
  assert.is(runs, 2)
  await plan.stop()
  drop()
})

schedule('runs each so many seconds and says when', async () => {
  const { clock, plan } = room()
  let runs = 0
  plan.every('count', { seconds: 60 }, () => {
    runs += 1
  })
  await clock.advance(120_000)
  assert.is(runs, 0, 'not started yet')
  plan.start()
  await clock.advance(180_000)
  assert.is(runs, 3)
  const [job] = plan.list()
  assert.equal(
    { ...job },
    {
      name: 'count',
      rhythm: { seconds: 60 },
      running: false,
      lastRun: NOON + 300_000,
      lastResult: 'ok',
      took: 0,
      nextRun: NOON + 360_000,
    },
  )
  await plan.stop()
  assert.is(clock.waiting(), 0)
})

schedule(
  'a cron pattern is meant in its time zone, over the change of the clocks too',
  async () => {
    // 2026-03-29: Europe/Berlin goes from +1 to +2 at night.
    const clock = fakeClock(Date.parse('2026-03-28T00:00:00Z'))
    const plan = createSchedule({ clock, log: silentLog })
    const at: string[] = []
    plan.every('nightly', { cron: '30 4 * * *', timeZone: 'Europe/Berlin' }, () => {
      at.push(new Date(clock.now()).toISOString())
    })
    plan.start()
    await clock.advance(48 * HOUR)
    assert.equal(at, ['2026-03-28T03:30:00.000Z', '2026-03-29T02:30:00.000Z'])
    await plan.stop()
  },
)

schedule('a job that throws is noted and comes again', async () => {
  const { clock, plan } = room()
  let runs = 0
  plan.every('bad', { seconds: 10 }, async () => {
    runs += 1
    if (runs === 1) throw new Error('no luck')
  })
  plan.start()
  await clock.advance(10_000)
  assert.is(plan.list()[0]?.lastResult, 'no luck')
  await clock.advance(10_000)
  assert.is(plan.list()[0]?.lastResult, 'ok')
  await plan.stop()
})

schedule('a job that still runs is not started twice, and the stop waits for it', async () => {
  const { clock, plan } = room()
  let runs = 0
  let finish = () => {}
  plan.every('slow', { seconds: 10 }, () => {
    runs += 1
    return new Promise<void>((done) => {
      finish = done
    })
  })
  plan.start()
  await clock.advance(35_000)
  assert.is(runs, 1)
  assert.is(plan.list()[0]?.running, true)
  let stopped = false
  const stop = plan.stop().then(() => {
    stopped = true
  })
  await clock.advance(0)
  assert.is(stopped, false)
  finish()
  await stop
})

schedule('the rhythm survives a restart', async () => {
  const { db, drop } = await freshDb()
  const clock = fakeClock()
  let runs = 0
  const begin = () => {
    const plan = createSchedule({ clock, log: silentLog, db })
    plan.every('daily', { seconds: 86_400 }, () => {
      runs += 1
    })
    plan.start()
    return plan
  }
  const first = begin()
  await clock.advance(24 * HOUR)
  await first.stop()
  assert.is(runs, 1)
  const second = begin()
  assert.is(second.list()[0]?.lastRun, NOON + 24 * HOUR)
  await clock.advance(HOUR)
  await second.stop()
  assert.is(runs, 1, 'a restart is no reason to run')
  await clock.advance(48 * HOUR)
  const third = begin()
  await clock.advance(10_000)
  assert.is(runs, 2, 'what is overdue runs soon')
  await third.stop()
  drop()
})

schedule('a bad pattern, zone or name is refused at once', async () => {
  const { plan } = room()
  assert.throws(
    () => plan.every('x', { cron: 'often', timeZone: 'UTC' }, () => {}),
    (e: Error) => /pattern often \(UTC\) is not understood/.test(e.message),
  )
  assert.throws(() => plan.every('x', { cron: '0 3 * * *', timeZone: 'Mars/Base' }, () => {}))
  assert.throws(() => plan.every('x', { seconds: 0 }, () => {}))
  plan.every('x', { seconds: 1 }, () => {})
  assert.throws(() => plan.every('x', { seconds: 1 }, () => {}))
})

schedule.run()
