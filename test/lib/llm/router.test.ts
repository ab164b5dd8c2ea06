/** Who is asked, and which reason is given. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Rest } from '../../../lib/llm/breakers.ts'
import { choose, type Knowledge, type Wanted } from '../../../lib/llm/router.ts'
import type { Provider } from '../../../lib/llm/types.ts'

const router = suite('llm: router')

const rest: Rest = {
  kind: 'overloaded',
  reason: 'Claude has trouble of its own (529).',
  leftMs: 12_000,
  isFirm: false,
}
const both: Knowledge = {
  claude: { routine: 'haiku', complex: 'sonnet', window: () => 1_000_000, hasPrice: () => true },
  local: { provider: 'local', model: 'qwen', window: 8192 },
  keepsPrivate: false,
  resting: () => undefined,
  exhausted: undefined,
  isBudgeted: true,
}
const spent = { span: 'day' as const, limit: 1, spent: 1.02, unpriced: 0, until: 0 }
const resting = (who: Provider, more: Partial<Rest> = {}) => ({
  resting: (provider: Provider) => (provider === who ? { ...rest, ...more } : undefined),
})

const said = (wanted: Wanted, known: Partial<Knowledge> = {}, tried: Provider[] = []) => {
  const { mind, reason } = choose(wanted, { ...both, ...known }, new Set(tried))
  return `${mind?.model ?? 'nobody'}: ${reason}`
}

router('routine goes home, several steps and failures go to Claude', () => {
  assert.is(said({}), 'qwen: Routine: the local model will do.')
  assert.is(said({ weight: 'complex' }), 'sonnet: This takes several steps: Claude.')
  assert.is(said({ localFailed: true }), 'haiku: The local model has tried and failed: Claude.')
})

router('one model is the only one', () => {
  assert.is(said({}, { local: undefined }), 'haiku: Claude is the only model.')
  assert.is(
    said({ weight: 'complex' }, { claude: undefined }),
    'qwen: The local model is the only model.',
  )
})

router('no model is said plainly', () => {
  assert.is(
    said({}, { claude: undefined, local: undefined }),
    'nobody: There is no model: none is configured.',
  )
})

router('private text stays in the house, whatever it takes', () => {
  const keepsPrivate = true
  const wanted: Wanted = { isPrivate: true, weight: 'complex', localFailed: true }
  assert.is(said(wanted, { keepsPrivate }), 'qwen: This is private, so it stays in the house.')
  assert.is(
    said(wanted, { keepsPrivate, local: undefined }),
    'nobody: This is private, so it stays in the house. There is no model in it.',
  )
  assert.is(said(wanted, { keepsPrivate }, ['local']), 'nobody: ')
  assert.match(said(wanted), /^sonnet/, 'unless the house says otherwise')
})

router('a spent budget steps down to the local model, and is no reason to stop', () => {
  assert.is(
    said({ weight: 'complex' }, { exhausted: spent }),
    "qwen: The day's 1.00\u2009USD for Claude is spent. So the local model.",
  )
  assert.is(said({}, { exhausted: spent }), 'qwen: Routine: the local model will do.')
  assert.is(
    said({}, { exhausted: spent, local: undefined }),
    "nobody: The day's 1.00\u2009USD for Claude is spent.",
  )
  assert.match(said({}, { exhausted: { ...spent, limit: 0 }, local: undefined }), /is nothing/)
})

router('a price that is not known cannot be kept to a budget', () => {
  const claude = { ...both.claude!, hasPrice: (model: string) => model !== 'sonnet' }
  assert.is(
    said({ weight: 'complex' }, { claude }),
    'qwen: The price of sonnet is not known, so no budget could be kept. So the local model.',
  )
  assert.match(said({ weight: 'complex' }, { claude, isBudgeted: false }), /^sonnet/)
})

router('who has just failed rests, and the other takes over', () => {
  assert.match(
    said({ weight: 'complex' }, resting('claude')),
    /^qwen: Claude has trouble .* rests for another 12\u2009s\. So the local model\.$/,
  )
  assert.match(
    said({}, resting('local', { reason: 'The local model is out.' })),
    /^haiku: .*So Claude/,
  )
})

router('alone he is tried again, unless that is known to be in vain', () => {
  assert.match(said({}, { local: undefined, ...resting('claude') }), /^haiku: .*nobody else/)
  const firm = choose({}, { ...both, local: undefined, ...resting('claude', { isFirm: true }) })
  assert.is(firm.mind, undefined)
  assert.is('retryAfterMs' in firm && firm.retryAfterMs, 12_000)
})

router('nobody is asked the same question twice', () => {
  assert.match(said({}, {}, ['local']), /^haiku: The local model has just failed\. So Claude\.$/)
  assert.is(said({}, {}, ['local', 'claude']), 'nobody: ')
  assert.match(said({}, { exhausted: spent }, ['local']), /^nobody: The day's 1.00\u2009USD/)
})

router.run()
