/** The kill switch by itself: held in three places, each enough, and let go by persons only. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createBus } from '../../../lib/bus.ts'
import type { Db } from '../../../lib/db/db.ts'
import { Problem } from '../../../lib/errors.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { silentLog } from '../../../lib/log.ts'
import {
  createKillSwitch,
  type KillSwitch,
  type StopChange,
} from '../../../lib/safety/kill-switch.ts'
import { desk } from '../../cast.ts'
import { withFolder } from '../../cli/driver.ts'
import { type FakeClock, fakeClock, NOON } from '../../clock.ts'
import { freshDb } from '../cluster/fake.ts'

type Context = { db: Db; drop(): void; clock: FakeClock }
const killSwitch = suite<Context>('kill switch')
killSwitch.before.each(async (t) => {
  Object.assign(t, await freshDb(), { clock: fakeClock() })
})
killSwitch.after.each((t) => t.drop())

const make = ({ db, clock }: Context, file?: string): KillSwitch => {
  const bus = createBus<Events>((_, error) => {
    throw error
  })
  return createKillSwitch({ db, clock, log: silentLog, bus, file })
}
const person = { by: 'alice', from: desk, kind: 'person' } as const
const kindOf = (work: () => unknown) => {
  try {
    work()
    return 'nothing was thrown'
  } catch (error) {
    return error instanceof Problem ? error.kind : String(error)
  }
}

killSwitch('pressed, it tells once, aborts what runs, and keeps who was first', (t) => {
  const stop = make(t)
  const changes: StopChange[] = []
  stop.onChange((change) => void changes.push(change))
  const running = stop.signal()
  assert.equal(stop.state(), { pressed: false })
  stop.press({ by: 'alice', from: desk, reason: 'smoke' })
  stop.press({ by: 'bob', from: desk })
  const pressed = { pressed: true, at: NOON, by: 'alice', reason: 'smoke' }
  assert.equal(stop.state(), pressed)
  assert.ok(running.aborted)
  assert.is((running.reason as Problem).kind, 'halted')
  assert.equal(changes, [{ state: pressed, by: 'alice', from: desk, reason: 'smoke' }])
})

killSwitch('let go, what comes next has a signal of its own', (t) => {
  const stop = make(t)
  stop.press({ by: 'alice', from: desk })
  stop.release(person)
  assert.equal(stop.state(), { pressed: false })
  assert.not.ok(stop.signal().aborted)
  assert.equal(make(t).state(), { pressed: false })
})

killSwitch('machines and walls do not let go', (t) => {
  const stop = make(t)
  stop.press({ by: 'alice', from: desk })
  for (const kind of ['machine', 'wall'] as const)
    assert.is(
      kindOf(() => stop.release({ by: 'x', from: desk, kind })),
      'forbidden',
    )
  assert.ok(stop.state().pressed)
})

killSwitch('the row alone holds it over a restart, and so does the file alone', (t) =>
  withFolder((folder) => {
    const file = join(folder, 'STOP')
    make(t, file).press({ by: 'alice', from: desk })
    rmSync(file)
    const next = make(t, file)
    assert.ok(next.signal().aborted)
    next.release(person)
    writeFileSync(file, 'command line\nfire\n')
    const third = make(t, file)
    assert.equal(third.state(), { pressed: true, at: NOON, by: 'command line', reason: 'fire' })
    // From here on the row holds it as well.
    rmSync(file)
    assert.ok(make(t, file).state().pressed)
  }),
)

killSwitch('a file put there by hand is found by itself within a second', (t) =>
  withFolder(async (folder) => {
    const file = join(folder, 'STOP')
    const stop = make(t, file)
    stop.start()
    const running = stop.signal()
    await t.clock.advance(600)
    assert.not.ok(running.aborted)
    writeFileSync(file, '')
    await t.clock.advance(1000)
    assert.ok(running.aborted)
    stop.close()
    assert.is(t.clock.waiting(), 0)
  }),
)

killSwitch('a database that refuses does not keep it from working', (t) =>
  withFolder((folder) => {
    const file = join(folder, 'STOP')
    const stop = make(t, file)
    t.db.exec("create trigger full before insert on stop begin select raise(abort, 'full'); end")
    stop.press({ by: 'alice', from: desk })
    assert.ok(stop.state().pressed)
    assert.match(readFileSync(file, 'utf8'), 'alice')
    assert.ok(make(t, file).state().pressed)
  }),
)

killSwitch('a listener that throws keeps nobody from hearing', (t) => {
  const stop = make(t)
  let heard = false
  stop.onChange(() => {
    throw new Error('deaf')
  })
  stop.onChange(() => {
    heard = true
  })
  stop.press({ by: 'alice', from: desk })
  assert.ok(heard)
})

killSwitch('what cannot be removed keeps it pressed, and says what to do', (t) =>
  withFolder((folder) => {
    const file = join(folder, 'STOP')
    mkdirSync(file)
    const stop = make(t, file)
    assert.ok(stop.state().pressed)
    assert.is(
      kindOf(() => stop.release(person)),
      'conflict',
    )
    assert.ok(stop.state().pressed)
    rmSync(file, { recursive: true })
    stop.release(person)
    assert.equal(stop.state(), { pressed: false })
    assert.not.ok(existsSync(file))
  }),
)

killSwitch('the lab obeys the file of the real cluster and leaves it alone', (t) =>
  withFolder((folder) => {
    const [file, alsoObey] = [join(folder, 'lab-STOP'), join(folder, 'STOP')]
    const stop = createKillSwitch({ ...t, log: silentLog, file, alsoObey })
    writeFileSync(alsoObey, '')
    assert.ok(stop.state().pressed)
    assert.is(
      kindOf(() => stop.release(person)),
      'conflict',
    )
    rmSync(alsoObey)
    stop.release(person)
    assert.not.ok(stop.state().pressed)
  }),
)

killSwitch('the words of a file are text', (t) =>
  withFolder((folder) => {
    const file = join(folder, 'STOP')
    writeFileSync(file, `\u001b[2J${'x'.repeat(5000)}\n\u202eevil\n`)
    const state = make(t, file).state()
    assert.not.match(JSON.stringify(state), /u001b|\u202e/)
    assert.ok(JSON.stringify(state).length < 500)
  }),
)

killSwitch.run()
