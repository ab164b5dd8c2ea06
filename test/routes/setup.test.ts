/** The set-up in the browser against the lab, through the real server: forms, redirects, the file. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { callServer } from '../../cli/socket.ts'
import { startJarvis } from '../../jarvis.ts'
import { LAB_PASSWORD } from '../../lab/access.ts'
import { type Lab, startLab } from '../../lab/lab.ts'
import { systemClock } from '../../lib/clock.ts'
import { loadConfig } from '../../lib/config.ts'
import { openDb } from '../../lib/db/db.ts'
import { createLog } from '../../lib/log.ts'
import { demandNode } from '../../lib/setup/address.ts'
import { alice, bob } from '../cast.ts'
import { launch, root, withFolder } from '../cli/driver.ts'
import { openSite } from '../site.ts'

const setup = suite<{ lab: Lab }>('setup in the browser')
setup.before(async (t) => {
  t.lab = await startLab()
})
setup.after((t) => t.lab.stop())

/** A browser without JavaScript: cookies, its own Origin, no redirect followed unseen. */
const browser = (base: string) => {
  let cookie = ''
  const ask = async (path: string, form?: Record<string, string>, headers = {}) => {
    const r = await fetch(base + path, {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie, ...(form && { origin: base }), ...headers },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    const set = r.headers.getSetCookie().find((line) => line.startsWith('jv_session='))
    if (set) cookie = set.split(';')[0]!
    return {
      status: r.status,
      to: r.headers.get('location'),
      text: await r.text(),
      head: r.headers,
    }
  }
  return { ask }
}
type Browser = ReturnType<typeof browser>

const envOf = (folder: string) => ({
  JARVIS_SETUP: '1',
  JARVIS_CONFIG: join(folder, 'jarvis.yaml'),
  JARVIS_DATA: join(folder, 'data'),
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

/** A server in set-up, and alice, who has just made her account in it. */
const withSetup = (
  work: (it: Browser & { folder: string; file: string; url: string; log: string[] }) => unknown,
) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const lines: string[] = []
    const log = createLog(systemClock, { least: 'debug', write: (line) => void lines.push(line) })
    const reload = () => loadConfig({ root, env })
    const jarvis = await startJarvis({ config: reload(), log, version: '0', reload })
    try {
      const alices = browser(jarvis.url)
      await welcome(alices, jarvis.welcomeCode!)
      await work({ ...alices, folder, file: env.JARVIS_CONFIG, url: jarvis.url, log: lines })
    } finally {
      await jarvis.stop()
    }
  })

const welcome = async ({ ask }: Browser, code: string) => {
  const { password, name } = alice
  const r = await ask('/welcome', { code, name, password, again: password })
  assert.is(r.status, 303, r.text)
}

const at = ({ nodes }: Lab, name = 'pve') => nodes.find((n) => n.name === name)!.address

const meet = async ({ ask }: Browser, lab: Lab, name = 'pve') => {
  const met = await ask('/setup/address', { address: at(lab, name) })
  assert.is(met.to, '/setup/certificate', met.text)
  const fingerprint = lab.fingerprints[name]!
  const agreed = await ask('/setup/certificate', { fingerprint, agree: 'yes' })
  assert.is(agreed.to, '/setup/access', agreed.text)
}

const usual = { 'role.operate': 'yes', user: 'root@pam', way: 'password' }

/** From the plan to the file: the same on every road. */
const nodesAndFile = async ({ ask }: Browser, lab: Lab, change: Record<string, string> = {}) => {
  const found = await ask('/setup/check', { way: 'on' })
  assert.is(found.to, '/setup/nodes', found.text)
  const fields: Record<string, string> = {}
  for (const { name, address } of lab.nodes) fields[`address.${name}`] = address
  const reviewed = await ask('/setup/nodes', { ...fields, ...change })
  assert.is(reviewed.to, '/setup/hands', reviewed.text)
  assert.is((await ask('/setup/write')).to, '/setup/hands', 'SSH is not skipped unsaid')
  const without = await ask('/setup/hands', { way: 'none' })
  assert.is(without.to, '/setup/write', without.text)
  return ask('/setup/write')
}

const moment = () => new Promise<void>((done) => systemClock.after(25, done))

/** Asks until the page says it; the restart in place takes a moment. */
const until = async ({ ask }: Browser, path: string, pattern: RegExp): Promise<string> => {
  for (let i = 0; i < 400; i++) {
    const r = await ask(path).catch(() => undefined)
    if (r?.status === 200 && pattern.test(r.text)) return r.text
    await moment()
  }
  throw new Error(`${path} never said ${pattern}`)
}

setup('nothing but the way in and the set-up is there; everything else leads to it', () =>
  withSetup(async ({ ask, url }) => {
    for (const path of ['/', '/f/guests', '/settings', '/api/state', '/nonsense'])
      assert.equal([(await ask(path)).status, (await ask(path)).to], [303, '/setup'], path)
    assert.is((await ask('/setup')).to, '/setup/address')
    assert.is((await ask('/healthz')).status, 200)
    assert.is((await ask('/guests/303/start', {})).status, 409)
    assert.is((await ask('/stop', {})).status, 303)
    const stranger = await browser(url).ask('/setup/address')
    assert.is(stranger.to, '/login?next=%2Fsetup%2Faddress')
    // A form on another site cannot take a step.
    const forged = await ask('/setup/address', { address: 'x' }, { origin: 'https://evil.example' })
    assert.is(forged.status, 403)
  }),
)

setup('by root password to the file, and on in the same process and on the same port', (t) =>
  withSetup(async ({ ask, file, log, folder }) => {
    const me = { ask }
    const met = await ask('/setup/address', { address: at(t.lab) })
    const shown = await ask(met.to!)
    assert.match(shown.text, t.lab.fingerprints.pve!)
    assert.match(shown.text, 'pvenode cert info')
    const unsaid = await ask('/setup/certificate', { fingerprint: t.lab.fingerprints.pve! })
    assert.is(unsaid.status, 422)
    assert.match(unsaid.text, 'Without your word')
    await meet(me, t.lab)
    assert.is((await ask('/setup/write')).to, '/setup/access')

    const planned = await ask('/setup/access', { ...usual, password: LAB_PASSWORD })
    assert.is(planned.to, '/setup/plan', planned.text)
    const plan = await ask('/setup/plan')
    assert.match(plan.text, 'pveum user token add jarvis-audit@pve jarvis --privsep 0')
    assert.match(plan.text, 'Do it for me')
    assert.is((await ask('/setup/plan', { way: 'do' })).to, '/setup/check')
    const checked = await ask('/setup/check')
    assert.match(checked.text, 'Has every right of audit.')
    assert.match(checked.text, 'Has every right of operate.')
    const last = await nodesAndFile(me, t.lab, {
      'aliases.pve': 'master, boss',
      'mac.pve': 'bc:24:11:2e:5f:01',
    })
    assert.match(last.text, 'mode 0600')
    assert.not.ok(existsSync(file))
    const done = await ask('/setup/write', {})
    assert.is(done.status, 200, done.text)
    assert.match(done.text, 'It is written.')
    assert.match(done.head.get('refresh')!, 'url=/')

    const text = readFileSync(file, 'utf8')
    assert.is(statSync(file).mode & 0o777, 0o600)
    assert.match(text, 'BEGIN CERTIFICATE')
    assert.match(text, '- boss')
    await until(me, '/', /agent1/)
    const settled = await ask('/setup')
    assert.match(settled.text, 'jarvis-operate@pve!jarvis')
    assert.match(settled.text, 'master, boss')
    const checks = await ask('/setup/checks')
    assert.match(checks.text, 'is quorate')
    assert.not.match(checks.text, 'data-severity="crit"')

    // Neither the password nor a secret of a token has been anywhere but in the file.
    const secrets = [LAB_PASSWORD, ...text.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g)!]
    assert.is(secrets.length, 3)
    const db = readdirSync(join(folder, 'data')).map((f) => join(folder, 'data', f))
    const stored = db.filter((f) => statSync(f).isFile()).map((f) => readFileSync(f, 'latin1'))
    const pages = [plan, checked, last, done, settled, checks].map((p) => p.text)
    for (const secret of secrets)
      for (const place of [...pages, log.join('\n'), ...stored]) assert.not.match(place, secret)
  }),
)

