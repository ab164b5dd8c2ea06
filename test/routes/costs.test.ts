/** The bill through the front door: questions to models of the lab, then the page, text, JSON and the stream. */
import { createServer, type Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type LlmLab, startLlmLab } from '../../lab/llm.ts'
import { bill as billShape } from '../../routes/shapes-costs.ts'
import { reader } from '../lib/live/stage.ts'
import { heard, question } from '../llm.ts'
import { openSite, type Site } from '../site.ts'

type Scene = { lab: LlmLab; site: Site }
const costs = suite<Scene>('/costs')

costs.before.each(async (t) => {
  t.lab = await startLlmLab()
  t.site = await openSite({
    llm: {
      claude: {
        apiKey: 'k',
        baseUrl: t.lab.claudeUrl,
        models: { routine: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
      },
      local: { url: t.lab.llamaUrl, loadMinutes: 5, firstMinutes: 20, pauseSeconds: 120 },
      budget: { dayUsd: 1, monthUsd: 20 },
      private: 'any',
    },
  })
})
costs.after.each(async (t) => {
  t.site.needs.llm?.close()
  t.site.close()
  await t.lab.close()
})

const think = ({ site, lab }: Scene, usd: number, purpose = 'chat') => {
  lab.play({ claude: [{ text: 'So.', usage: { in: 0, out: usd * 100_000 } }] })
  return heard(site.needs.llm!.stream({ ...question(), purpose, weight: 'complex' }))
}
const read = async (site: Site, path: string, accept = 'text/html') => {
  const r = await site.ask(path, { headers: { accept } })
  assert.is(r.status, 200)
  return r.text()
}

costs('an empty book is told in a line, in every form', async ({ site }) => {
  const page = await read(site, '/costs')
  assert.match(page, 'Nothing on the bill.')
  assert.not.match(page, 'id="costs-calls"')
  assert.match(await read(site, '/costs', 'text/plain'), 'Such thoughts as I had were free.')
  const json = billShape.parse(JSON.parse(await read(site, '/costs', 'application/json')))
  assert.is(json.hasModel, true)
  site.needs.llm!.close()
  site.needs.llm = undefined
  assert.match(await read(site, '/costs'), 'No model, no bill.')
})

costs('what was spent stands there: today, for what, by whom, and the last calls', async (t) => {
  await think(t, 0.2)
  await think(t, 0.05, '<b>summary</b>')
  await heard(t.site.needs.llm!.stream(question()))
  const page = await read(t.site, '/costs')
  for (const part of ['id="panel-costs"', 'id="costs-day"', 'id="costs-month"', 'class="bar now"'])
    assert.match(page, part)
  assert.match(page, '&lt;b&gt;summary')
  assert.not.match(page, '<b>summary')
  assert.not.match(page, /style=|undefined|NaN/)
  const text = await read(t.site, '/costs', 'text/plain')
  assert.match(text, /Today +0\.25 USD +of 1\.00 USD, 3 calls/)
  assert.match(text, /Forecast +– +too early to say/)
  assert.match(text, /claude-sonnet-5-5 +2 .* 0\.25 USD/)
  assert.match(text, /qwen2\.5-7b-instruct-q4_k_m\.gguf +1 .* at home/)
  const json = JSON.parse(await read(t.site, '/costs?as=json'))
  assert.ok(billShape.safeParse(json).success)
  assert.equal([json.month.usd, json.calls.length, json.atHome], [0.25, 3, 1])
  assert.match(await read(t.site, '/f/costs.txt'), /chat +0\.20 USD/)
  assert.is(JSON.parse(await read(t.site, '/f/costs.json')).rows[0].usd, 0.25)
})

costs('a call that broke off is marked as estimated', async (t) => {
  t.lab.play({ claude: [{ cut: 'before' }] })
  await heard(t.site.needs.llm!.stream({ ...question(), weight: 'complex' }))
  const text = await read(t.site, '/costs', 'text/plain')
  assert.match(text, /~0 .*broke off/)
})

costs('a spent budget is said on the panel and stands in the diary', async (t) => {
  await think(t, 0.85)
  await think(t, 0.2)
  const words = (await read(t.site, '/costs', 'text/plain')).replace(/\u2009/g, ' ')
  assert.match(words, "The day's 1.00 USD is spent. I think for nothing until midnight.")
  const diary = (await read(t.site, '/events', 'text/plain')).replace(/\u2009/g, ' ')
  assert.match(diary, "The day's 1.00 USD for Claude is spent. I think for nothing until it ends.")
  assert.match(diary, "0.85 USD of the day's 1.00 USD for Claude is spent.")
})

costs('who watches the panel sees each call as it is booked', async (t) => {
  const { site } = t
  const server = createAdaptorServer({ fetch: site.app.fetch as never, createServer }) as Server
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const { secret } = site.needs.auth.tokens.create({ name: 'r', scope: 'view', by: 'the test' })
  const stream = await reader(port, '/live?panels=costs&as=text', {
    authorization: `Bearer ${secret}`,
  })
  await stream.sees('Nothing on the bill')
  await think(t, 0.2)
  await site.clock.advance(200)
  await stream.sees('of 1.00 USD, 1 call')
  await think(t, 0.1)
  await site.clock.advance(200)
  await stream.sees('of 1.00 USD, 2 calls')
  await site.live.close()
  await new Promise((done) => {
    server.close(done)
    server.closeAllConnections()
  })
})

costs('who may look may see it, nobody else', async ({ site }) => {
  assert.is((await site.ask('/costs', { as: null })).status, 401)
  assert.is(
    (await site.ask('/costs?as=json', { as: null, headers: { accept: 'application/json' } }))
      .status,
    401,
  )
})

costs.run()
