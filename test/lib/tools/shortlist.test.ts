/** What a model is shown of the tools. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tools, toolsFor } from '../../../lib/tools/registry.ts'
import { schemaTokens, shortlist } from '../../../lib/tools/shortlist.ts'

const shown = suite('tools for a model')
const size = (list: readonly (typeof tools)[number][]) =>
  list.reduce((sum, tool) => sum + schemaTokens(tool), 0)

shown('a caller sees at most 40 tools and 8,000 tokens of schema', () => {
  for (const scope of ['view', 'operate', 'admin'] as const) {
    const list = toolsFor({ kind: 'machine', scope })
    assert.ok(list.length <= 40, `${list.length}`)
    assert.ok(size(list) <= 8000, `${size(list)}`)
  }
})

shown('a small window gets its topics alone, within 1,200 tokens', () => {
  const list = shortlist(toolsFor({ kind: 'machine', scope: 'operate' }), ['guests'])
  assert.ok(list.some((t) => t.name === 'guest_start'))
  assert.ok(list.every((t) => t.topic === 'guests'))
  assert.ok(size(list) <= 1200)
  assert.equal(shortlist(tools, ['guests'], 10), [])
})

shown.run()