setup('by hand: the lines are listed, pasted tokens are tried, and mistakes come back', (t) =>
  withSetup(async ({ ask, file }) => {
    const me = { ask }
    await meet(me, t.lab)
    await ask('/setup/access', { 'role.operate': 'yes', way: 'hand', release: '8' })
    const plan = await ask('/setup/plan')
    assert.match(plan.text, 'pveum role add JarvisOperate --privs')
    assert.not.match(plan.text, 'Do it for me')
    const { audit, operate } = t.lab.tokens
    const tokens = { way: 'tokens', 'id.audit': audit.id, 'id.operate': operate.id }
    const none = await ask('/setup/plan', { ...tokens, 'secret.audit': '' })
    assert.is(none.status, 422)
    assert.match(none.text, 'secret of the audit token is missing')
    const wrong = await ask('/setup/plan', { ...tokens, 'secret.audit': '0-0-0' })
    assert.is(wrong.status, 401)
    assert.not.match(wrong.text, '0-0-0')
    assert.match(wrong.text, `value="${operate.id}"`)
    const given = { 'secret.audit': audit.secret, 'secret.operate': operate.secret }
    assert.is((await ask('/setup/plan', { ...tokens, ...given })).to, '/setup/check')
    assert.not.match((await ask('/setup/plan')).text, audit.secret)
    await nodesAndFile(me, t.lab)
    assert.is((await ask('/setup/write', {})).status, 200)
    assert.match(readFileSync(file, 'utf8'), operate.id)
  }),
)

