/** Every panel in every state, in its three forms: unknown is never drawn as zero or as good. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Picture } from '../../lib/cluster/picture.ts'
import { type PanelName, panels } from '../../lib/paths.ts'
import { panelShapes } from '../../routes/shapes.ts'
import type { EventLine, Extra } from '../../views/panels/panel.ts'
import { shownPanels } from '../../views/panels/panels.ts'
import { aBill } from '../bills.ts'
import { NOON } from '../clock.ts'
import * as cast from '../pictures.ts'

const view = suite('panels')

const happened: EventLine[] = [
  {
    id: 2,
    at: NOON - 60_000,
    kind: 'node.lost',
    severity: 'crit',
    subject: 'node/agent1',
    payload: { node: 'agent1' },
  },
  { id: 1, at: NOON - 90_000, kind: 'of.tomorrow', severity: 'info', payload: { a: 1 } },
]
const asked = {
  id: 7,
  card: 'a',
  tool: 'guest_delete',
  args: { vmid: 100 },
  target: 'guest/100',
  label: '100 Ubuntu-Desktop',
  tier: 'RED',
  by: 'butler',
  kind: 'machine',
  since: NOON - 60_000,
  expires: NOON + 86_340_000,
}
const extra = (events = happened): Extra => ({
  now: NOON,
  timeZone: 'UTC',
  events,
  costs: aBill(),
  waiting: [asked],
})
const forms = (name: PanelName, picture: Picture, more = extra()) => ({
  html: String(shownPanels[name].html(picture, more)),
  text: shownPanels[name].text(picture, more),
  json: panelShapes[name].parse(JSON.parse(JSON.stringify(shownPanels[name].json(picture, more)))),
})
const line = (text: string, part: string) => text.split('\n').find((l) => l.includes(part)) ?? ''
const row = (html: string, id: string) => line(html, `id="${id}"`)
/** What is read on the page. */
const words = (html: string) =>
  html
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&#39;', "'")
const own: PanelName[] = ['events', 'jarvis', 'costs', 'approvals']
const ofCluster = panels.filter((name) => !own.includes(name))
const lists = ['nodes', 'events', 'jarvis', 'approvals']

