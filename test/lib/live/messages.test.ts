import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eventOf, type Form, messageOf, pieceOf } from '../../../lib/live/messages.ts'

const messages = suite('live messages')

/** Reads server-sent events as the standard says: lines end with CR LF, LF or CR. */
const parse = (text: string) => {
  const events: { data: string; event: string; id: string }[] = []
  let [data, event, id, has] = ['', '', '', false]
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (has) events.push({ data: data.slice(0, -1), event, id })
      data = event = ''
      has = false
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') [data, has] = [`${data}${value}\n`, true]
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }
  return events
}

const panel = { panel: 'guests', target: 'panel-guests' }
const bits = [
  'event: logout\n',
  'id: 99\n',
  'data: x\n',
  '\r',
  '\n',
  '\r\n',
  '\n\n',
  ': c\n',
  'retry: 1\n',
  '\u2028',
  '\0',
  '<b>',
  'web',
  ' ',
  'é😀',
]
/** Texts made of everything that means something to the format; the same ones each run. */
const hostile = function* (howMany: number) {
  let seed = 20_261_120
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((seed / 2_147_483_648) * below)
  }
  for (let i = 0; i < howMany; i++)
    yield Array.from({ length: 1 + next(8) }, () => bits[next(bits.length)]).join('')
}

messages('no text can forge an event, an id or a second message', () => {
  for (const text of hostile(2000)) {
    for (const form of ['html', 'wall', 'json'] as Form[]) {
      const value = form === 'json' ? { name: text } : text
      const delta = { rows: [{ id: 'guest-303', value }], removed: [] }
      const events = parse(messageOf(form, [pieceOf(form, panel, delta)], 'e-7'))
      assert.is(events.length, 1, JSON.stringify(text))
      assert.is(events[0]!.id, 'e-7')
      assert.is(events[0]!.event, '')
    }
  }
})

messages('what was put in comes out, but for the kind of its line ends', () => {
  for (const text of hostile(2000)) {
    const [event] = parse(eventOf('html', 'logout', text))
    assert.is(event!.event, 'logout')
    assert.is(event!.data, text.replace(/\r\n?/g, '\n'))
    const delta = { rows: [{ id: 'guest-303', value: { name: text } }], removed: [] }
    const [row] = parse(messageOf('json', [pieceOf('json', panel, delta)], 'e-7'))
    assert.is(JSON.parse(row!.data).rows[0].name, text)
  }
})

messages('a line of text stays one line and steers no terminal', () => {
  for (const value of hostile(500)) {
    const delta = { rows: [{ id: 'guest-303', value: `${value}\u001b[2J` }], removed: [] }
    const line = pieceOf('text', panel, delta)
    assert.is(line.indexOf('\n'), line.length - 1)
    assert.not.match(line, /[\u0000-\u0009\u000b-\u001f\u2028]/)
  }
})

messages('an event that is no word is refused', () => {
  assert.throws(() => eventOf('html', 'a\ndata: x', ''), /cannot name an event/)
})

messages('a new row stands behind its neighbour, a gone one is deleted', () => {
  const delta = {
    rows: [
      { id: 'guest-1', value: '<tr id="guest-1"></tr>' },
      { id: 'guest-2', value: '<tr id="guest-2"></tr>', after: 'guest-1' },
    ],
    removed: ['guest-3'],
  }
  assert.is(
    pieceOf('html', panel, delta),
    '<hx-partial hx-target="#guest-1" hx-swap="outerMorph"><tr id="guest-1"></tr></hx-partial>' +
      '<hx-partial hx-target="#guest-1" hx-swap="afterend"><tr id="guest-2"></tr></hx-partial>' +
      '<hx-partial hx-target="#guest-3" hx-swap="delete"></hx-partial>',
  )
})

messages('the id of an update stands on the last of its events', () => {
  const events = parse(messageOf('json', ['{"a":1}', '', '{"b":2}'], 'e-7'))
  assert.equal(
    events.map((e) => [e.id, e.data]),
    [
      ['', '{"a":1}'],
      ['e-7', '{"b":2}'],
    ],
  )
})

messages.run()