setup('a token that may too little is listed right by right, with what mends it', (t) =>
  withSetup(async ({ ask }) => {
    await meet({ ask }, t.lab)
    await ask('/setup/access', { way: 'hand' })
    const { id, secret } = t.lab.tokens.narrow
    await ask('/setup/plan', { way: 'tokens', 'id.audit': id, 'secret.audit': secret })
    const report = await ask('/setup/check')
    assert.match(report.text, 'missing: Sys.Audit on /')
    assert.match(report.text, 'pveum acl modify /')
    assert.match(report.text, 'Go on without')
    const blind = await ask('/setup/check', { way: 'on' })
    assert.is(blind.status, 403, blind.text)
    assert.match(blind.text, 'Sys.Audit')
  }),
)

setup('a wrong password is told, and is not put back into the form', (t) =>
  withSetup(async ({ ask, log }) => {
    await meet({ ask }, t.lab)
    const wrong = await ask('/setup/access', { ...usual, password: 'hunter2hunter2' })
    assert.is(wrong.status, 401)
    assert.match(wrong.text, 'role="alert"')
    assert.not.match(wrong.text + log.join(), 'hunter2')
    const none = await ask('/setup/access', { ...usual, password: '' })
    assert.match(none.text, 'The password is missing.')
    const odd = { ...usual, 'role.environments': 'yes', storages: 'a;reboot', password: 'x' }
    assert.is((await ask('/setup/access', odd)).status, 422)
    assert.is((await ask('/setup/plan')).to, '/setup/access')
  }),
)

setup('another certificate than the one agreed on ends it before a password is sent', () =>
  withSetup(async ({ ask }) => {
    const place = { nodes: 1, host: '127.0.0.71' }
    const first = await startLab(place)
    const port = Number(first.nodes[0]!.address.split(':')[1])
    const { name } = first.nodes[0]!
    await meet({ ask }, first, name)
    await first.stop()
    const second = await startLab({ ...place, port })
    const refused = await ask('/setup/access', { ...usual, password: LAB_PASSWORD })
    assert.is(refused.status, 502)
    assert.match(refused.text, 'another certificate than the one agreed on')
    // A page that lay open with the first certificate cannot agree to the second.
    await ask('/setup/address', { address: second.nodes[0]!.address })
    const fingerprint = first.fingerprints[name]!
    const stale = await ask('/setup/certificate', { fingerprint, agree: 'yes' })
    assert.is(stale.status, 502)
    assert.match(stale.text, second.fingerprints[name]!)
    await second.stop()
  }),
)

setup('an address where nobody answers, or that may not be asked, is told in a sentence', () =>
  withSetup(async ({ ask }) => {
    const tried = async (address: string) => {
      const r = await ask('/setup/address', { address })
      assert.match(r.text, 'role="alert"', address)
      return r.status
    }
    assert.is(await tried('127.0.0.99:8006'), 503)
    assert.is(await tried('http://127.0.0.1:8006'), 422)
    assert.is(await tried('root@127.0.0.1'), 422)
    assert.is(await tried('127.0.0.1:22'), 403)
    for (const address of ['169.254.169.254', '[fe80::1]', '[::ffff:a9fe:a9fe]', '0.0.0.0'])
      assert.is(await tried(address), 403, address)
    assert.is((await ask('/setup/certificate')).to, '/setup/address')
  }),
)

setup('a name is refused when any of its addresses is', async () => {
  const behind = (...found: string[]) => demandNode('pve.lan', async () => found)
  assert.equal(await behind('192.168.1.5'), { host: 'pve.lan', port: 8006 })
  for (const bad of ['169.254.169.254', 'fe80::1%eth0', '::', 'fd00:ec2::254', '239.1.1.1'])
    await behind('192.168.1.5', bad).then(
      () => assert.unreachable(bad),
      (e) => assert.is(e.kind, 'forbidden', bad),
    )
})