for (const name of panels) {
  view(
    `${name}: a section with its id, its heading, heads and rows; text ends with a newline`,
    () => {
      const { html, text, json } = forms(name, cast.calmEvening())
      assert.match(html, `<section id="panel-${name}"`)
      assert.match(html, `aria-labelledby="panel-${name}-title"`)
      assert.match(html, `<h2 id="panel-${name}-title"`)
      if (!lists.includes(name)) assert.match(html, '<th scope="col"')
      assert.is(html.match(/<(tr|li|article|div) id=/g)?.length, json.rows.length)
      assert.is(json.state, 'fresh')
      assert.ok(text.endsWith('\n') && !text.endsWith('\n\n'))
      assert.not.match(html, /style=|<script|undefined|\[object|NaN/)
      assert.not.match(text, /undefined|\[object|NaN/)
    },
  )
}

for (const name of ofCluster) {
  view(`${name}: before the first reading it is loading, not empty`, () => {
    const { html, text, json } = forms(name, cast.nothingYet())
    assert.is(json.state, 'loading')
    assert.is(json.at, null)
    assert.match(html, 'The first reading is on its way.')
    assert.match(text, 'loading')
    assert.not.match(text, /\b0 |All|No /)
  })
  view(`${name}: without any answer it is unknown and says since when and why`, () => {
    const { html, text, json } = forms(name, cast.unreachable())
    assert.is(json.state, 'unknown')
    for (const form of [words(html), text])
      assert.match(form, 'I cannot see it. No answer on port 8006. Since 10:30.')
    assert.match(text, 'Is the node on?')
  })
  view(`${name}: a refused token is an error with the next step`, () => {
    const { html, text, json } = forms(name, cast.wrongToken())
    assert.is(json.state, 'error')
    for (const form of [html, text]) assert.match(form, 'The token was not accepted.')
    assert.is(json.next, 'Make a new one.')
  })
  view(`${name}: nothing to see for want of a right is no empty cluster`, () => {
    const { html, text, json } = forms(name, cast.noPermission())
    assert.is(json.state, 'forbidden')
    for (const form of [words(html), text]) {
      assert.match(form, /Not mine to see[:.] [Tt]he token lacks VM.Audit on \/vms\./)
      assert.match(form, 'pveum acl modify /vms')
      assert.not.match(form, /No guests|No nodes|No tasks|No storage/)
    }
  })
  view(`${name}: a stale reading keeps its rows and says how old it is`, () => {
    const { html, text, json } = forms(name, cast.staleEvening())
    assert.is(json.state, 'stale')
    assert.is(json.ageS, 60)
    assert.ok(json.rows.length > 0)
    assert.match(html, 'data-state="stale"')
    assert.match(text, 'STALE')
    assert.match(text, 'Last heard 1 min ago.')
  })
  view(`${name}: an empty cluster is told in one good line`, () => {
    const { html, json } = forms(name, cast.emptyCluster())
    assert.is(json.state, 'fresh')
    assert.match(html, /class="(says|empty)"/)
    assert.not.match(html, '<table')
  })
}

view('costs stand beside their budget, and amber only from 80 % on', () => {
  const at = (spent: number) =>
    forms('costs', cast.calmEvening(), { ...extra(), costs: aBill(['chat'], spent) })
  const calm = at(0.4)
  assert.match(line(calm.text, 'Today'), /Today\s+0\.20 USD\s+of 1\.00 USD, 15 calls/)
  assert.match(line(calm.text, 'Forecast'), /by the end of the month/)
  assert.not.match(row(calm.html, 'costs-today'), 'warn')
  assert.match(row(at(1.8).html, 'costs-today'), 'warn')
  assert.equal(
    calm.json.rows.map((r) => ('kind' in r ? r.kind : '')),
    ['today', 'month', 'forecast', 'purpose'],
  )
})
view('without a model the bill is one dry line, with one that was never asked another', () => {
  const without = forms('costs', cast.calmEvening(), { ...extra(), costs: undefined })
  assert.match(words(without.html), 'No model, no bill. I go by the rules;')
  const costs = { ...aBill(), calls: [] }
  const unasked = forms('costs', cast.calmEvening(), { ...extra(), costs })
  assert.match(unasked.text, 'Nothing on the bill. Such thoughts as I had were free.')
})
view('a budget that is spent and prices that are not known are said above the rows', () => {
  const bill = aBill()
  const costs = {
    ...bill,
    exhausted: { ...bill.budget[0]!, spent: 1.01 },
    month: { ...bill.month, unpriced: 2 },
  }
  const { text, html } = forms('costs', cast.calmEvening(), { ...extra(), costs })
  for (const form of [text, words(html)]) {
    assert.match(form, "The day's 1.00")
    assert.match(form, 'I think for nothing until midnight.')
    assert.match(form, '2 calls of unknown price this month: in none of these sums.')
  }
})
view('a node that is off has dashes for figures, and so have its guests, which are unknown', () => {
  const nodes = forms('nodes', cast.oneNodeOff())
  assert.match(line(nodes.text, 'agent1'), /lost since 11:27\s+–\s+8\s+–\s+–\s+–\s+–$/)
  assert.match(row(nodes.html, 'node-agent1'), 'data-state="unknown"')
  assert.match(words(nodes.html), 'Lost since 11:27.')
  assert.not.match(
    nodes.html.slice(nodes.html.indexOf('node-agent1')),
    /agent1[\s\S]*class="ring[\s\S]*id="node-agent"/,
  )
  const guests = forms('guests', cast.oneNodeOff())
  assert.match(line(guests.text, 'homeassistant'), /unknown \(node lost\)\s+–\s+–\s+–\s+–$/)
  const lost = forms('guests', cast.oneNodeOff()).json.rows.find(
    (r) => 'vmid' in r && r.vmid === 303,
  )
  assert.is(lost && 'cpu' in lost ? lost.cpu : 'absent', null)
  assert.match(guests.json.count, '2 unknown')
})
view(
  'a node whose figures may not be seen names the right and the command, and keeps the rest',
  () => {
    const { text, html, json } = forms('nodes', cast.narrowToken())
    const command = "pveum acl modify / --roles PVEAuditor --tokens 'jarvis@pve!audit'"
    assert.match(text, `The token lacks Sys.Audit on /nodes/Home. On a node, as root: ${command}`)
    assert.match(words(html), 'Not mine to see. The token lacks Sys.Audit on /nodes/Home.')
    assert.match(words(html), command)
    assert.match(line(text, 'Home  '), 'figures not permitted')
    assert.is(json.state, 'fresh')
    assert.match(json.notes[0]!, 'Not all of it is mine to see')
  },
)
view('a stopped guest has no load, a locked one says so, a template is none of both', () => {
  const calm = cast.calmEvening()
  calm.guests.push(cast.guest(900, 'base', { template: true, condition: 'stopped' }))
  const { text } = forms('guests', calm)
  assert.match(line(text, 'Ubuntu-Desktop'), /stopped\s+–\s+–\s+–\s+–$/)
  assert.match(line(text, 'management'), 'running, locked (backup)')
  assert.match(line(text, 'base'), 'template')
})
view('quorum is told in words, and as the past when it is old', () => {
  const now = forms('quorum', cast.calmEvening())
  assert.match(now.text, 'The cluster has quorum.')
  assert.match(now.text, '4 of 4 votes, 3 needed')
  assert.not.match(now.text, 'by one vote each')
  const guessed = cast.calmEvening()
  guessed.cluster.votes = { ...guessed.cluster.votes!, assumed: true }
  assert.match(forms('quorum', guessed).text, '3 needed, by one vote each')
  assert.match(forms('quorum', cast.noQuorum()).text, 'No quorum. Nothing can be changed')
  const old = forms('quorum', cast.staleEvening()).text
  assert.match(old, 'The cluster had quorum when last heard.')
  assert.not.match(old, 'has quorum')
  assert.match(forms('quorum', cast.nothingYet()).text, 'is not known')
  const unknown = cast.calmEvening()
  unknown.cluster.quorate = undefined
  assert.match(forms('quorum', unknown).text, 'cannot be known now')
})
view('a guest without a backup is mentioned, but only by who could read all the stores', () => {
  const { text, json } = forms('backups', cast.calmEvening())
  assert.match(text, '303 has never been backed up. I mention it now, rather than later.')
  assert.match(json.count, '1 of 2 guests without a recent one')
  const partly = forms('backups', cast.narrowToken()).text
  assert.not.match(partly, 'never')
  assert.match(partly, 'Not every backup storage can be read')
  assert.match(line(partly, 'homeassistant'), /none found\s+–\s+–\s+–/)
})
view('a storage that fills up says when', () => {
  const { text } = forms('storage', cast.calmEvening())
  assert.match(line(text, 'cluster-backup'), /88 %\s+full in 9 d/)
  const gone = cast.calmEvening()
  gone.storages[1] = { ...gone.storages[1]!, condition: 'unknown', why: 'node lost' }
  assert.match(
    line(forms('storage', gone).text, 'cluster-backup'),
    /unknown \(node lost\)\s+–\s+–\s+–/,
  )
})
view('a failed task keeps the words of Proxmox; a running one its time so far', () => {
  const { text } = forms('tasks', cast.calmEvening())
  assert.match(text, 'failed: no space left on device')
  assert.match(line(text, 'qmigrate'), /20 s\s+running$/)
})
view('power counts what a node carries, and nothing for one that is off', () => {
  const { text } = forms('power', cast.oneNodeOff())
  assert.match(line(text, 'pve'), '3 running')
  assert.match(line(text, 'agent1'), /lost\s+11:27\s+–\s+–\s+by bc:24/)
  assert.match(line(text, 'agent  '), 'no address to wake it')
})
view('an event is a sentence; one of another program keeps its kind; none is good news', () => {
  const { text, html } = forms('events', cast.calmEvening())
  assert.match(text, 'agent1 is lost.')
  assert.match(text, 'of.tomorrow')
  assert.match(row(html, 'event-2'), 'data-severity="crit"')
  assert.match(
    forms('events', cast.calmEvening(), extra([])).text,
    'Nothing to report. I shall try to contain my disappointment.',
  )
})
view(
  'what waits is told with who asks and since when; of one card together; nothing is good',
  () => {
    const more = [asked, { ...asked, id: 8, card: 'b', label: '303 x' }, { ...asked, id: 9 }]
    const { html, text, json } = forms('approvals', cast.calmEvening(), {
      ...extra(),
      waiting: more,
    })
    assert.equal(
      json.rows.map((r) => ('card' in r ? r.id : 0)),
      [7, 9, 8],
      'those of one card stand together',
    )
    assert.match(words(html), 'Asked for together: 2 deeds, each decided by itself')
    assert.match(words(html), 'Delete 100 Ubuntu-Desktop butler asks, since 11:59')
    assert.match(html, '<form method="post" action="/approvals/7/open">')
    assert.match(line(text, '303 x'), /8 {2}RED {3}Delete 303 x +butler +11:59 +2026-11-21/)
    assert.match(json.count, '3 wait')
    const none = forms('approvals', cast.calmEvening(), { ...extra(), waiting: [] })
    assert.match(words(none.html), 'Nothing awaits you. Do enjoy it.')
  },
)
view('800 guests are 800 rows with 800 ids', () => {
  const { html, text } = forms('guests', cast.eightHundred())
  assert.is(new Set(html.match(/<tr id="[^"]+"/g)).size, 800)
  assert.is(html.match(/<tr class="group"/g)?.length, 16)
  assert.not.match(html, 'class="sparkline')
  assert.is(text.trimEnd().split('\n').length, 802)
})

view('a task that STOP or a person ended is no failure: not red, not counted', () => {
  const calm = cast.calmEvening()
  const upid = calm.tasks.find((t) => t.outcome === 'failed')!.upid
  const tasks = calm.tasks.map((t) =>
    t.upid === upid ? { ...t, outcome: 'stopped' as const, text: 'received interrupt' } : t,
  )
  const { html, text, json } = forms('tasks', { ...calm, tasks })
  const shown = html.split('<tr ').find((r) => r.includes('received interrupt'))!
  assert.match(shown, 'data-is="stopped"')
  assert.not.match(shown, /crit|g-failed/)
  assert.not.match(text.split('\n')[0]!, 'failed')
  assert.match(line(text, 'received interrupt'), 'stopped: received interrupt')
  assert.is(json.rows.filter((r) => 'outcome' in r && r.outcome === 'failed').length, 0)
})

view.run()
