/** The audit trail through the front door: who may read it, its filters, its forms, and what it says of its chain. */
import { createHash } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { canonical, type Json } from '../../lib/audit/canonical.ts'
import type { Entry } from '../../lib/audit/trail.ts'
import { auditChain, auditPage } from '../../routes/shapes-audit.ts'
import { HOSTILE } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const audit = suite<{ site: Site }>('audit page')
audit.before.each(async (t) => {
  t.site = await openSite()
})
audit.after.each((t) => t.site.close())

const deed: Entry = {
  who: 'alice',
  kind: 'person',
  from: '10.0.0.5',
  what: 'guest_start',
  target: 'guest/303',
  args: { vmid: 303 },
  verdict: 'run',
  tier: 'YELLOW',
}

const read = async (
  site: Site,
  path: string,
  accept = 'text/html',
  as: 'operate' | 'view' = 'operate',
) => {
  const r = await site.ask(path, { as, headers: { accept } })
  return { r, text: await r.text() }
}
const check = (site: Site, accept = 'application/json') =>
  site.ask('/audit/check', { as: 'operate', method: 'POST', headers: { accept } })

const ways = ['/audit', '/audit.txt', '/audit.json', '/audit.csv', '/audit.jsonl']

audit(
  'who may act may read it; whoever only looks, a wall and a stranger may not',
  async ({ site }) => {
    for (const path of ways) {
      assert.is((await site.ask(path, { as: null })).status, 401, path)
      assert.is((await site.ask(path, { as: 'view' })).status, 403, path)
      assert.is((await site.ask(path, { as: 'operate' })).status, 200, path)
    }
    assert.is((await site.ask('/audit/check', { as: 'view', method: 'POST' })).status, 403)
    const { secret } = site.needs.auth.wallKeys.create({ name: 'hall', scope: 'view', by: 'alice' })
    const wall = { headers: { cookie: `jv_wall=${secret}`, accept: 'application/json' } }
    for (const path of ways)
      assert.is((await site.app.request(`http://localhost${path}`, wall)).status, 401, path)
  },
)

