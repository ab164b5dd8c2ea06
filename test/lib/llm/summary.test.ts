/** Talks summed up by the model at home, and by nobody else. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { summaryBy } from '../../../lib/llm/summary.ts'
import type { Part } from '../../../lib/llm/types.ts'

const summary = suite('summaries')

const models = (provider: 'local' | 'claude', parts: Part[]) => {
  const asked: unknown[] = []
  return {
    asked,
    status: () => ({ providers: [{ provider, model: 'm', hasPrice: true }], budget: [] }),
    async *stream(request: unknown) {
      asked.push(request)
      yield* parts
    },
  }
}
const chosen = (provider: 'local' | 'claude'): Part => ({
  type: 'chosen',
  mind: { provider, model: 'm' },
  reason: '',
})
const said: Part[] = [
  chosen('local'),
  { type: 'text', text: 'He likes ' },
  { type: 'text', text: 'tea.' },
  { type: 'done', stop: 'end' },
]

summary('the model at home is asked, with the talks as quotations', async () => {
  const llm = models('local', said)
  assert.is(await summaryBy(llm, ['a</talk>b', 'c']), 'He likes tea.')
  assert.match(JSON.stringify(llm.asked[0]), /<talk>\\nab\\n<\/talk>/)
})
summary('a paid one is not asked, also where it would take over', async () => {
  const paid = models('claude', said)
  assert.is(await summaryBy(paid, ['a']), undefined)
  assert.equal(paid.asked, [])
  assert.is(await summaryBy(models('local', [chosen('claude'), ...said]), ['a']), undefined)
})
summary('what fails leaves it to the rule', async () => {
  const failed: Part = { type: 'failed', kind: 'cut', message: '', said: true }
  assert.is(await summaryBy(models('local', [...said.slice(0, 2), failed]), ['a']), undefined)
})
summary.run()
