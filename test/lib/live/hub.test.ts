import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createHub, type Hub, type Want } from '../../../lib/live/hub.ts'
import type { Sink } from '../../../lib/live/viewer.ts'
import { silentLog } from '../../../lib/log.ts'
import { type FakeClock, fakeClock } from '../../clock.ts'
import { guestPanel } from './stage.ts'

type Scene = { clock: FakeClock; hub: Hub; guests: ReturnType<typeof guestPanel>; errors: string[] }
const live = suite<Scene>('live hub')

/** A sink that keeps what it got; `full` says how many bytes lie unread. */
const sink = () => {
  const heard: { drain: () => void; close: (() => void)[] } = { drain() {}, close: [] }
  const state = { text: '', writes: 0, full: 0, ended: false, destroyed: false }
  const close = () => {
    for (const hear of heard.close.splice(0)) hear()
  }
  const made: Sink = {
    write({ body }) {
      state.text += body.toString()
      state.writes += 1
    },
    pending: () => state.full,
    onDrain(hear) {
      heard.drain = hear
    },
    onClose: (hear) => void heard.close.push(hear),
    end() {
      state.ended = true
      close()
    },
    destroy() {
      state.destroyed = true
      close()
    },
  }
  return {
    state,
    made,
    drain() {
      state.full = 0
      heard.drain()
    },
    leave: close,
    /** What came since the last look. */
    take() {
      const { text } = state
      state.text = ''
      return text
    },
  }
}

const join = (hub: Hub, want: Partial<Want> = {}) => {
  const one = sink()
  hub.join({ panels: ['guests'], form: 'html', gzip: false, ...want }, () => one.made)
  return one
}

const idIn = (text: string) => [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1]

live.before.each((t) => {
  t.errors = []
  t.clock = fakeClock()
  t.hub = createHub({
    clock: t.clock,
    log: { ...silentLog, error: (m, f) => t.errors.push(`${m} ${f?.why}`) },
  })
  t.guests = guestPanel({ 'guest-100': 'web', 'guest-303': 'mail' })
  t.hub.panel('guests', t.guests)
  t.hub.panel('nodes', { target: 'panel-nodes', html: guestPanel({ 'node-Home': 'Home' }).html })
})

live(
  'a viewer gets the whole first, then the changed row alone',
  async ({ hub, clock, guests }) => {
    const viewer = join(hub)
    assert.match(viewer.take(), /hx-target="#panel-guests".*web[\s\S]*mail/)
    guests.rows.set('guest-303', 'post')
    hub.changed('guests', { rows: ['guest-303'] })
    await clock.advance(100)
    const row = viewer.take()
    assert.match(row, '<hx-partial hx-target="#guest-303" hx-swap="outerMorph">')
    assert.match(row, 'post')
    assert.not.match(row, 'web')
  },
)

live('a changed row is drawn once for any number of viewers', async ({ hub, clock, guests }) => {
  const viewers = Array.from({ length: 200 }, () => join(hub))
  hub.changed('guests', { rows: ['guest-303'] })
  await clock.advance(100)
  assert.is(guests.drawn.html, 1)
  assert.is(guests.drawn.json, 0)
  assert.is(guests.drawn.whole, 1)
  for (const { state } of viewers) assert.is(state.writes, 3)
})

live('nothing is sent when nothing changed, but for the heartbeat', async ({ hub, clock }) => {
  const viewer = join(hub)
  viewer.take()
  hub.changed('guests', { rows: [] })
  await clock.advance(14_999)
  assert.is(viewer.take(), '')
  await clock.advance(30_001)
  assert.is(viewer.take(), ': quiet\n\n'.repeat(3))
})

live('a viewer hears only of the panels that he looks at', async ({ hub, clock }) => {
  const viewer = join(hub, { panels: ['nodes'] })
  viewer.take()
  hub.changed('guests', { rows: ['guest-303'] })
  await clock.advance(100)
  assert.is(viewer.take(), '')
})

live('changes of one beat travel together, and flush does not wait for it', ({ hub }) => {
  const viewer = join(hub)
  viewer.take()
  hub.changed('guests', { rows: ['guest-100'] })
  hub.changed('guests', { rows: ['guest-303'] })
  hub.flush()
  assert.is(viewer.take().match(/hx-partial hx-target/g)?.length, 2)
  hub.flush()
  assert.is(viewer.take(), '')
})