setup('a moved node is believed only where its certificate answers', (t) =>
  withSetup(async ({ ask }) => {
    const me = { ask }
    await meet(me, t.lab)
    await ask('/setup/access', { way: 'hand' })
    const { id, secret } = t.lab.tokens.audit
    await ask('/setup/plan', { way: 'tokens', 'id.audit': id, 'secret.audit': secret })
    await ask('/setup/check', { way: 'on' })
    const swapped = await ask('/setup/nodes', { 'address.pve': at(t.lab, 'agent') })
    assert.is(swapped.status, 502)
    assert.match(swapped.text, 'is not pve: its certificate differs')
  }),
)

setup('one person at a time; machines and walls not at all', (t) =>
  withSetup(async ({ ask, folder, url }) => {
    await meet({ ask }, t.lab)
    const data = join(folder, 'data')
    await callServer(data, 'POST', '/local/accounts', bob)
    const bobs = browser(url)
    const { name, password } = bob
    assert.is((await bobs.ask('/login', { name, password })).status, 303)
    const taken = await bobs.ask('/setup/access')
    assert.is(taken.status, 409)
    assert.match(taken.text, 'alice is setting up')
    const pushed = await bobs.ask('/setup/access', { way: 'hand' })
    assert.is(pushed.status, 409)
    for (const [scope, status] of [
      ['view', 403],
      ['operate', 403],
      ['admin', 403],
    ] as const) {
      const made = await callServer<{ secret: string }>(data, 'POST', '/local/tokens', {
        name: scope,
        scope,
      })
      const headers = { authorization: `Bearer ${made!.secret}`, cookie: '' }
      assert.is((await bobs.ask('/setup/access', undefined, headers)).status, status, scope)
      assert.is((await bobs.ask('/setup/access', { way: 'hand' }, headers)).status, status, scope)
    }
    // Alice goes on in another browser where she was.
    const phone = browser(url)
    await phone.ask('/login', { name: alice.name, password: alice.password })
    assert.is((await phone.ask('/setup/access')).status, 200)
  }),
)

setup('back works: an earlier step can be taken again, and what followed is asked anew', (t) =>
  withSetup(async ({ ask }) => {
    const me = { ask }
    await meet(me, t.lab)
    await ask('/setup/access', { way: 'hand' })
    const page = await ask('/setup/plan')
    assert.match(page.text, 'href="/setup/access"')
    assert.match((await ask('/setup/address')).text, `value="${at(t.lab)}"`)
    await ask('/setup/address', { address: at(t.lab, 'Home') })
    assert.is((await ask('/setup/plan')).to, '/setup/certificate')
  }),
)

setup('a file that is there is replaced only with a word, keeps its settings, and is kept', (t) =>
  withSetup(async ({ ask, file, log }) => {
    const me = { ask }
    const old = 'poll:\n  seconds: 7 # slowly\n'
    writeFileSync(file, old)
    assert.match((await ask('/setup/address')).text, 'it is not right')
    await meet(me, t.lab)
    await ask('/setup/access', { way: 'hand' })
    const { id, secret } = t.lab.tokens.audit
    await ask('/setup/plan', { way: 'tokens', 'id.audit': id, 'secret.audit': secret })
    await nodesAndFile(me, t.lab)
    const refused = await ask('/setup/write', {})
    assert.is(refused.status, 409)
    assert.is(readFileSync(file, 'utf8'), old)
    assert.is((await ask('/setup/write', { overwrite: 'yes' })).status, 200)
    assert.match(readFileSync(file, 'utf8'), 'seconds: 7 # slowly')
    assert.is(readFileSync(`${file}.before`, 'utf8'), old)
    // The same road in the real house changes it once more, in place.
    await until(me, '/setup', /Go through the steps/)
    await meet(me, t.lab, 'agent')
    assert.match((await ask('/setup/address')).text, 'Nothing of it changes before the last step')
    await ask('/setup/access', { way: 'hand' })
    await ask('/setup/plan', { way: 'tokens', 'id.audit': id, 'secret.audit': secret })
    await nodesAndFile(me, t.lab)
    assert.is((await ask('/setup/write', { overwrite: 'yes' })).status, 200)
    while (log.filter((line) => line.includes('serve: started anew')).length < 2) await moment()
    await until(me, '/', /agent1/)
    assert.match(readFileSync(file, 'utf8'), 'seconds: 7 # slowly')
  }),
)

