/** What is not drawn during a flood is what nobody could have seen; else everything is, in order. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createBacklog } from '../../../lib/terminals/backlog.ts'
import { createScreen } from '../../../lib/terminals/screen.ts'
import { fakeClock } from '../../clock.ts'

const backlog = suite('a flood')

const setUp = (lines = 100) => {
  const clock = fakeClock()
  const drawn: string[] = []
  const made = createBacklog({
    clock,
    lines: () => lines,
    draw: (chunk) => void drawn.push(Buffer.from(chunk).toString('latin1')),
  })
  return { clock, drawn, ...made }
}
const plain = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, n) => `line ${from + n}\r\n`).join(''))

backlog('a few lines are drawn at once', () => {
  const t = setUp()
  t.add(plain(0, 10))
  assert.is(t.drawn.length, 1)
})
backlog('of a long flood the end is drawn, when it is quiet', async () => {
  const t = setUp()
  for (let n = 0; n < 1000; n++) t.add(plain(n * 1000, 1000))
  const early = t.drawn.length
  await t.clock.advance(100)
  assert.ok(t.drawn.length > early)
  assert.ok(t.drawn.join('').length < 6_000_000)
  assert.match(t.drawn.at(-1)!, /line 999999\r\n$/)
})
backlog('an escape sequence brings everything that waits with it, in order', () => {
  const t = setUp()
  for (let n = 0; n < 20; n++) t.add(plain(n * 1000, 1000))
  t.add(Buffer.from('\x1b[31mred'))
  const all = t.drawn.join('')
  assert.match(all, /line 19999\r\n\x1b\[31mred$/)
  assert.is((all.match(/line /g) ?? []).length, 20_000)
})
backlog('lines too long to be dropped are drawn', () => {
  const t = setUp()
  for (let n = 0; n < 100; n++) t.add(Buffer.alloc(100_000, 0x61))
  t.flush()
  assert.is(t.drawn.join('').length, 10_000_000)
})
backlog('the screen behind it is the same as if all of it had been drawn', async () => {
  const { clock } = setUp()
  const size = { cols: 80, rows: 24 }
  const screen = await createScreen({ clock, size, onAnswer() {}, onDrawn() {} })
  screen.write(Buffer.from('\x1b[32mbefore\r\n'))
  for (let n = 0; n < 800; n++) screen.write(plain(n * 1000, 1000))
  screen.write(Buffer.from('\x1b[0m$ '))
  const lines = (await screen.text(2024)).split('\n')
  assert.is(lines.length, 2024)
  assert.is(lines[0], `line ${800_000 - 2023}`)
  assert.equal(lines.slice(-2), ['line 799999', '$ '])
  screen.close()
})
backlog.run()
