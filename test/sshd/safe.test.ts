/** No command that a test sends to its sshd can touch the machine that the tests run on. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Stage, stage } from '../lib/ssh/stage.ts'
import { noSshd, type Sshd, startSshd } from './servers.ts'

const why = noSshd()
if (why) console.log(`SKIPPED the walls around the test's sshd: ${why}`)

const safe = suite<{ sshd: Sshd; s: Stage }>('test sshd')
safe.before(async (t) => {
  if (why) return
  t.sshd = await startSshd()
  t.s = await stage({ hosts: { pve: t.sshd }, identity: { keyFile: t.sshd.keyFile } })
})
safe.after(async (t) => {
  if (why) return
  t.s.close()
  await t.sshd.stop()
})
const test: typeof safe = why ? (Object.assign(() => {}, safe) as typeof safe) : safe

const said = async ({ ssh }: Stage, script: string) => {
  const { stdout, stderr } = await ssh.exec('pve', script)
  return stdout + stderr
}

test('the folders of the machine cannot be written', async ({ s }) => {
  const places = [
    '/',
    '/etc',
    '/usr',
    '/var',
    '/opt',
    '/boot',
    '/sys/kernel',
    '/proc/sys/kernel',
    '/mnt',
  ]
  const here = [process.cwd(), '/etc/passwd', '/proc/sysrq-trigger', '/proc/sys/kernel/hostname']
  const writable = await said(
    s,
    [...places, ...here].map((p) => `test -w '${p}' && echo "${p}"`).join('; '),
  )
  assert.is(writable, '')
  const tried = await said(s, 'touch /etc/jarvis-was-here /usr/jarvis-was-here')
  assert.match(tried, /Read-only file system.*\n.*Read-only file system/)
  await said(s, 'echo x >/tmp/jarvis-was-here; echo x >/root/jarvis-was-here')
  for (const file of ['/etc', '/usr', '/tmp', '/root'])
    assert.not.ok(existsSync(`${file}/jarvis-was-here`), file)
})

test('its processes are not to be seen, nor its disks', async ({ s }) => {
  assert.not.match(await said(s, 'ps -eo args'), /node|tsx/)
  assert.is(await said(s, `kill -0 ${process.pid}`).then((t) => /No such process/.test(t)), true)
  assert.is(await said(s, 'find /dev/ -type b'), '')
  assert.is(await said(s, 'find /run -type s'), '', 'no door of a service either')
})

test('nobody in there can undo the walls', async ({ s }) => {
  for (const deed of [
    'mount -o remount,rw /',
    'umount /dev',
    'hostname elsewhere',
    'mknod /tmp/sda b 8 0',
  ])
    assert.match(await said(s, deed), /denied|permitted|must be root|must be superuser/, deed)
  assert.is.not(hostname(), 'elsewhere')
  const held = /CapBnd:\s+(\w+)/.exec(await said(s, 'cat /proc/self/status'))![1]!
  const SYS_ADMIN = 1n << 21n
  const SYS_BOOT = 1n << 22n
  assert.is(BigInt(`0x${held}`) & (SYS_ADMIN | SYS_BOOT), 0n)
})

test('what would act on a cluster or a machine is a stub', async ({ s }) => {
  for (const deed of ['systemctl poweroff', 'qm stop 100', 'pct destroy 103', 'pvecm delnode pve'])
    assert.is(await said(s, deed), `stub ${deed}\n`)
})

if (why) safe('there is nothing to wall in', () => assert.ok(why))
safe.run()
