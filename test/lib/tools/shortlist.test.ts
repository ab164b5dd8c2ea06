/** What a model is shown of the tools. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { lineOf } from '../../../lib/safety/tiers.ts'
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

shown('every topic fits, and looking comes before acting', () => {
  const topics = [...new Set(tools.map((t) => t.topic))]
  for (const topic of topics) {
    const list = shortlist(tools, [topic])
    const acts = list.map((t) => t.kind === 'act')
    assert.ok(size(list) <= 1200, topic)
    assert.equal(acts, [...acts].sort(), topic)
  }
  assert.ok(size(shortlist(tools, topics, 300)) <= 300)
})

shown(
  'every tool has a name of its own, a strict schema and no way to plead; a look is GREEN',
  () => {
    for (const { name, schema, kind } of tools) {
      const s = schema as { additionalProperties?: unknown; properties?: object; $schema?: string }
      assert.equal([s.additionalProperties, s.$schema], [false, undefined], name)
      for (const word of ['confirm', 'confirmed', 'force', 'tier', 'approved'])
        assert.not.ok(word in (s.properties ?? {}), `${name} has ${word}`)
      const line = lineOf({ tool: name, args: {}, targets: [] })
      if (kind === 'look') assert.is(line?.tier, 'GREEN', name)
    }
    assert.is(new Set(tools.map((t) => t.name)).size, tools.length)
  },
)

shown.run()