audit(
  'what was begun and how it ended are one act, with all that is known of it',
  async ({ site }) => {
    const { trail } = site.needs
    const of = trail.write({ ...deed, before: 'stopped', approval: 7, deed: 12 })
    await site.clock.advance(2500)
    trail.write({
      ...deed,
      args: undefined,
      of,
      outcome: 'done',
      after: 'running',
      reason: '303 is running.',
    })
    const { text } = await read(site, '/audit')
    assert.is(text.match(/<tbody id="audit-/g)?.length, 1)
    for (const part of [
      '<a href="/guests/303">303</a>',
      '303 is running.',
      '<dt>Before</dt><dd>stopped</dd>',
      '<dt>After</dt><dd>running</dd>',
      'href="/api/deeds/12"',
      'href="/approvals/7"',
      /<td class="n">3\u2009s<\/td>/,
      /row 1, [^<]*<code>[0-9a-f]{64}<\/code>/,
      /row 2, [^<]*<code>[0-9a-f]{64}<\/code>/,
      '&quot;vmid&quot;: 303',
    ])
      assert.match(text, part)
    const plain = (await read(site, '/audit.txt', '*/*')).text
    assert.match(
      plain,
      /^ *1 {2}2026-11-20 12:00:00 {2}alice +10\.0\.0\.5 +guest_start +guest\/303 +YELLOW +run +done +303 is running\.$/m,
    )
  },
)

audit('each form is what its description says', async ({ site }) => {
  const of = site.needs.trail.write(deed)
  site.needs.trail.write({ ...deed, of, outcome: 'done' })
  await check(site)
  for (const path of ['/audit.json', '/audit']) {
    const got = auditPage.safeParse(JSON.parse((await read(site, path, 'application/json')).text))
    assert.ok(got.success, got.error?.message)
    assert.equal(
      got.data.acts.map((a) => a.map((row) => row.id)),
      [[1, 2]],
    )
    assert.is(got.data.chain?.ok, true)
  }
  const type = async (path: string) => (await read(site, path)).r.headers.get('content-type') ?? ''
  assert.match(await type('/audit.txt'), 'text/plain')
  assert.match(await type('/audit.csv'), 'text/csv')
  assert.match(await type('/audit.jsonl'), 'application/jsonl')
})

audit(
  'filters as the form sends them; the links keep them; mistakes are all told',
  async ({ site }) => {
    for (let i = 0; i < 6; i++)
      site.needs.trail.write({ ...deed, who: i % 2 ? 'alice' : 'ci token' })
    const { text } = await read(site, '/audit?who=alice&what=&target=&verdict=&limit=2')
    assert.is(text.match(/<tbody id="audit-/g)?.length, 2)
    assert.match(text, '<option value="alice" selected>alice</option>')
    assert.match(text, '<option value="ci token">ci token</option>')
    const older = /href="(\/audit\?[^"]*before=\d+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&')
    assert.match((await read(site, older!)).text, 'id="audit-2"')
    assert.match(text, 'href="/audit.csv?who=alice&amp;limit=2"')
    const wrong = await read(
      site,
      '/audit.json?since=yesterday&text=x&colour=red&limit=0&who=a&who=b',
    )
    assert.is(wrong.r.status, 422)
    assert.equal(Object.keys(JSON.parse(wrong.text).error.details).sort(), [
      'colour',
      'limit',
      'since',
      'text',
      'who',
    ])
    assert.match((await read(site, '/audit?who=nobody')).text, 'No such row.')
    assert.is((await read(site, '/audit.csv?until=never')).r.status, 422)
  },
)

audit('nothing written yet, nothing looked at yet', async ({ site }) => {
  const { text } = await read(site, '/audit')
  assert.match(text, 'Nothing is written yet.')
  assert.match(text, 'Nobody has looked at the chain yet')
  assert.match((await read(site, '/audit.txt')).text, /^AUDIT {2}0 acts/)
})

audit(
  'a look at the chain: whole, then broken, in every form, and never green again by itself',
  async ({ site }) => {
    const { trail } = site.needs
    for (let i = 0; i < 3; i++) trail.write(deed)
    const page = await site.ask('/audit/check', {
      as: 'operate',
      method: 'POST',
      headers: { accept: 'text/html' },
    })
    assert.equal([page.status, page.headers.get('location')], [303, '/audit'])
    assert.match(
      (await read(site, '/audit')).text,
      /g-proven[\s\S]*The chain is whole: 3 rows\. Looked at 12:00 by test operate/,
    )
    const db = site.db
    db.exec('drop trigger audit_no_update')
    db.run(`update audit set entry = replace(entry, 'alice', 'mallory') where id = 2`)
    const told = auditChain.parse(await (await check(site)).json())
    assert.equal(
      [told.ok, told.brokenAt, told.why, told.brokenRowAt],
      [false, 2, 'changed', '2026-11-20T12:00:00.000Z'],
    )
    assert.match(
      await (await check(site, 'text/plain')).text(),
      /^The chain is broken at row 2, of 2026-11-20 12:00:00\. It does not fit/,
    )
    const { text } = await read(site, '/audit')
    assert.match(text, /<section id="chain" class="panel" data-state="error"/)
    assert.match(text, /<p role="alert"[^>]*>[\s\S]*The chain is broken at row 2/)
    assert.match(text, 'href="/audit?before=3"')
    assert.match(text, /<tbody id="audit-2" data-is="broken">/)
    assert.match(text, 'Its hash is not that of its content.')
    assert.is(text.match(/data-is="broken">/g)?.length, 2)
  },
)

audit(
  'a row whose text was broken is shown as far as it can be read, and the page stands',
  async ({ site }) => {
    for (let i = 0; i < 3; i++) site.needs.trail.write(deed)
    site.db.exec('drop trigger audit_no_update')
    site.db.run(
      `update audit set entry = '{"who":5,"what":["x"],"args":"no","verdict":"run","of":"x"}' where id = 2`,
    )
    for (const path of ways) {
      const { r, text } = await read(site, path)
      assert.is(r.status, 200, text.slice(0, 300))
    }
    assert.match((await read(site, '/audit')).text, /<tbody id="audit-2" data-is="broken">/)
  },
)

audit(
  'JSON lines: the whole trail, and anybody can check the chain with them',
  async ({ site }) => {
    for (let i = 0; i < 1100; i++)
      site.needs.trail.write({
        ...deed,
        args: { 10: 'a', 9: 'b', name: HOSTILE[i % HOSTILE.length] },
      })
    const lines = (await read(site, '/audit.jsonl')).text.trimEnd().split('\n')
    assert.is(lines.length, 1100)
    let previous = '0'.repeat(64)
    for (const line of lines) {
      const { id, at, hash, entry, ...row } = JSON.parse(line)
      assert.is(row.previous, previous)
      const sum = createHash('sha256').update(
        `${previous}\n${id}\n${at}\n${canonical(entry as Json)}`,
      )
      assert.is(sum.digest('hex'), hash, String(id))
      previous = hash
    }
    assert.is((await read(site, '/audit.jsonl?what=nothing')).text, '')
  },
)

audit('an export is read while it is sent, and a reader who leaves ends it', async ({ site }) => {
  const { trail } = site.needs
  for (let i = 0; i < 3000; i++) trail.write(deed)
  const whole = trail.parts
  let parts = 0
  let ended = false
  const counting = {
    ...trail,
    *parts(wanted: Parameters<typeof trail.parts>[0]) {
      try {
        for (const rows of whole(wanted)) {
          parts += 1
          yield rows
        }
      } finally {
        ended = true
      }
    },
  }
  Object.assign(site.needs.trail, { parts: counting.parts })
  const reader = (await site.ask('/audit.jsonl', { as: 'operate' })).body!.getReader()
  assert.ok(parts <= 1)
  await reader.read()
  assert.ok(parts <= 2, String(parts))
  await reader.cancel()
  assert.ok(ended)
})

audit('a table for a spreadsheet: no cell is a formula, no row is two', async ({ site }) => {
  const names = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '=cmd|x',
    '"quoted", yes',
    'two\nlines',
  ]
  for (const who of names)
    site.needs.trail.write({ ...deed, who, reason: who, target: who, args: { name: who } })
  const { text } = await read(site, '/audit.csv')
  const rows = text.trimEnd().split('\r\n')
  assert.is(rows.length, names.length + 1)
  assert.match(rows[0]!, /^id,time,who,kind,from,what,target,arguments,verdict/)
  for (const row of rows.slice(1)) assert.not.match(row, /(^|,)"?[=+@\t\r]/)
  assert.match(rows[1]!, "'=1+1")
})

const OBEYED =
  /[\u0000-\u0009\u000b-\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]/

audit(
  'names that forge lines, colours and directions stay names, in every form',
  async ({ site }) => {
    const evil = [
      ...HOSTILE,
      'x\n2026-11-20 12:00:00 admin did it',
      '\u001b[31mred\u001b[0m',
      '\u202egnp.exe',
      '\u009b31m',
    ]
    for (const name of evil)
      site.needs.trail.write({
        ...deed,
        who: name,
        what: name,
        target: `guest/${name}`,
        from: name,
        reason: name,
        rule: name,
        tier: name,
        outcome: name,
        verdict: name,
        before: name,
        after: name,
        task: name,
        args: { [name]: name },
      })
    for (const path of ways) {
      const { r, text } = await read(
        site,
        `${path}${path.endsWith('l') || path.endsWith('v') ? '' : '?limit=500'}`,
      )
      assert.is(r.status, 200)
      assert.not.match(text, OBEYED, path)
      if (path === '/audit')
        assert.not.match(text, /<script(?![^>]*src=)|<img|onerror=(?!&)/i, path)
    }
    const plain = (await read(site, '/audit.txt?limit=500')).text
    assert.is(plain.trimEnd().split('\n').length, evil.length + 4)
    assert.is((await read(site, '/audit.jsonl')).text.trimEnd().split('\n').length, evil.length)
  },
)

audit('a megabyte of arguments does not make a megabyte of page', async ({ site }) => {
  site.needs.trail.write({
    ...deed,
    args: { command: `echo ${'x'.repeat(2 ** 20)} --password=hunter2` },
  })
  const { text } = await read(site, '/audit')
  assert.ok(text.length < 60_000, String(text.length))
  assert.match(text, '(1048600 characters, sha256')
  assert.not.match(text, 'hunter2')
})

audit('a question that found nothing in 20,000 rows says so and goes on', async ({ site }) => {
  const { trail, db } = { trail: site.needs.trail, db: site.db }
  db.tx(() => {
    for (let i = 0; i < 10_100; i++) {
      trail.write({ who: 'bob', from: 'x', what: 'a', verdict: 'run' })
      trail.write({ who: 'eve', from: 'x', what: 'b', verdict: 'run' })
    }
    for (let i = 0; i < 10_100; i++) {
      trail.write({ who: 'bob', from: 'x', what: 'a', verdict: 'run' })
      trail.write({ who: 'eve', from: 'x', what: 'b', verdict: 'run' })
    }
  })
  const { text } = await read(site, '/audit?who=bob&what=b')
  assert.match(text, 'I have looked through 20,000 rows')
  assert.match(text, 'look further back')
})

audit.run()
