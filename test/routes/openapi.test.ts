/** The description of the API describes every route, and the answers are as described. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { panels } from '../../lib/paths.ts'
import { operations } from '../../routes/operations.ts'
import { openSite, type Site } from '../site.ts'

const described = suite<{ site: Site }>('openapi')
described.before.each(async (t) => {
  t.site = await openSite()
})
described.after.each((t) => t.site.close())

type Document = {
  openapi: string
  paths: Record<
    string,
    Record<string, { operationId: string; responses: object; security: object[] }>
  >
}
const read = async (site: Site) => (await (await site.ask('/api/openapi.json')).json()) as Document

described('every route of the site is in the description, and nothing else', async ({ site }) => {
  const { paths } = await read(site)
  const routes = site.app.routes
    .filter((r) => r.method !== 'ALL')
    .map((r) => `${r.method.toLowerCase()} ${r.path.replace(/:(\w+)/g, '{$1}')}`)
  const written = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  // The panels stand there one by one, each with its shape; one route serves them.
  const served = written.filter((w) => !/^get \/f\/\w+\.json$/.test(w))
  assert.equal([...new Set(routes)].sort(), served.sort())
  for (const name of panels) assert.ok(paths[`/f/${name}.json`]?.get, name)
  console.log(`COUNT routes described: ${written.length}`)
})
described('each operation has its own id, and says who may', async ({ site }) => {
  const all = Object.values((await read(site)).paths).flatMap((methods) => Object.values(methods))
  assert.is(new Set(all.map((o) => o.operationId)).size, all.length)
  for (const o of all) assert.ok(Array.isArray(o.security) && Object.keys(o.responses).length > 0)
})
described('who may is what the guard says', async ({ site }) => {
  for (const o of operations.filter((o) => o.method === 'get')) {
    const path = o.path.replace(':panel', 'nodes').replace(':file', 'plain.css')
    const r = await site.ask(path, { as: null, headers: { accept: 'application/json' } })
    assert.is(r.status === 401, o.scope !== 'none', `${o.path}: ${r.status}`)
    const allowed = await site.ask(path, { as: o.scope === 'none' ? null : o.scope })
    assert.not.ok([401, 403].includes(allowed.status), `${o.path}: ${allowed.status}`)
  }
})
described('what is answered has the shape that is described', async ({ site }) => {
  site.bus.emit('node.lost', { node: 'agent1' })
  let checked = 0
  for (const o of operations.filter((o) => o.method === 'get' && o.scope === 'view')) {
    const shape = o.answers[200]?.shape
    // A thing that must exist first is looked at in the test of its own route.
    if (!shape || o.path.includes('/:')) continue
    const r = await site.ask(o.path, { headers: { accept: 'application/json' } })
    assert.is(r.status, 200, o.path)
    const got = shape.safeParse(await r.json())
    assert.ok(got.success, `${o.path}: ${got.error?.message}`)
    checked += 1
  }
  assert.is(checked, panels.length + 18)
})
described('deeds of the settings answer in the shape that is described', async ({ site }) => {
  const post = (path: string, fields: Record<string, string>) =>
    site.ask(path, {
      as: 'admin',
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'application/json' },
    })
  const shapeOf = (path: string, status: number) =>
    operations.find((o) => o.method === 'post' && o.path === path)!.answers[status]!.shape!
  const made = await post('/settings/tokens', { name: 'grafana', scope: 'view' })
  assert.is(made.status, 201)
  const key = (await made.json()) as { id: string }
  assert.ok(
    shapeOf('/settings/tokens', 201).safeParse(key).success,
    JSON.stringify(Object.keys(key)),
  )
  const gone = await post(`/settings/tokens/${key.id}`, {})
  assert.ok(shapeOf('/settings/tokens/:id', 200).safeParse(await gone.json()).success)
  const wrong = await post('/settings/tokens', { name: 'x', scope: 'god' })
  assert.is(wrong.status, 422)
  assert.ok(shapeOf('/settings/tokens', 422).safeParse(await wrong.json()).success)
})

described.run()
