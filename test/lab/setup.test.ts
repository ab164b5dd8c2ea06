/** What `jarvis setup` does to a cluster must be possible here, and the rights tell the truth. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { ask, fields, leapingClock } from './ask.ts'

const setup = suite<{ lab: Lab }>('lab setup')
setup.before.each(async (t) => {
  t.lab = await startLab({ clock: leapingClock() })
})
setup.after.each((t) => t.lab.stop())

setup('user, role, token and rights are made through the API and then hold', async ({ lab }) => {
  const post = async (path: string, form: Record<string, string>) =>
    ask(lab, 'POST', path, { form })
  assert.is((await post('/access/users', { userid: 'jarvis@pve', comment: 'butler' })).status, 200)
  assert.is(
    (await post('/access/roles', { roleid: 'Look', privs: 'Sys.Audit,VM.Audit' })).status,
    200,
  )
  const made = fields(await post('/access/users/jarvis@pve/token/eyes', { privsep: '1' }))
  assert.is(made['full-tokenid'], 'jarvis@pve!eyes')
  const token = { id: String(made['full-tokenid']), secret: String(made.value) }
  const held = async () => fields(await ask(lab, 'GET', '/access/permissions', { token }))
  assert.equal(await held(), {})
  const grant = (who: Record<string, string>) =>
    ask(lab, 'PUT', '/access/acl', { form: { path: '/', roles: 'Look', ...who } })
  await grant({ tokens: token.id })
  // A separated token has no more than its user.
  assert.equal(await held(), {})
  await grant({ users: 'jarvis@pve' })
  assert.equal((await held())['/vms'], { 'Sys.Audit': 1, 'VM.Audit': 1 })
  assert.is((await ask(lab, 'GET', '/nodes/pve/status', { token })).status, 200)
  await grant({ users: 'jarvis@pve', delete: '1' })
  assert.is((await ask(lab, 'GET', '/nodes/pve/status', { token })).status, 403)
})

setup('what is wrong with a request is said as Proxmox says it', async ({ lab }) => {
  const role = await ask(lab, 'POST', '/access/roles', {
    form: { roleid: 'Old', privs: 'VM.Monitor' },
  })
  assert.equal(role.errors, { privs: "invalid format - invalid privilege 'VM.Monitor'\n" })
  const twice = await ask(lab, 'POST', '/access/users', { form: { userid: 'ops@pve' } })
  assert.is(twice.reason, "create user failed: user 'ops@pve' already exists")
  const secret = await ask(lab, 'PUT', '/access/password', {
    form: { userid: 'ops@pve', password: 'abcdefgh' },
  })
  assert.is(secret.status, 403)
  assert.match(secret.reason, 'not available with API token')
  const forbidden = await ask(lab, 'PUT', '/access/acl', {
    token: lab.tokens.operate,
    form: { path: '/', roles: 'PVEAdmin', users: 'ops@pve' },
  })
  assert.is(forbidden.reason, 'Permission check failed (/, Permissions.Modify)')
})

setup('without quorum a token is refused after ten seconds', async ({ lab }) => {
  lab.scenarios.on('no-quorum', undefined, { settled: true })
  const answer = await ask(lab, 'POST', '/access/users/ops@pve/token/new', { form: {} })
  assert.is(answer.reason, "generating token failed: cfs-lock 'file-user_cfg' error: no quorum!")
})

setup.run()
