import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createBus } from '../../../lib/bus.ts'
import { asDbProblem } from '../../../lib/db/db.ts'
import { createRefusals } from '../../../lib/db/refusals.ts'
import type { Events } from '../../../lib/events/kinds.ts'
import { createLog } from '../../../lib/log.ts'
import { fakeClock } from '../../clock.ts'

const refusals = suite('what cannot be stored')

const room = () => {
  const lines: string[] = []
  const kinds: string[] = []
  const bus = createBus<Events>((_, error) => {
    throw error
  })
  bus.onAny(({ kind }) => kinds.push(kind))
  const log = createLog(fakeClock(), { write: (line) => void lines.push(line) })
  return { lines, kinds, room: createRefusals({ log, bus }) }
}
const refusal = (code: string, text: string) =>
  asDbProblem(Object.assign(new Error(text), { code }), '/data/jarvis.db')

refusals('a full disk is told as one, once, and so is its end', () => {
  const { room: it, kinds, lines } = room()
  assert.is(it.trouble(), undefined)
  for (let i = 0; i < 3; i++) it.refused(refusal('SQLITE_FULL', 'database or disk is full'))
  assert.match(it.trouble() ?? '', /^The disk is full; .* What you see is true/)
  assert.equal(kinds, ['disk.full'])
  assert.is(lines.length, 1)
  it.stored()
  it.stored()
  assert.is(it.trouble(), undefined)
  assert.equal(kinds, ['disk.full', 'disk.back'])
})

refusals('another refusal is no full disk: its own words, and nothing about the disk', () => {
  for (const [code, text] of [
    ['SQLITE_BUSY', 'database is locked'],
    ['SQLITE_READONLY', 'attempt to write a readonly database'],
    ['SQLITE_NOTADB', 'file is not a database'],
  ] as const) {
    const { room: it, kinds } = room()
    it.refused(refusal(code, text))
    assert.match(it.trouble() ?? '', /^What happens cannot be stored: /)
    assert.not.match(it.trouble() ?? '', /disk is full/i)
    it.stored()
    assert.equal(kinds, [], code)
  }
})

refusals('a disk that fills up while something else is wrong is told all the same', () => {
  const { room: it, kinds } = room()
  it.refused(refusal('SQLITE_BUSY', 'database is locked'))
  it.refused(refusal('SQLITE_FULL', 'database or disk is full'))
  assert.equal(kinds, ['disk.full'])
  assert.match(it.trouble() ?? '', 'The disk is full')
})

refusals.run()
