/** What a person types into jarvis.yaml, right and wrong. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Environment, loadConfig } from '../../lib/config.ts'
import { tokenFor } from '../../lib/config-cluster.ts'
import { Problem } from '../../lib/errors.ts'

const config = suite<{ dir: string }>('config')
config.before.each((t) => {
  t.dir = mkdtempSync(join(tmpdir(), 'jarvis-config-'))
})
config.after.each((t) => rmSync(t.dir, { recursive: true, force: true }))

const GOOD = `cluster:
  ca: ca.pem
  nodes:
    - { name: Home, address: 127.0.0.50, aliases: [master], mac: "bc:24:11:2e:5f:01" }
    - { name: pve, address: "127.0.0.74:8007" }
  tokens:
    - { id: watcher@pve!audit, secretFile: token, roles: [audit] }
`
const load = (dir: string, yaml: string, env: Environment = {}) => {
  writeFileSync(join(dir, 'jarvis.yaml'), yaml)
  writeFileSync(join(dir, 'ca.pem'), '-----BEGIN CERTIFICATE-----\n')
  writeFileSync(join(dir, 'token'), 'from-the-file\n')
  return loadConfig({ root: dir, env })
}
const refusal = (work: () => unknown): Problem => {
  try {
    work()
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was taken')
}

config('a small file becomes a whole, frozen configuration', ({ dir }) => {
  const c = load(dir, GOOD)
  assert.is(c.mode, 'real')
  assert.is(c.server.port, 4000)
  assert.is(c.poll.seconds, 5)
  assert.is(tokenFor(c.cluster!, 'audit')?.secret, 'from-the-file')
  assert.is(tokenFor(c.cluster!, 'destroy'), undefined)
  assert.ok(Object.isFrozen(c.cluster!.nodes[0]))
})

config('a secret may come as a variable, and a file named by a variable wins', ({ dir }) => {
  const asVariable = load(dir, GOOD.replace('secretFile: token, ', ''), { JARVIS_TOKEN_AUDIT: 'v' })
  assert.is(tokenFor(asVariable.cluster!, 'audit')?.secret, 'v')
  const file = join(dir, 'other')
  writeFileSync(file, 'f\n')
  const env = { JARVIS_TOKEN_AUDIT: 'v', JARVIS_TOKEN_AUDIT_FILE: file }
  assert.is(tokenFor(load(dir, GOOD, env).cluster!, 'audit')?.secret, 'f')
})

config('an unreadable secret file is told, not passed over', ({ dir }) => {
  const p = refusal(() => load(dir, GOOD.replace('secretFile: token', 'secretFile: gone')))
  assert.match(p.message, /line 7: cluster\.tokens\.0\.secret: .*gone cannot be read \(ENOENT\)/)
})

config('what cannot be read is told with its remedy, and is never the lab', ({ dir }) => {
  const folder = refusal(() => loadConfig({ root: dir, env: { JARVIS_CONFIG: dir } }))
  assert.is(folder.kind, 'invalid')
  assert.match(folder.message, /cannot be read \(EISDIR\)/)
  symlinkSync(join(dir, 'nowhere'), join(dir, 'jarvis.yaml'))
  assert.match(refusal(() => loadConfig({ root: dir, env: {} })).message, /ENOENT/)
})

config('aliases without end are refused with the name of the file', ({ dir }) => {
  const bomb = `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: [${'*b,'.repeat(9)}]\n`
  assert.match(refusal(() => load(dir, bomb)).message, /jarvis\.yaml has one mistake:\n {2}yaml: /)
})

config('an empty secret, a strange proxy and a strange name are mistakes', ({ dir }) => {
  const env = { JARVIS_TOKEN_AUDIT_FILE: join(dir, 'empty') }
  writeFileSync(join(dir, 'empty'), '\n')
  assert.match(refusal(() => load(dir, GOOD, env)).message, /empty is empty/)
  const odd = `${GOOD}server: { proxies: [nonsense], hosts: ["http://x/"] }\n`
  const p = refusal(() => load(dir, odd))
  assert.match(p.message, /server\.proxies\.0: not an address \(a good value: 127\.0\.0\.1\)/)
  assert.match(p.message, /server\.hosts\.0: not a host name/)
})

config('a certificate that could not serve is told before anything listens', ({ dir }) => {
  writeFileSync(join(dir, 'tls.crt'), 'nonsense')
  writeFileSync(join(dir, 'tls.key'), '')
  const p = refusal(() => load(dir, `${GOOD}server: { tls: { cert: tls.crt, key: tls.key } }\n`))
  assert.match(p.message, /server\.tls\.cert: tls\.crt is no certificate/)
  assert.match(p.message, /server\.tls\.key: tls\.key is no private key/)
})

config('host and port from the environment win over the file', ({ dir }) => {
  const c = load(dir, `${GOOD}server: { port: 1 }\n`, { JARVIS_PORT: '4711', JARVIS_HOST: '::1' })
  assert.equal([c.server.port, c.server.host], [4711, '::1'])
  assert.match(
    refusal(() => load(dir, GOOD, { JARVIS_PORT: 'x' })).message,
    /JARVIS_PORT: "x" is no port/,
  )
})

config(
  'twenty mistakes are told at once, each with its line, a good value where there is one',
  ({ dir }) => {
    const yaml = `server:
  port: seventy
  hosst: x
  url: ftp://x
  hosts: 5
  tls: { cert: a.crt }
cluster:
  nodes:
    - { name: Home, address: 127.0.0.1, mac: zz, colour: red }
    - { name: home, address: "http://x", fingerprint: "AB:CD" }
    - { name: "a b", address: "", aliases: master }
  tokens:
    - { id: foo, roles: [admin] }
    - { id: "a@pve!b", roles: [], secret: 5 }
timeZone: Mars/Base
poll: { seconds: 0, fastSeconds: 1.5, backupMinutes: 10000 }
sessions: { idleHours: never }
keep: { eventsDays: 0 }
`
    const p = refusal(() => load(dir, yaml))
    const told = p.message.split('\n').slice(1)
    assert.ok(told.length >= 20, `${told.length} told`)
    for (const line of told) assert.match(line, /^ {2}line \d+: /)
    for (const part of [
      'line 2: server.port: expected a number (a good value: 4000)',
      'line 3: server.hosst: there is no such setting',
      'line 10: cluster.nodes.1: the name home is already used by Home',
      'line 15: timeZone: not a time zone that this machine knows (a good value: Europe/Berlin)',
    ])
      assert.ok(p.message.includes(part), part)
  },
)

config(
  'SSH: the nodes as they are addressed, further hosts, files beside the configuration',
  ({ dir }) => {
    writeFileSync(join(dir, 'key'), 'k')
    const yaml = `${GOOD.replace('"127.0.0.74:8007" }', '"127.0.0.74:8007", ssh: { port: 2222, user: ops } }')}
ssh:
  keyFile: key
  hosts:
    - { name: docker, address: 127.0.0.90, aliases: [containers] }
`
    const { ssh } = load(dir, yaml)
    assert.is(ssh.identity.keyFile, join(dir, 'key'))
    assert.equal(ssh.hosts, [
      { name: 'Home', aliases: ['master'], address: '127.0.0.50', port: 22, user: 'root' },
      { name: 'pve', aliases: [], address: '127.0.0.74', port: 2222, user: 'ops' },
      { name: 'docker', aliases: ['containers'], address: '127.0.0.90', port: 22, user: 'root' },
    ])
    const env = { SSH_AUTH_SOCK: '/run/agent', JARVIS_SSH_KEY_FILE: join(dir, 'key') }
    const agent = load(dir, `${GOOD}ssh: { agent: SSH_AUTH_SOCK }\n`, env).ssh.identity
    assert.equal([agent.agent, agent.keyFile], ['/run/agent', join(dir, 'key')])
  },
)

config(
  'SSH: a key that is not there and a name that is taken are told with their lines',
  ({ dir }) => {
    const p = refusal(() =>
      load(
        dir,
        `${GOOD}ssh:\n  keyFile: gone\n  hosts:\n    - { name: MASTER, address: 127.0.0.9 }\n`,
      ),
    )
    assert.match(p.message, /line 9: ssh\.keyFile: .*gone cannot be read \(ENOENT\)/)
    assert.match(p.message, /line 11: ssh\.hosts\.0: the name MASTER is already used by Home/)
  },
)

config('text that is no YAML is told with its line', ({ dir }) => {
  assert.match(refusal(() => load(dir, 'a: [1\nb: 2\n')).message, /line \d: yaml: /)
  assert.match(refusal(() => load(dir, 'a: 1\na: 2\n')).message, /line 2: yaml: .*unique/)
})

config('without a file it is the lab, with its state in a folder of its own', ({ dir }) => {
  const c = loadConfig({ root: dir, env: {} })
  assert.is(c.mode, 'lab')
  assert.is(c.data, join(dir, 'data/lab'))
})

config('a named but absent file, or a container without one, is never the lab', ({ dir }) => {
  for (const env of [{ JARVIS_CONFIG: 'gone.yaml' }, { JARVIS_CONTAINER: '1' }]) {
    const p = refusal(() => loadConfig({ root: dir, env }))
    assert.is(p.kind, 'invalid')
    for (const way of ['setup', 'JARVIS_LAB=1', 'JARVIS_SETUP=1']) assert.ok(p.next!.includes(way))
  }
})

config('JARVIS_SETUP holds until there is a configuration that is right', ({ dir }) => {
  const env = { JARVIS_SETUP: '1' }
  const file = join(dir, 'jarvis.yaml')
  const c = loadConfig({ root: dir, env })
  assert.equal([c.mode, c.file, c.data], ['setup', file, join(dir, 'data')])
  writeFileSync(file, 'server: { port: no }')
  assert.is(loadConfig({ root: dir, env }).mode, 'setup')
  writeFileSync(
    file,
    `cluster:
  nodes: [{ name: pve, address: 10.0.0.1, fingerprint: "${'AB:'.repeat(31)}AB" }]
  tokens: [{ id: "a@pve!b", secret: x, roles: [audit] }]`,
  )
  assert.is(loadConfig({ root: dir, env }).mode, 'real')
  assert.is(loadConfig({ root: dir, env: { ...env, JARVIS_LAB: '1' } }).mode, 'real')
})

config('models: a key is enough, a budget is there, mistakes are told', ({ dir }) => {
  assert.equal(load(dir, GOOD).llm, {
    claude: undefined,
    local: undefined,
    budget: { dayUsd: 1, monthUsd: 20 },
    private: 'any',
  })
  const byKey = load(dir, GOOD, { JARVIS_CLAUDE_KEY: ' sk-1\n' }).llm.claude!
  assert.is(byKey.apiKey, 'sk-1')
  assert.is(byKey.models.routine, 'claude-haiku-5-5')
  const lab = { JARVIS_LAB: '1', JARVIS_LOCAL_URL: 'http://10.0.0.9:8080' }
  const home = loadConfig({ root: dir, env: lab }).llm.local!
  assert.equal([home.url, home.loadMinutes], ['http://10.0.0.9:8080', 5])
  const odd = refusal(() => loadConfig({ root: dir, env: { ...lab, JARVIS_LOCAL_URL: 'qwen' } }))
  assert.match(odd.message, /JARVIS_LOCAL_URL: not an address/)
  writeFileSync(join(dir, 'claude'), 'sk-2\n')
  const whole = load(
    dir,
    `${GOOD}llm:
  claude: { apiKeyFile: claude, models: { complex: claude-opus-5-5 } }
  local: { url: "http://10.0.0.9:8080/v1", contextTokens: 4096 }
  budget: { dayUsd: off, monthUsd: 5 }
  private: local
`,
  ).llm
  assert.equal([whole.claude!.apiKey, whole.claude!.models.complex], ['sk-2', 'claude-opus-5-5'])
  assert.equal([whole.local!.contextTokens, whole.local!.loadMinutes], [4096, 5])
  assert.equal([whole.budget, whole.private], [{ dayUsd: undefined, monthUsd: 5 }, 'local'])
  const wrong = (llm: string, env: Environment = {}) =>
    refusal(() => load(dir, `${GOOD}llm: ${llm}\n`, env)).message
  assert.match(wrong('{ claude: {} }'), /llm\.claude\.apiKey: Claude has no key.*apiKeyFile/)
  assert.match(wrong('{ claude: { apiKeyFile: gone } }'), /gone cannot be read \(ENOENT\)/)
  assert.match(wrong('{ local: { url: qwen } }'), /llm\.local\.url: .*http:\/\/192/)
  assert.match(wrong('{ budget: { dayUsd: "-1" } }'), /llm\.budget\.dayUsd/)
  const env = { JARVIS_CLAUDE_KEY_FILE: join(dir, 'nowhere') }
  assert.match(refusal(() => load(dir, GOOD, env)).message, /nowhere cannot be read/)
})

config('the example file is right and shows every setting once', ({ dir }) => {
  const example = readFileSync(
    join(import.meta.dirname ?? '.', '../../jarvis.example.yaml'),
    'utf8',
  )
  const secrets = { JARVIS_TOKEN_AUDIT: 'x', JARVIS_TOKEN_OPERATE: 'x' }
  const used = example.replaceAll(/^#( ?)(\s*[\w-]+:.*|\s+- .*)$/gm, '$2')
  assert.is(load(dir, example, secrets).mode, 'real')
  for (const key of [
    'host',
    'port',
    'url',
    'hosts',
    'proxies',
    'tls',
    'ca',
    'nodes',
    'aliases',
    'mac',
    'fingerprint',
    'secretFile',
    'roles',
    'seconds',
    'fastSeconds',
    'storageSeconds',
    'backupMinutes',
    'timeZone',
    'idleHours',
    'absoluteDays',
    'eventsDays',
    'ssh',
    'user',
    'keyFile',
    'passphraseFile',
    'agent',
    'wake',
    'broadcast',
    'llm',
    'claude',
    'local',
    'apiKeyFile',
    'models',
    'baseUrl',
    'model',
    'contextTokens',
    'loadMinutes',
    'firstMinutes',
    'pauseSeconds',
    'budget',
    'dayUsd',
    'monthUsd',
    'private',
  ])
    assert.match(used, new RegExp(`(^|[\\s{])${key}:`, 'm'), `${key} is not in the example`)
})

config.run()
