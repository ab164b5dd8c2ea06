import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../../cli/commands.ts'
import { nearest } from '../../lib/nearest.ts'
import { root, run, withFolder } from './driver.ts'

const cli = suite('command line')

cli('--version is the version alone', async () => {
  assert.equal(await run(['--version']), { code: 0, out: '9.8.7', err: '' })
})

cli('--help lists every command, the exit codes and the environment', async () => {
  const { code, out } = await run(['--help'])
  assert.is(code, 0)
  for (const name of Object.keys(commands)) assert.match(out, new RegExp(`^  ${name} `, 'm'))
  assert.match(out, 'Exit codes: 0')
  assert.match(out, 'JARVIS_CONFIG')
})

cli('every command of the list loads and explains itself', async () => {
  for (const [name, { summary, load }] of Object.entries(commands)) {
    const { command } = await load()
    const { code, out } = await run([name, '--help'])
    assert.is(code, 0, name)
    assert.match(out, summary)
    for (const option of [...Object.keys(command.options), 'json', 'help'])
      assert.match(out, `--${option}`)
  }
})

cli('an unknown command is 2 and names the nearest', async () => {
  const { code, err, out } = await run(['statsu'])
  assert.is(code, 2)
  assert.is(out, '')
  assert.match(err, 'There is no command "statsu". Did you mean "status"?')
})

cli('a word that is a property of every object is no command', async () => {
  assert.is((await run(['constructor'])).code, 2)
})

cli('an unknown option is 2 and names the nearest', async () => {
  const { code, err } = await run(['token', 'create', '--scop', 'view'])
  assert.is(code, 2)
  assert.match(err, 'There is no option --scop. Did you mean --scope?')
})

cli('an option without its value and a word too many are 2', async () => {
  assert.is((await run(['token', 'create', '--name'])).code, 2)
  const { code, err } = await run(['backup', 'a', 'b'])
  assert.is(code, 2)
  assert.match(err, '"b" is one word too many.')
})

cli('with --json an error is JSON on standard output too', async () => {
  const { code, out } = await run(['token', 'create', '--json'])
  assert.is(code, 2)
  assert.is(JSON.parse(out).error.kind, 'invalid')
})

cli('status without a server is 3 and says how to start one', async () => {
  await withFolder(async (folder) => {
    const { code, err } = await run(['status'], { env: { JARVIS_DATA: folder } })
    assert.is(code, 3)
    assert.match(err, './jarvis serve')
  })
})

cli('only what a command needs is loaded: nothing static reaches the lab or the server', () => {
  const statics = (file: string): string[] =>
    [
      ...readFileSync(join(root, file), 'utf8').matchAll(/^import (?!type).*? from '(\.[^']+)'/gms),
    ].map((m) => join(file, '..', m[1]!))
  const seen = new Set<string>()
  const walk = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    for (const next of statics(file)) walk(next)
  }
  walk('cli/main.ts')
  const heavy = [...seen].filter((f) =>
    /^(lab|routes|views|lib\/(setup|db|proxmox|auth))\/|^jarvis/.test(f),
  )
  assert.equal(heavy, [])
  walk('cli/serve.ts')
  assert.equal(
    [...seen].filter((f) => /^(lab|lib\/setup)\/|^jarvis/.test(f)),
    [],
  )
  assert.ok(readdirSync(join(root, 'cli')).length > Object.keys(commands).length)
})

cli('the nearest name forgives typing, not guessing', () => {
  const names = ['status', 'setup', 'serve', 'restore']
  assert.is(nearest('stauts', names), 'status')
  assert.is(nearest('SERV', names), 'serve')
  assert.is(nearest('rest', names), 'restore')
  assert.is(nearest('xyz', names), undefined)
})

cli.run()
