/** Alive is one word for everybody; ready has reasons and needs a right. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readiness } from '../../routes/shapes.ts'
import { staleEvening, unreachable } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const health = suite<{ site: Site }>('health')
health.before.each(async (t) => {
  t.site = await openSite()
})
health.after.each((t) => t.site.close())

const ready = async (site: Site) => {
  const r = await site.ask('/readyz', { headers: { accept: 'application/json' } })
  return { status: r.status, ...readiness.parse(await r.json()) }
}

health('the sign of life needs no login and tells nothing', async ({ site }) => {
  site.world.picture = unreachable()
  site.world.trouble = 'The disk is full.'
  const r = await site.ask('/healthz', { as: null })
  assert.is(r.status, 200)
  assert.is(await r.text(), 'ok\n')
})
health('a cluster that was heard and a database that takes writes are ready', async ({ site }) => {
  const r = await ready(site)
  assert.is(r.status, 200)
  assert.is(r.ready, true)
  assert.equal(
    r.reasons.map((x) => x.name),
    ['cluster', 'database', 'stop', 'level', 'breaker', 'approvals'],
  )
})
health('a silent cluster is not ready, with its reason', async ({ site }) => {
  site.world.picture = unreachable()
  const r = await ready(site)
  assert.is(r.status, 503)
  assert.match(r.reasons[0]?.text ?? '', 'not heard yet. No answer on port 8006')
  site.world.picture = staleEvening()
  assert.match((await ready(site)).reasons[0]?.text ?? '', 'last heard 1 min ago.')
})
health('a database that refuses is not ready, with its reason', async ({ site }) => {
  site.world.trouble = 'The disk is full.'
  const r = await ready(site)
  assert.is(r.status, 503)
  assert.equal(r.reasons[1], { name: 'database', ok: false, text: 'The disk is full.' })
})
health('a terminal reads it line by line', async ({ site }) => {
  const r = await site.ask('/readyz', { headers: { 'user-agent': 'curl/8' } })
  assert.is(
    await r.text(),
    'ready\nok    cluster: last heard 3 s ago.\nok    database: takes writes.\nok    stop: not pressed.\nok    level: 4 operate.\nok    breaker: holds.\nok    approvals: none waits.\n',
  )
})

health('a breaker that is down is told, and the house is ready', async ({ site }) => {
  for (const _ of [1, 2]) site.needs.brakes.limits.triedBlack('a script', 'service_restart')
  const { status, reasons } = await ready(site)
  assert.is(status, 200)
  assert.match(reasons.find((r) => r.name === 'level')?.text ?? '', '1 observe')
  assert.match(reasons.find((r) => r.name === 'breaker')?.text ?? '', 'down: a script asked')
})

health.run()