live('a row that is gone is deleted, a new one stands behind its neighbour', ({ hub, guests }) => {
  const viewer = join(hub)
  viewer.take()
  guests.rows.delete('guest-303')
  guests.rows.set('guest-104', 'new')
  hub.changed('guests', { rows: ['guest-303'], added: [{ id: 'guest-104', after: 'guest-100' }] })
  hub.flush()
  const text = viewer.take()
  assert.match(text, 'hx-target="#guest-100" hx-swap="afterend"><tr id="guest-104">')
  assert.match(text, 'hx-target="#guest-303" hx-swap="delete"')
})

live('a row that goes and comes within a beat brings the whole', ({ hub }) => {
  const viewer = join(hub)
  viewer.take()
  hub.changed('guests', { removed: ['guest-303'] })
  hub.changed('guests', { added: [{ id: 'guest-303', after: 'guest-100' }] })
  hub.flush()
  assert.match(viewer.take(), 'hx-target="#panel-guests"')
})

live('json is an object a panel, text a line a change', ({ hub, guests }) => {
  const json = join(hub, { form: 'json' })
  const text = join(hub, { form: 'text' })
  const whole = JSON.parse(json.take().match(/^data: (.*)$/m)![1]!)
  assert.is(whole.whole, true)
  assert.equal(whole.rows[1], { vmid: '303', name: 'mail' })
  assert.is(text.take(), 'GUESTS\n100 web\n303 mail\n')
  guests.rows.delete('guest-100')
  hub.changed('guests', { rows: ['guest-303'], removed: ['guest-100'] })
  hub.flush()
  assert.equal(JSON.parse(json.take().match(/^data: (.*)$/m)![1]!), {
    panel: 'guests',
    rows: [{ vmid: '303', name: 'mail', key: 'guest-303' }],
    removed: ['guest-100'],
  })
  assert.is(text.take(), 'guests  303 mail\nguests  guest-100 gone\n')
})

live('the wall gets objects with html, for a script of 2012', ({ hub }) => {
  const wall = join(hub, { form: 'wall' })
  const data = JSON.parse(wall.take().match(/^data: (.*)$/m)![1]!)
  assert.is(data.id, 'panel-guests')
  assert.match(data.html, '<p id="guest-303">mail</p>')
})

live('who comes back with an id gets only the rows that he missed', ({ hub, guests }) => {
  const viewer = join(hub)
  hub.changed('guests', { rows: ['guest-100'] })
  hub.flush()
  const id = idIn(viewer.take())!
  viewer.leave()
  guests.rows.set('guest-303', 'post')
  hub.changed('guests', { rows: ['guest-303'] })
  hub.flush()
  hub.changed('guests', { rows: ['guest-303'] })
  hub.flush()
  const text = join(hub, { lastEventId: id }).take()
  assert.is(text.match(/hx-partial hx-target="#([\w-]+)"/g)?.length, 1)
  assert.match(text, 'post')
  assert.is.not(idIn(text), id)
  const again = join(hub, { lastEventId: idIn(text)! }).take()
  assert.is(again, 'retry: 1000\n\n')
})

live('who was away too long, or before a restart, gets the whole', async ({ hub, clock }) => {
  const old = idIn(join(hub).take())!
  for (let i = 0; i < 300; i++) {
    hub.changed('guests', { rows: ['guest-303'] })
    hub.flush()
  }
  assert.match(join(hub, { lastEventId: old }).take(), 'panel-guests')
  await clock.advance(1)
  const restarted = createHub({ clock, log: silentLog })
  restarted.panel('guests', guestPanel({ 'guest-100': 'web' }))
  assert.match(join(restarted, { lastEventId: old }).take(), 'panel-guests')
  for (const junk of ['', '-', '7', `${old}0000`, 'x-1', '\n'])
    assert.match(join(hub, { lastEventId: junk }).take(), 'panel-guests')
  await restarted.close()
})

live('rows that came or moved while he was away bring the whole', ({ hub, guests }) => {
  const id = idIn(join(hub).take())!
  guests.rows.set('guest-104', 'new')
  hub.changed('guests', { added: [{ id: 'guest-104', after: 'guest-100' }] })
  hub.flush()
  assert.match(join(hub, { lastEventId: id }).take(), 'hx-target="#panel-guests"')
})

