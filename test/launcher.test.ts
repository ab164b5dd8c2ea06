/** What the launcher chooses: the bundle while it is fresh, else the sources; from any folder. */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = join(import.meta.dirname ?? '.', '..')
const launcher = suite<{ dir: string }>('launcher')

/** A house of three files, each saying which one it is. */
launcher.before.each((t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-launcher-'))
  for (const folder of ['cli', 'lib/deep', 'dist'])
    mkdirSync(join(t.dir, folder), { recursive: true })
  copyFileSync(join(root, 'jarvis'), join(t.dir, 'jarvis'))
  writeFileSync(join(t.dir, 'package.json'), '{"type":"module"}')
  writeFileSync(join(t.dir, 'cli/main.ts'), "const word: string = 'sources'\nconsole.log(word)\n")
  writeFileSync(join(t.dir, 'lib/deep/room.ts'), '')
  writeFileSync(join(t.dir, 'dist/jarvis.js'), "console.log('bundle')\n")
  symlinkSync(join(root, 'node_modules'), join(t.dir, 'node_modules'))
  for (const file of ['cli/main.ts', 'lib/deep/room.ts']) at(t.dir, file, 100)
  at(t.dir, 'dist/jarvis.js', 200)
})
launcher.after.each((t) => rmSync(t.dir, { recursive: true, force: true }))

const at = (dir: string, file: string, seconds: number) =>
  utimesSync(join(dir, file), seconds, seconds)

const launch = (dir: string) => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(dir, 'jarvis')], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  })
  return { said: stdout.trim(), complained: stderr, status }
}

launcher('a bundle that is newer than every source is used', ({ dir }) => {
  assert.is(launch(dir).said, 'bundle')
})
launcher('a bundle older than any source, however deep, is not', ({ dir }) => {
  at(dir, 'lib/deep/room.ts', 300)
  assert.is(launch(dir).said, 'sources')
})
launcher('without a bundle the sources are used', ({ dir }) => {
  rmSync(join(dir, 'dist'), { recursive: true })
  assert.is(launch(dir).said, 'sources')
})
launcher('without packages it says what to run', ({ dir }) => {
  rmSync(join(dir, 'dist'), { recursive: true })
  rmSync(join(dir, 'node_modules'))
  const { status, complained } = launch(dir)
  assert.is(status, 2)
  assert.match(complained, /Run: npm ci/)
})
launcher('it leaves nothing behind in a folder that it does not own', ({ dir }) => {
  assert.is(launch(dir).status, 0)
  assert.throws(() => rmSync(join(dir, 'data')), /ENOENT/)
})

launcher.run()
