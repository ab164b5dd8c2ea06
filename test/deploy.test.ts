/** The ready-made files for containers and systemd: what they name is there, and fits together. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { root, withFolder } from './cli/driver.ts'

const deploy = suite('ready-made files')
const folder = join(root, 'docs/deploy')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

deploy('compose builds the checkout, and its comment says from where', () => {
  const text = read('compose.yaml')
  const { services, volumes } = parse(text) as {
    services: { jarvis: { build: { context: string; dockerfile: string }; volumes: string[] } }
    volumes: Record<string, unknown>
  }
  const { build, volumes: mounts } = services.jarvis
  // Compose resolves paths against the folder of the file, not against the one it is called in.
  const context = resolve(folder, build.context)
  assert.is(context, resolve(root))
  assert.ok(existsSync(join(context, build.dockerfile)))
  for (const [, path] of text.matchAll(/-f (\S+)/g)) assert.ok(existsSync(join(root, path!)), path)
  const [volume, target] = mounts[0]!.split(':')
  assert.ok(volume! in volumes)
  assert.match(readFileSync(join(context, build.dockerfile), 'utf8'), `VOLUME ${target}\n`)
})

const unit = () => {
  const settings = new Map<string, string[]>()
  for (const line of read('jarvis.service').split('\n')) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name) settings.set(name, [...(settings.get(name) ?? []), value!])
  }
  return settings
}

deploy('the unit keeps data and configuration where its user may write', () => {
  const settings = unit()
  const state = join('/var/lib', settings.get('StateDirectory')![0]!)
  const env = settings.get('Environment')!.join(' ')
  const of = (name: string) => new RegExp(`${name}=(\\S+)`).exec(env)?.[1] ?? ''
  assert.is(of('JARVIS_DATA'), state)
  assert.is(dirname(of('JARVIS_CONFIG')), state, 'the set-up in the browser writes it')
  assert.is(settings.get('StateDirectoryMode')![0], '0700')
  assert.is(settings.get('UMask')![0], '0077')
  const text = read('jarvis.service')
  assert.match(text, `install -d -m 0700 -o jarvis -g jarvis ${state}`)
  assert.match(text, '# Environment=JARVIS_SETUP=1')
  const program = settings.get('ExecStart')![0]!.split(' ')[0]!
  assert.is(program, join(settings.get('WorkingDirectory')![0]!, 'jarvis'))
})

deploy('systemd understands the unit', () =>
  withFolder((place) => {
    if (spawnSync('systemd-analyze', ['--version']).error)
      return console.log('\nSKIPPED systemd-analyze verify: it is not here')
    // Neither the program nor its user is on this machine.
    const text = read('jarvis.service')
      .replace(/^ExecStart=.*/m, 'ExecStart=/bin/true')
      .replace(/^(User|Group)=.*\n/gm, '')
    const file = join(place, 'jarvis.service')
    writeFileSync(file, text)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file])
    assert.is(`${stdout}${stderr}`.trim(), '')
    assert.is(status, 0)
  }),
)

deploy.run()
