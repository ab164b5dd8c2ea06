/**
 * `npm run bench [-- 1 2 name] [--quick] [--json]`: figures as ratios, peers in the same run. Each line
 * is a file of bench/lines; exit 1 when a target is missed.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { here, type Line, type Result } from './frame.ts'
import { installPeers } from './peers.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** Line 20 comes of the same starts as line 19. */
const fileOf = (word: string) => (word === '20' ? 19 : Number(word))

const isWanted = (file: string): boolean => {
  const [number, name] = [Number.parseInt(file, 10), file.slice(3, -3)]
  return (
    positionals.length === 0 ||
    positionals.some((word) => (/^\d+$/.test(word) ? fileOf(word) === number : name.includes(word)))
  )
}

const files = readdirSync(join(here, 'lines'))
  .filter((file) => file.endsWith('.ts'))
  .sort()

const say = (text: string) => console[values.json ? 'error' : 'log'](text)
const cell = (n: number) => String(n).padStart(8)
const show = ({ id, what, value, target, unit, met, note }: Result) =>
  say(
    `${met ? 'met   ' : 'MISSED'} ${id.padStart(4)} ${cell(value)} ${unit.padEnd(5)} target ${cell(target)}  ${what}${note ? `  (${note})` : ''}`,
  )

if (values.help) {
  console.log('npm run bench [-- LINE…] [--quick] [--json]\nLines:')
  for (const file of files) console.log(`  ${file.slice(0, -3).replace('-', ' ')}`)
  process.exit(0)
}
const wanted = files.filter(isWanted)
if (wanted.length === 0) {
  console.error(`No such line. Lines: ${files.map((f) => f.slice(0, -3)).join(', ')}.`)
  process.exit(2)
}

installPeers()
const lines: Result[] = []
let failed = false
for (const file of wanted) {
  try {
    const { line } = (await import(`./lines/${file}`)) as { line: Line }
    const results = await line.run({ quick: values.quick, rounds: values.quick ? 2 : 5 })
    results.forEach(show)
    lines.push(...results)
  } catch (error) {
    failed = true
    console.error(`bench: line ${file} failed:`, error)
  }
}
if (values.json) console.log(JSON.stringify({ lines }, null, 2))
say(`${lines.filter((l) => l.met).length} of ${lines.length} targets met`)
process.exit(failed || lines.some((l) => !l.met) ? 1 : 0)
