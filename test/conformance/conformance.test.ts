/** Every check of the official suite passes, or stands in the list of expected failures with its reason. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runSuite } from './suite.ts'

const conformance = suite('conformance')

conformance('the official suite finds nothing that is not explained', async () => {
  const report = await runSuite()
  if (typeof report === 'string') return console.log(`\nSKIPPED conformance: ${report}`)
  const { checks, unexpected, stale, expected } = report
  const passed = checks.filter((c) => c.status === 'SUCCESS').length
  console.log(`\nCOUNT conformance: ${passed} of ${checks.length} checks`)
  assert.equal(unexpected, [])
  assert.equal(stale, [], 'they do not fail any more: take them out of the list')
  for (const [id, reason] of Object.entries(expected)) assert.ok(reason.length > 20, id)
  assert.ok(checks.length >= 30, 'the whole suite has run')
})

conformance.run()
