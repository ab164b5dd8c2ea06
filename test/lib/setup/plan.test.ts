import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../../lib/errors.ts'
import { held } from '../../../lib/proxmox/rights.ts'
import type { TokenRole } from '../../../lib/proxmox/types.ts'
import { carryOut } from '../../../lib/setup/carry-out.ts'
import { type Found, nothingFound, plan, versionOf } from '../../../lib/setup/plan.ts'
import { rightsOf } from '../../../lib/setup/rights.ts'
import type { Session } from '../../../lib/setup/session.ts'
import { verify } from '../../../lib/setup/verify.ts'

const planning = suite('setup: plan and rights')

const nine = nothingFound(versionOf({ version: '9.2.11' }))
const eight = nothingFound(versionOf({ version: '8.4.5' }))
const all: TokenRole[] = ['audit', 'operate', 'environments', 'destroy']
const commands = (found: Found, roles = all) => plan(found, roles).map((s) => s.command)

planning('old and new spellings of a version are read', () => {
  assert.equal(versionOf({ version: '9.2.11' }).major, 9)
  assert.equal(versionOf({ version: '6.2-4' }).release, '6.2')
  assert.equal(versionOf({ version: '8.4.5' }).minor, 4)
})

planning('each role has its own user, so that no rule of one shadows another’s', () => {
  const lines = commands(nine)
  const users = lines.flatMap((l) => /^pveum user add (\S+)/.exec(l)?.[1] ?? [])
  assert.equal(
    users,
    all.map((role) => `jarvis-${role}@pve`),
  )
})

planning('no release is asked for a privilege that it refuses', () => {
  assert.not.match(commands(nine).join(), 'VM.Monitor')
  assert.not.match(commands(eight).join(), 'VM.GuestAgent')
})

planning('an old token is removed with the word that the release knows', () => {
  const tokens = new Set(['jarvis-audit@pve!jarvis'])
  assert.match(commands({ ...nine, tokens }, ['audit']).join('\n'), 'pveum user token delete')
  assert.match(commands({ ...eight, tokens }, ['audit']).join('\n'), 'pveum user token remove')
})

planning('what exists is not asked for again, what is incomplete is completed', () => {
  const found: Found = {
    ...nine,
    roles: new Map([['JarvisOperate', new Set(['VM.PowerMgmt', 'VM.Backup'])]]),
    users: new Set(['jarvis-operate@pve']),
    acl: new Set(['/ jarvis-operate@pve JarvisOperate']),
  }
  const [modify, token, ...more] = commands(found, ['operate'])
  assert.match(modify!, /^pveum role modify JarvisOperate --append 1 --privs /)
  assert.not.match(modify!, 'VM.Backup')
  assert.match(modify!, 'VM.Snapshot.Rollback')
  assert.match(token!, 'pveum user token add')
  assert.equal(more, [])
})

planning('every right of a role is granted by the plan of that role', () => {
  const roles = plan(nine, ['operate', 'destroy']).flatMap((s) => String(s.call.params.privs ?? ''))
  for (const role of ['operate', 'destroy'] as const)
    for (const { privilege } of rightsOf(role)) assert.match(roles.join(), privilege)
})

planning(
  'a step that fails names its line and those still to do, and nothing is done twice',
  async () => {
    const called: string[] = []
    const session: Session = {
      who: 'root@pam',
      close() {},
      call: async (_method, path) => {
        called.push(path)
        if (path === '/access/acl') throw new Problem('conflict', 'no quorum!', { next: 'Wait.' })
        return null as never
      },
    }
    try {
      await carryOut(session, plan(nine, ['audit']))
      assert.unreachable()
    } catch (error) {
      const problem = error as Problem
      assert.is(problem.kind, 'failed')
      assert.match(problem.message, 'The line that failed: pveum acl modify /')
      assert.match(problem.next!, 'pveum user token add jarvis-audit@pve')
      assert.not.match(problem.next!, 'pveum user add')
    }
    assert.equal(called, ['/access/roles', '/access/users', '/access/acl'])
  },
)

planning('a right is held by inheritance, only in part, or not at all', () => {
  const permissions = {
    '/': { 'Sys.Audit': true, 'Sys.Modify': false },
    '/vms': { 'VM.Audit': true },
    '/vms/101': { 'VM.PowerMgmt': true },
  }
  assert.is(held(permissions, '/nodes', 'Sys.Audit'), 'yes')
  assert.is(held(permissions, '/nodes', 'Sys.Modify'), 'no')
  assert.is(
    held(permissions, '/vms', 'VM.Audit'),
    'partly',
    'not on 101, whose own rule has it not',
  )
  assert.is(held({ '/vms': { 'VM.Audit': true } }, '/vms', 'VM.Audit'), 'yes')
  assert.is(held(permissions, '/vms', 'Sys.Audit'), 'no')
  assert.is(held(permissions, '/vms', 'VM.PowerMgmt'), 'partly')
  assert.is(held(permissions, '/vms/102', 'VM.Audit'), 'yes')
  assert.is(held({}, '/vms', 'VM.Audit'), 'no')
})

planning('a narrow token: each missing right comes with the line that grants it', () => {
  const missing = verify(
    { id: 'ops@pve!narrow', roles: ['operate'] },
    { '/vms/303': { 'VM.PowerMgmt': true } },
  )
  const power = missing.find((m) => m.privilege === 'VM.PowerMgmt')!
  assert.is(power.partly, true)
  const modify = missing.find((m) => m.privilege === 'Sys.Modify')!
  assert.is(modify.partly, false)
  assert.match(modify.mend, 'pveum role add JarvisOperate --privs ')
  assert.match(
    modify.mend,
    "pveum acl modify / --users ops@pve --tokens 'ops@pve!narrow' --roles JarvisOperate",
  )
})

planning('root’s own token is not granted to root: the user has every right already', () => {
  const [first] = verify({ id: 'root@pam!x', roles: ['audit'] }, {})
  assert.not.match(first!.mend, '--users')
})

planning.run()