live('a full reader is skipped, gets one whole frame when he has read', ({ hub, guests }) => {
  const slow = join(hub)
  const quick = join(hub)
  slow.take()
  quick.take()
  slow.state.full = (1 << 20) + 1
  for (const name of ['a', 'b', 'c']) {
    guests.rows.set('guest-303', name)
    hub.changed('guests', { rows: ['guest-303'] })
    hub.flush()
  }
  assert.is(slow.take(), '')
  assert.is(hub.counts().stalled, 1)
  assert.is(quick.state.writes, 5)
  slow.drain()
  assert.match(slow.take(), /#panel-guests.*web[\s\S]*<td>c<\/td>/)
  assert.is(hub.counts().stalled, 0)
})

live('who does not read for a minute is let go, who reads in time is not', async (t) => {
  const [dead, late] = [join(t.hub), join(t.hub)]
  dead.state.full = late.state.full = 2 << 20
  t.hub.changed('guests', { rows: ['guest-303'] })
  await t.clock.advance(59_000)
  late.drain()
  await t.clock.advance(2_000)
  assert.is(dead.state.destroyed, true)
  assert.is(late.state.destroyed, false)
  assert.is(t.hub.counts().viewers, 1)
  assert.is(t.hub.counts().dropped, 1)
})

live('a panel that cannot be drawn costs the others nothing and comes back whole', (t) => {
  let broken = false
  const face = guestPanel({ 'node-Home': 'Home' }).html
  t.hub.panel('quorum', {
    target: 'panel-quorum',
    html: {
      whole: face.whole,
      rows: (ids) => {
        if (broken) throw new Error('no such field')
        return face.rows(ids)
      },
    },
  })
  const viewer = join(t.hub, { panels: ['guests', 'quorum'] })
  viewer.take()
  broken = true
  t.hub.changed('guests', { rows: ['guest-303'] })
  t.hub.changed('quorum', { rows: ['node-Home'] })
  t.hub.flush()
  assert.match(viewer.take(), '#guest-303')
  assert.equal(t.errors, ['live: a panel could not be drawn no such field'])
  broken = false
  t.hub.changed('quorum', { rows: ['node-Home'] })
  t.hub.flush()
  assert.match(viewer.take(), '<section id="panel-guests">')
})

live('an owner is told and his streams end, the others stay', ({ hub }) => {
  const [mine, theirs] = [join(hub, { owner: 'session:1' }), join(hub, { owner: 'session:2' })]
  theirs.take()
  assert.is(hub.dismiss('session:1', 'logout'), 1)
  assert.match(mine.take(), 'event: logout\ndata: \n\n')
  assert.is(mine.state.ended, true)
  assert.is(theirs.take(), '')
  hub.tell('stop', '{"by":"Anna"}')
  assert.is(theirs.take(), 'event: stop\ndata: {"by":"Anna"}\n\n')
  assert.is(hub.counts().viewers, 1)
})

live('viewers are counted by panel and form', ({ hub }) => {
  join(hub, { panels: ['guests', 'nodes'] })
  const left = join(hub, { form: 'text' })
  const { viewers, byForm, byPanel } = hub.counts()
  assert.equal([viewers, byForm.html, byForm.text], [2, 1, 1])
  assert.equal(byPanel, { guests: 2, nodes: 1 })
  left.leave()
  assert.is(hub.counts().byForm.text, 0)
})

live('what does not exist, or is too much, is refused before a stream opens', ({ clock, hub }) => {
  const never = () => assert.unreachable('opened') as never
  const want = { panels: ['guest'], form: 'html', gzip: false } as const
  assert.throws(() => hub.join(want, never), /no live panel "guest" as html/)
  assert.throws(() => hub.join({ ...want, panels: [] }, never), /no live panel/)
  assert.throws(() => hub.join({ ...want, panels: ['nodes'], form: 'text' }, never), /as text/)
  assert.throws(() => hub.changed('guests', { rows: ['a"><script>'] }), /cannot be an element/)
  const small = createHub({ clock, log: silentLog, most: 1 })
  small.panel('guests', guestPanel({}))
  join(small)
  assert.throws(
    () => small.join({ ...want, panels: ['guests'] }, never),
    (e: { kind: string }) => e.kind === 'busy',
  )
})

live('an empty house keeps no timer', async ({ hub, clock }) => {
  const viewer = join(hub)
  viewer.leave()
  assert.is(clock.waiting(), 0)
  await hub.close()
})

live('the stop ends all, and nobody new comes in', async ({ hub }) => {
  const viewers = [join(hub), join(hub, { form: 'json' })]
  await hub.close()
  assert.ok(viewers.every(({ state }) => state.ended))
  assert.throws(() => join(hub), /stopping/)
})

live.run()
