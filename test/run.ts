/**
 * Runs every test file in a process of its own, two at a time, and closes with
 * `N passed, N failed[, N skipped]`. A file that ran nothing, or never ended, is one failure:
 * uvu by itself exits 0 for a file without `.run()` and hangs on an open handle.
 */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { prepareMachine } from './machine.ts'

const LIMIT_MS = 180_000
const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname
const root = join(here, '..')

type Outcome = {
  file: string
  passed: number
  failed: number
  skipped: number
  text: string
  ms: number
}

/** Browsers and whole programs go first, so that no lane is left with one of them at the end. */
const isSlow = (file: string) =>
  /^test\/(browser|cli)\/|^test\/views\/(hud|looks|wall-browser)|^test\/routes\/(setup|power|mcp)\./.test(
    file,
  )

const wanted = process.argv.slice(2)
const files = readdirSync(here, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
  .map((name) => relative(root, join(here, name)))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)) || (a < b ? -1 : 1))

const count = (text: string, label: string) =>
  [...text.matchAll(new RegExp(`^\\s*${label}:?\\s+(\\d+)`, 'gm'))].reduce(
    (sum, m) => sum + Number(m[1]),
    0,
  )

const runFile = (file: string) =>
  new Promise<Outcome>((resolve) => {
    const started = performance.now()
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let text = ''
    let late = false
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      const total = count(text, 'Total')
      const passed = count(text, 'Passed')
      const skipped = count(text, 'Skipped') + (text.match(/^SKIPPED /gm)?.length ?? 0)
      let failed = Math.max(0, total - passed - count(text, 'Skipped'))
      if (total === 0 || late || (code !== 0 && failed === 0)) failed += 1
      if (late) text += `\n${file}: not ended after ${LIMIT_MS / 1000} s, killed\n`
      if (total === 0) text += `\n${file}: ran no test (is .run() missing?)\n`
      resolve({ file, passed, failed, skipped, text, ms: performance.now() - started })
    })
  })

const report = (o: Outcome) => {
  const mark = o.failed ? 'FAIL' : 'ok  '
  console.log(`${mark} ${o.file}  ${o.passed} passed, ${(o.ms / 1000).toFixed(1)} s`)
  // Lines that a test prints on purpose: counts and figures worth keeping in the record.
  for (const line of o.text.match(/^(?:COUNT|SKIPPED) .*$/gm) ?? []) console.log(`     ${line}`)
  if (o.failed) console.log(o.text.trimEnd())
}

await prepareMachine(files)
const outcomes: Outcome[] = []
const queue = [...files]
const lanes = Array.from({ length: Math.min(2, availableParallelism()) }, async () => {
  for (let file = queue.shift(); file; file = queue.shift()) {
    const outcome = await runFile(file)
    report(outcome)
    outcomes.push(outcome)
  }
})
await Promise.all(lanes)

// Two at a time on a busy machine, a browser or a real sshd may be too late for a test that is right. What
// failed is run once more, alone, and both runs are told; what is wrong fails twice. Many at once are not luck.
const MOST_AGAIN = 5
const failures = outcomes.filter((o) => o.failed)
if (failures.length <= MOST_AGAIN)
  for (const first of failures) {
    const second = await runFile(first.file)
    console.log(`AGAIN, alone: ${first.file} failed ${first.failed} the first time`)
    report(second)
    outcomes[outcomes.indexOf(first)] = second
  }

const sum = (pick: (o: Outcome) => number) => outcomes.reduce((n, o) => n + pick(o), 0)
const [passed, failed, skipped] = [
  sum((o) => o.passed),
  sum((o) => o.failed),
  sum((o) => o.skipped),
]
const nothing = passed === 0 && failed === 0 ? 1 : 0
console.log(`${passed} passed, ${failed + nothing} failed${skipped ? `, ${skipped} skipped` : ''}`)
process.exit(failed + nothing ? 1 : 0)
