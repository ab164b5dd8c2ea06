import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { launch, run, withFolder } from './driver.ts'

const lab = suite('lab, for other clients')

lab('prints addresses, the CA and curl lines that work as they stand', () =>
  withFolder(async (folder) => {
    const child = launch(['lab', '--port', '0', '--nodes', '2', '--guests', '7'], {
      JARVIS_DATA: folder,
    })
    await child.said(/^Scenarios: (\S+)$/m)
    const out = child.out()
    assert.is(out.match(/^ {2}\S+ {2}https:\/\/127\./gm)?.length, 2)
    assert.match(out, join(folder, 'lab', 'ca.pem'))
    const curl = /# root\n {2}(curl .*)/.exec(out)![1]!
    const got = spawnSync('sh', ['-c', `${curl} -sS`], { encoding: 'utf8' })
    if (got.status === 127) console.log('\nSKIPPED lab curl: there is no curl here')
    else {
      const rows: { type: string }[] = JSON.parse(got.stdout).data
      assert.is(rows.filter((r) => r.type === 'node').length, 2)
      assert.is(rows.filter((r) => r.type === 'qemu' || r.type === 'lxc').length, 7)
    }
    const control = /^Scenarios: (\S+)$/m.exec(out)![1]!
    assert.is((await fetch(control)).status, 200)
    child.process.kill('SIGINT')
    assert.equal(await child.ended, { code: 0, signal: null })
  }),
)

lab('--json gives the same to a script', () =>
  withFolder(async (folder) => {
    const child = launch(['lab', '--port', '0', '--nodes', '1', '--json'], { JARVIS_DATA: folder })
    const ready = JSON.parse(await child.said(/^\{.*\}$/m))
    assert.is(ready.nodes.length, 1)
    assert.match(ready.tokens.audit.id, '!')
    child.process.kill('SIGTERM')
    assert.is((await child.ended).code, 0)
  }),
)

lab('it listens on loopback only, and its numbers have limits', async () => {
  for (const [argv, words] of [
    [['lab', '--host', '0.0.0.0'], 'not a loopback address'],
    [['lab', '--host', '192.168.1.2'], 'not a loopback address'],
    [['lab', '--nodes', '0'], '--nodes must be'],
    [['lab', '--guests', 'many'], '--guests must be'],
  ] as const) {
    const { code, err } = await run([...argv])
    assert.is(code, 2)
    assert.match(err, words)
  }
})

lab.run()
