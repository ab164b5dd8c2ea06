/** The figures of docs/models.md are computed, not remembered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readPrices } from '../../../lib/llm/prices.ts'

const text = readFileSync(join(import.meta.dirname ?? '.', '../../../docs/models.md'), 'utf8')
const doc = suite('docs/models.md')

const cells = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
const lines = text.split('\n')
const head = lines.findIndex((line) => line.startsWith('| question |'))
const rows = lines
  .slice(head + 2)
  .slice(
    0,
    lines.slice(head + 2).findIndex((line) => !line.startsWith('|')),
  )
  .map(cells)

doc('each cost follows from the price list, to two figures that mean something', () => {
  const prices = readPrices()
  const models = cells(lines[head]!).slice(5)
  assert.equal(models, prices.models)
  assert.is(rows.length, 5)
  for (const [what, fresh, cacheRead, cacheWrite, out, ...written] of rows)
    for (const [i, model] of models.entries()) {
      const usd = prices.costOf('claude', model, {
        in: Number(fresh),
        cacheRead: Number(cacheRead),
        cacheWrite: Number(cacheWrite),
        out: Number(out),
        exact: true,
      })!
      const told = Number(written[i])
      assert.ok(Math.abs(told - usd) <= usd * 0.03, `${what}, ${model}: ${told}, but it is ${usd}`)
    }
})

doc('the date of the price list is the one that is told', () => {
  assert.match(text, `price list of ${readPrices().asOf}`)
})

doc.run()
