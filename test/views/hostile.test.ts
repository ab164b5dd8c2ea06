/** Names that attack the page, the terminal or the columns are shown as text, in every form. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type PanelName, panels } from '../../lib/paths.ts'
import { panelShapes } from '../../routes/shapes.ts'
import type { Extra } from '../../views/panels/panel.ts'
import { shownPanels } from '../../views/panels/panels.ts'
import { cut, domId, quoted, safeJson, shown, width } from '../../views/parts/shown.ts'
import { columns } from '../../views/parts/table.ts'
import { aBill } from '../bills.ts'
import { NOON } from '../clock.ts'
import { HOSTILE, hostileNames } from '../pictures.ts'

const hostile = suite('hostile text')

const extra: Extra = {
  now: NOON,
  timeZone: 'UTC',
  events: HOSTILE.map((name, id) => ({
    id,
    at: NOON,
    kind: 'guest.renamed',
    severity: 'info',
    subject: name,
    payload: { vmid: 1, from: name, to: name },
  })),
  costs: aBill(HOSTILE),
  waiting: HOSTILE.map((name, id) => ({
    id,
    card: name,
    tool: id % 2 ? name : 'guest_migrate',
    args: { target: name, [name]: name },
    target: name,
    label: name,
    tier: 'RED',
    by: name,
    kind: 'machine',
    since: NOON,
    expires: NOON,
  })),
}
/** Jarvis has rows of his own making, none for a name; the bill shows the dearest five. */
const rowsIn: Partial<Record<PanelName, number>> = { jarvis: 1, costs: 3 + 5 }
/** What a terminal would obey: controls but the newline, and marks that turn the direction. */
const OBEYED =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]/

/** The tags of a page, as a browser would see them. */
const tagsOf = (html: string) => new Set(html.match(/<\/?[a-z][^\s>]*/gi))
const plain = new Set(
  'section header h2 h3 p time table thead tbody tr th td span small svg line path rect circle text use a strong div dl dt dd ol ul li article details summary form button input code'
    .split(' ')
    .flatMap((t) => [`<${t}`, `</${t}`]),
)

for (const name of panels as readonly PanelName[]) {
  hostile(`${name}: the page holds our own tags and attributes only`, () => {
    const html = String(shownPanels[name].html(hostileNames(), extra))
    assert.equal(
      [...tagsOf(html)].filter((t) => !plain.has(t)),
      [],
    )
    for (const tag of html.match(/<[a-z][^>]*>/g) ?? [])
      assert.not.match(tag.replace(/"[^"]*"/g, '""'), /on\w+=|script|'/)
    const ids = html.match(/ id="[^"]*"/g) ?? []
    assert.is(new Set(ids).size, ids.length)
    for (const id of ids) assert.match(id, /^ id="[\w-]+"$/)
    assert.not.match(html, OBEYED)
  })
  hostile(`${name}: text has one line a row, none wider than its columns`, () => {
    const picture = hostileNames()
    const text = shownPanels[name].text(picture, extra)
    assert.not.match(text, OBEYED)
    const heads = text.split('\n').filter((l) => /^[A-Z%/ ]+$/.test(l) && l.includes('  '))
    assert.is(heads.length, 1)
    const rows = text.split('\n').slice(text.split('\n').indexOf(heads[0]!) + 1, -1)
    assert.is(rows.length, rowsIn[name] ?? HOSTILE.length)
    for (const row of rows) assert.ok(width(row) < 520, `${width(row)}: ${row}`)
  })
  hostile(`${name}: JSON keeps every name whole and moves no cursor`, () => {
    const json = safeJson(shownPanels[name].json(hostileNames(), extra))
    assert.not.match(json, OBEYED)
    panelShapes[name].parse(JSON.parse(json))
    const names = name === 'power' || name === 'quorum' ? 'node' : 'name'
    const rows = (JSON.parse(json) as { rows: Record<string, unknown>[] }).rows
    if (rows[0] && names in rows[0])
      assert.equal(
        rows.map((r) => r[names]),
        HOSTILE,
      )
  })
}

hostile('a long name is cut in the table and whole when pointed at', () => {
  const html = String(shownPanels.guests.html(hostileNames(), extra))
  assert.match(html, `title="${'L'.repeat(255)}">${'L'.repeat(47)}…<`)
})
hostile('columns stay straight with wide letters, combining marks and emoji', () => {
  const names = ['日本語', `e${'\u0301'.repeat(50)}`, '👩‍👩‍👧', 'plain', 'ｆｕｌｌ', '🇩🇪', 'naïve']
  const lines = columns(
    [
      { head: 'NAME', cell: (n: string) => n },
      { head: 'END', cell: () => '|' },
    ],
    names,
  )
  const bar = (line: string) => width(line.slice(0, line.indexOf('|')))
  assert.equal(new Set(lines.slice(1).map(bar)).size, 1)
  assert.is(width('日本語'), 6)
  assert.is(width('👩‍👩‍👧'), 2)
  assert.is(width(`e${'\u0301'.repeat(50)}`), 1)
})
hostile('a cut never splits a letter, and fits', () => {
  assert.is(cut('日本語のサーバー', 7), '日本語…')
  assert.is(cut('abcdef', 6), 'abcdef')
  assert.is(cut('abcdefg', 6), 'abcde…')
  assert.ok(cut(`e${'\u0301'.repeat(200)}`, 10).length <= 8)
})
hostile('a tower of marks is cut before it reaches the next line', () => {
  assert.is(shown(`e${'\u0301'.repeat(200)}x`), 'e\u0301\u0301\u0301x')
})
hostile('nothing visible becomes a dash, half a character a mark', () => {
  assert.is(shown('\u202e\n\u0000'), '–')
  assert.is(shown(' '), '–')
  assert.is(shown('a\ud800b'), 'a\ufffdb')
  assert.is(shown(undefined, '303'), '303')
})
hostile('ids differ where names differ, and hold only what is safe', () => {
  const ids = [...HOSTILE, 'a_b', 'a/b', 'a b', 'A/b', 'a_2fb'].map((n) => domId('x', n))
  assert.is(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]+$/)
})
hostile('a word that a shell would read is quoted', () => {
  assert.is(quoted('/nodes/pve'), '/nodes/pve')
  assert.is(quoted("a'; rm -rf /"), `'a'\\''; rm -rf /'`)
  assert.is(quoted('u@pve!t'), "'u@pve!t'")
})

hostile.run()
