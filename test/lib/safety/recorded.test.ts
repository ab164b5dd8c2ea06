/** The table against the real help of PVE's tools: every sub-command and flag in it exists there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { rules } from '../../../lib/safety/shell/table.ts'

const recorded = suite('shell table against real help')
const folder = process.env.PVE_COMMANDS

type Recorded = { cmd: string; stdout: string }

/** The part of the help about one command: `qm status`. */
const sections = (help: Recorded[]): Map<string, string> =>
  new Map(
    help.flatMap(({ stdout }) =>
      stdout
        .split(/^USAGE: /m)
        .slice(1)
        .map((text) => [text.split(/ (?=[<[{-])| *\n/, 1)[0]!.trim(), text] as const),
    ),
  )

/** Names that PVE keeps besides the ones of its help, and flags of other tools under the same roof. */
const ALIASES = new Set(['qm agent', 'pveum token list', 'pct rescan', 'qm rescan'])
const FORMAT = /^--(?:output-format|noborder|noheader|human-readable|quiet|noproxy)$/

recorded('sub-commands and flags of the table exist', () => {
  if (!folder) {
    console.log('\nSKIPPED the table against real help: PVE_COMMANDS is not set')
    return
  }
  const help = sections(JSON.parse(readFileSync(join(folder, 'help.json'), 'utf8')) as Recorded[])
  const programs = new Set([...help.keys()].map((name) => name.split(' ')[0]))
  const wrong: string[] = []
  let checked = 0
  for (const { name, flags = '', style } of rules) {
    if (style !== 'pve' || !programs.has(name.split(' ')[0]) || ALIASES.has(name)) continue
    const text = help.get(name)
    if (text === undefined) wrong.push(`${name} is not in the help`)
    // What `pvesh get` and `create` take depends on the path.
    if (text === undefined || name.startsWith('pvesh')) continue
    for (const flag of flags.split(' ').filter(Boolean)) {
      const [word = ''] = flag.split(':')
      checked += 1
      if (!FORMAT.test(word) && !new RegExp(`${word}\\b`).test(text))
        wrong.push(`${name} has no ${word}`)
    }
  }
  console.log(`\nCOUNT shell table against real help: ${checked} flags`)
  assert.equal(wrong, [])
})

recorded.run()
