/** The pages with names that attack, with nobody who answers, and with too much of everything. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../lib/errors.ts'
import { silentLog } from '../../lib/log.ts'
import { parseUpid } from '../../lib/proxmox/upid.ts'
import type { Needs } from '../../routes/needs.ts'
import { createReader } from '../../routes/reading.ts'
import { fakeClock } from '../clock.ts'
import { HOSTILE, hostileNames, nothingYet, oneNodeOff, staleEvening } from '../pictures.ts'
import { openSite, type Site } from '../site.ts'

const trouble = suite<{ site: Site }>('pages in trouble')
trouble.before.each(async (t) => {
  t.site = await openSite()
})
trouble.after.each((t) => t.site.close())

const browser = { accept: 'text/html' }
const curl = { 'user-agent': 'curl/8.5.0' }
const look = async (site: Site, path: string, headers: Record<string, string> = browser) => {
  const r = await site.ask(path, { headers })
  return { status: r.status, text: await r.text(), r }
}

/** No markup of others, no marks that turn the reading direction, no controls. */
const isHarmless = (text: string, isHtml: boolean, where: string) => {
  const marks = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
  assert.not.match(text.replace(/\r\n/g, '\n'), marks, where)
  if (isHtml) assert.not.match(text, /<script(?! src=)|[^;] onmouseover='|<\/td>"/, where)
}

trouble(
  'names that attack are text on every page, in the title and in SVG too',
  async ({ site }) => {
    site.world.picture = hostileNames()
    for (const name of HOSTILE) {
      site.bus.emit('guest.condition', {
        vmid: 200,
        node: name,
        name,
        from: 'running',
        to: 'stopped',
      })
      site.bus.emit('node.lost', { node: name })
    }
    const seen: string[] = []
    for (const vmid of HOSTILE.map((_, i) => 200 + i)) seen.push(`/guests/${vmid}`)
    for (const name of HOSTILE.filter((n) => !n.includes('\ud800') && !n.includes('\n')))
      seen.push(`/nodes/${encodeURIComponent(name)}`)
    for (const name of HOSTILE.slice(0, 2)) seen.push(`/storage/${encodeURIComponent(name)}/local`)
    seen.push('/guests', '/nodes', '/storage', '/tasks', '/events', '/power', '/events?as=csv')
    for (const path of seen)
      for (const headers of [browser, curl]) {
        const { text, status } = await look(site, path, headers)
        assert.is(status, 200, path)
        isHarmless(text, headers === browser && !path.endsWith('csv'), path)
      }
  },
)

trouble('nobody answers: each part says so, the page is there', async ({ site }) => {
  const { text, status } = await look(site, '/guests/303')
  assert.is(status, 200)
  for (const id of ['settings', 'snapshots', 'backups'])
    assert.match(text, new RegExp(`<section id="${id}" class="panel" data-state="unknown"`))
  assert.match(text, 'I cannot see it.')
  assert.match(text, 'No node of the cluster answers.')
  const json = JSON.parse((await look(site, '/guests/303', { accept: 'application/json' })).text)
  assert.is(json.config.error.kind, 'unreachable')
  assert.is(json.guest.name, 'homeassistant')
  assert.match(
    (await look(site, '/guests/303', curl)).text,
    'SETTINGS\nNo node of the cluster answers.',
  )
  assert.match(
    (await look(site, '/nodes/pve')).text,
    'id="machine" class="panel" data-state="unknown"',
  )
  assert.match(
    (await look(site, '/storage/Home/local')).text,
    'id="content" class="panel" data-state="unknown"',
  )
})

trouble('what is not permitted names the right that is missing', async ({ site }) => {
  const no = () =>
    Promise.reject(
      new Problem('forbidden', 'The token lacks Sys.Audit on /nodes/pve.', { next: 'pveum acl …' }),
    )
  site.needs.proxmox = {
    nodes: { status: no, services: no, disks: no, rrd: no },
  } as unknown as Needs['proxmox']
  const { text } = await look(site, '/nodes/pve')
  assert.match(text, 'id="machine" class="panel" data-state="forbidden"')
  assert.match(text, 'Not mine to see.')
  assert.match(text, 'Sys.Audit on /nodes/pve')
})

trouble('our own mistake costs one panel, has a number, and is in the log', async ({ site }) => {
  const broken = () => Promise.reject(new TypeError('the inner works'))
  site.needs.proxmox = {
    nodes: { status: broken, services: async () => [], disks: async () => [], rrd: async () => [] },
  } as unknown as Needs['proxmox']
  const { text, status } = await look(site, '/nodes/pve')
  assert.is(status, 200)
  const [, number] = /Error ([0-9A-F]{4}), written down/.exec(text)!
  assert.match(text, 'id="machine" class="panel" data-state="error"')
  assert.not.match(text, 'the inner works')
  assert.match(site.lines.join('\n'), `error=${number}`)
})

trouble('a cluster that was never seen is 503, not an empty house', async ({ site }) => {
  site.world.picture = nothingYet()
  for (const path of ['/guests/303', '/nodes/pve', '/storage/Home/local']) {
    const { text, status } = await look(site, path)
    assert.is(status, 503, path)
    assert.match(text, 'I have not seen the cluster yet.')
  }
})

trouble('an old picture and a node that is off are told with their age', async ({ site }) => {
  site.world.picture = staleEvening()
  assert.match((await look(site, '/guests/302')).text, /last heard 1\u2009min ago/)
  site.world.picture = oneNodeOff()
  assert.match((await look(site, '/guests/303')).text, /unknown \(node lost\) since/)
  assert.match((await look(site, '/nodes/agent1', curl)).text, /^agent1 {2}lost since 11:27/)
})

const UPID = 'UPID:pve:000004BE:1489B074:6AFE5B68:vzdump:302:root@pam:'
const withLog = (total: number, line: (n: number) => string) =>
  ({
    tasks: {
      status: async (upid: string) => ({
        ...parseUpid(upid),
        upid,
        running: false,
        exitstatus: 'OK',
      }),
      log: async (_: string, { start = 0, limit = 0 }) => ({
        total,
        lines: Array.from({ length: Math.min(limit, total - start) }, (_, i) => ({
          n: start + i + 1,
          t: line(start + i + 1),
        })),
      }),
    },
  }) as unknown as Needs['proxmox']

trouble('a long log is shown from its end, and leads to what came before', async ({ site }) => {
  site.needs.proxmox = withLog(1700, (n) => `line ${n}`)
  const path = `/tasks/${encodeURIComponent(UPID)}`
  const end = await look(site, path)
  assert.match(end.text, 'lines 1201 to 1700 of 1700')
  assert.match(end.text, 'line 1700\n')
  assert.not.match(end.text, 'line 1200\n')
  assert.match(end.text, `href="${path}?from=700"`)
  const middle = await look(site, `${path}?from=700`)
  assert.match(middle.text, 'lines 701 to 1200 of 1700')
  assert.match(middle.text, `href="${path}?from=200"`)
  assert.match(middle.text, `href="${path}?from=1200"`)
  assert.match((await look(site, `${path}?from=9999`)).text, 'It said nothing.')
})

trouble('a log that attacks is text', async ({ site }) => {
  site.needs.proxmox = withLog(HOSTILE.length, (n) => `</pre>${HOSTILE[n - 1]}`)
  for (const headers of [browser, curl]) {
    const { text } = await look(site, `/tasks/${encodeURIComponent(UPID)}`, headers)
    isHarmless(text, headers === browser, 'log')
  }
  assert.is((await look(site, `/tasks/${encodeURIComponent(UPID)}`)).text.split('</pre>').length, 2)
})

trouble('the diary is paged by its cursor, and every form holds the same', async ({ site }) => {
  for (let i = 0; i < 250; i++) site.bus.emit('node.lost', { node: `n${i}` })
  const first = await look(site, '/events')
  assert.match(first.text, '100 events, and there are older ones')
  const [, older] = /<a href="([^"]+)">older ones</.exec(first.text)!
  const second = await look(site, older!.replaceAll('&amp;', '&'))
  assert.match(second.text, 'n149 is lost.')
  assert.not.match(second.text, 'n150 is lost.')
  assert.match(second.text, '>the newest<')
  const json = JSON.parse(
    (await look(site, '/events?limit=3', { accept: 'application/json' })).text,
  )
  const api = JSON.parse((await look(site, '/api/events?limit=3')).text)
  assert.equal(json, api)
  const csv = await look(site, '/events?as=csv&limit=3')
  assert.is(csv.r.headers.get('content-type'), 'text/csv; charset=utf-8')
  assert.is(csv.text.split('\r\n').length, 5)
  assert.match(csv.text, /^id,time,kind,severity,subject,words\r\n\d+,2\d{3}-/)
})

