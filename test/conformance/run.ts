/** `npm run conformance`: the official suite alone; exit 0 only without unexplained failures. */
import { runSuite } from './suite.ts'

const report = await runSuite()
if (typeof report === 'string') {
  console.log(`SKIPPED conformance: ${report}`)
  process.exit(1)
}
const { checks, unexpected, stale, expected } = report
for (const { scenario, id, status, why } of checks)
  console.log(`${status.padEnd(7)} ${scenario}: ${id}${why ? `  ${expected[id] ?? why}` : ''}`)
for (const id of stale) console.log(`STALE   ${id} is expected to fail, and does not`)
const passed = checks.filter((c) => c.status === 'SUCCESS').length
console.log(`${passed} of ${checks.length} checks, ${unexpected.length} unexplained`)
process.exit(unexpected.length + stale.length > 0 ? 1 : 0)