setup('in the lab the page says how a cluster is connected, and takes no step', async () => {
  const site = await openSite()
  const page = await site.ask('/setup', { as: 'admin', headers: { accept: 'text/html' } })
  assert.match(await page.text(), './jarvis setup')
  assert.is((await site.ask('/setup', { as: 'view' })).status, 403)
  site.close()
})

setup('the real program: JARVIS_SETUP=1, forms, and the overview shows the nodes', (t) =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const child = launch(['serve'], env)
    const line = await child.said(/^Jarvis is ready.*$/m)
    assert.match(line, 'to be set up')
    const url = /(http:\/\/[^\s]+)/.exec(line)![1]!
    const me = browser(url)
    await welcome(me, new URL(/first visit: (\S+)/.exec(line)![1]!).searchParams.get('code')!)
    await meet(me, t.lab)
    await me.ask('/setup/access', { ...usual, password: LAB_PASSWORD })
    await me.ask('/setup/plan', { way: 'do' })
    await nodesAndFile(me, t.lab)
    assert.is((await me.ask('/setup/write', {})).status, 200)
    const page = await until(me, '/', /agent1/)
    for (const { name } of t.lab.nodes) assert.match(page, name)
    assert.not.match(page, 'LAB')
    assert.is(child.process.exitCode, null)
    child.process.kill('SIGTERM')
    assert.equal(await child.ended, { code: 0, signal: null })
    // A container starts again with the same variables: now it is the real house at once.
    const again = launch(['serve'], env)
    assert.not.match(await again.said(/^Jarvis is ready.*$/m), 'set up')
    again.process.kill('SIGTERM')
    await again.ended
  }),
)

setup('SSH: a key is made, or one is used; what a node shows is kept after consent alone', () =>
  withSetup(async (me) => {
    const { ask, file, folder } = me
    const lab = await startLab({ ssh: true })
    try {
      await meet(me, lab)
      await ask('/setup/access', { ...usual, password: LAB_PASSWORD })
      await ask('/setup/plan', { way: 'do' })
      await ask('/setup/check', { way: 'on' })
      assert.is((await ask('/setup/hands')).to, '/setup/nodes')
      const fields = lab.nodes.map(({ name, address }) => [`address.${name}`, address])
      await ask('/setup/nodes', Object.fromEntries(fields))
      const { port, fingerprint } = lab.ssh!.hosts.find((h) => h.name === 'pve')!
      const door = { user: 'root', port: String(port) }
      assert.is((await ask('/setup/hands', { ...door, way: 'make' })).to, '/setup/hands')
      const made = await ask('/setup/hands')
      assert.match(made.text, 'restrict,pty ssh-ed25519 ')
      assert.match(made.text, fingerprint)
      assert.is(statSync(join(folder, 'secrets', 'ssh_key')).mode & 0o777, 0o600)
      assert.not.match(made.text, 'PRIVATE KEY')
      const forged = { way: 'agree', 'agree.pve': `SHA256:${'A'.repeat(43)}` }
      const refused = await ask('/setup/hands', forged)
      assert.match(refused.text, 'You agreed to another key of pve')
      assert.is((await ask('/setup/hands', { ...door, port: '0', way: 'make' })).status, 422)
      const stranger = await ask('/setup/hands', { way: 'agree', 'agree.pve': fingerprint })
      assert.is(stranger.to, '/setup/write')
      assert.match((await ask('/setup/write')).text, 'does not let root in with the key')
      writeFileSync(join(folder, 'id'), lab.ssh!.key, { mode: 0o600 })
      await ask('/setup/hands', { ...door, way: 'file', keyFile: 'id' })
      assert.is((await ask('/setup/write')).to, '/setup/hands', 'another key is agreed to anew')
      await ask('/setup/hands', { way: 'agree', 'agree.pve': fingerprint })
      assert.match((await ask('/setup/write')).text, /<strong>pve<\/strong> lets me in\./)
      const db = () => openDb(join(folder, 'data', 'jarvis.db'))
      const pins = async () => {
        const open = await db()
        const all = open.all('select host, fingerprint, accepted_by from ssh_host_keys')
        open.close()
        return all
      }
      assert.equal(await pins(), [], 'before the last step nothing is kept')
      assert.is((await ask('/setup/write', {})).status, 200)
      assert.equal(await pins(), [{ host: 'pve', fingerprint, accepted_by: 'alice' }])
      assert.match(
        readFileSync(file, 'utf8'),
        `ssh:\n  keyFile: id\n  user: root\n  port: ${port}\n`,
      )
      await until(me, '/setup', /is connected/)
    } finally {
      await lab.stop()
    }
  }),
)

setup.run()