trouble(
  'a form with empty fields asks for everything; filters stay in the links',
  async ({ site }) => {
    site.bus.emit('node.lost', { node: 'agent1' })
    site.bus.emit('guest.appeared', { vmid: 303, node: 'pve', name: 'x' })
    const all = await look(site, '/events?kind=&severity=&subject=&since=')
    assert.match(all.text, '2 events')
    const some = await look(site, '/events?kind=node&severity=crit')
    assert.match(some.text, '1 event')
    assert.match(some.text, '<option value="node" selected>')
    assert.match(some.text, 'href="/events?kind=node&amp;severity=crit&amp;as=csv"')
    assert.match(some.text, '<a href="/nodes/agent1">agent1</a>')
  },
)

trouble('what does not answer is given up after five seconds, alone', async () => {
  const clock = fakeClock()
  const read = createReader({ clock, log: silentLog })
  let aborted: unknown
  const slow = read(
    ({ signal }) =>
      new Promise<string>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = signal.reason
          reject(signal.reason)
        })
      }),
  )
  const quick = await read(async () => 'there')
  assert.is(quick.value, 'there')
  await clock.advance(4999)
  assert.is(aborted, undefined)
  await clock.advance(1)
  assert.is((await slow).problem?.kind, 'timeout')
  assert.ok(aborted)
})

trouble.run()
