/** `jarvis tool`: lists, explains, plans, does; as a machine, or as the person whose password is typed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alice } from '../cast.ts'
import { launch, run, withFolder } from './driver.ts'

const tool = suite('jarvis tool')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

tool('without a server it lists and explains, and knows what was meant', async () => {
  const listed = await run(['tool'])
  assert.is(listed.code, 0)
  assert.match(listed.out, /^guest_start +operate +Start a guest$/m)
  const names = JSON.parse((await run(['tool', '--json'])).out).map((t: { name: string }) => t.name)
  assert.ok(names.includes('wake_node'))
  const help = await run(['tool', 'guest_start', '--help'])
  assert.match(help.out, /--vmid=NUMBER/)
  assert.match((await run(['tool', '--help'])).out, /--dry-run/)
  const wrong = async (...argv: string[]) => {
    const told = await run(['tool', ...argv])
    assert.is(told.code, 2, told.err)
    return told.err
  }
  assert.match(await wrong('start_vm'), 'Did you mean guest_start?')
  assert.match(await wrong('guest_start', '--vmd=303'), 'Did you mean --vmid?')
  assert.match(await wrong('guest_start', '--vmid', '303'), 'right behind its option')
})

tool('plans, does, is refused, waits for a person; with the password it is a person', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', alice.name], { env, piped: alice.password })
    const none = await run(['tool', 'guest_start', '--vmid=303'], { env })
    assert.is(none.code, 3)
    const server = launch(['serve'], env)
    await server.said(/ready/)
    const use = (...argv: string[]) => run(['tool', ...argv], { env })

    const plan = await use('guest_shutdown', '--vmid=303', '--dry-run')
    assert.is(plan.code, 0, plan.err)
    assert.match(plan.out, /verdict +YELLOW run \(level\)/)
    assert.match(plan.out, /POST .*303.*shutdown/)
    const risky = await use('guest_shutdown', '--vmid=302', '--dry-run', '--json')
    assert.is(risky.code, 1)
    assert.equal(JSON.parse(risky.out).verdict.tier, 'RED')

    const done = await use('guest_shutdown', '--vmid=303', '--json')
    assert.is(done.code, 0, done.out + done.err)
    assert.is(JSON.parse(done.out).state, 'done')
    const again = await use('guest_shutdown', '--vmid=303')
    assert.is(again.code, 1)
    assert.match(again.err, /stopped/)
    const wrong = await use('guest_shutdown', '--vmid=adguard')
    assert.is(wrong.code, 2, wrong.err)
    assert.match(wrong.err, /vmid/)
    const asked = await use('guest_shutdown', '--vmid=302')
    assert.is(asked.code, 1)
    assert.match(asked.out, /waits for a person\..*\nDecide on the page \/approvals\/\d+/)

    const start = ['tool', 'guest_start', '--vmid=303', '--as-operator']
    assert.is((await run(start, { env })).code, 1, 'no terminal, no person')
    assert.is((await run(start, { env, answers: ['wrong'] })).code, 1)
    const byAlice = await run(start, { env, answers: [alice.password] })
    assert.is(byAlice.code, 0, byAlice.err)
    assert.match(byAlice.out, /303 homeassistant is running/)

    const trail = await run(['tool', 'guest_start', '--vmid=303', '--as-operator', '--dry-run'], {
      env,
      answers: [alice.password],
    })
    assert.match(trail.out, /YELLOW run \(consent\)/)
    assert.is(trail.code, 1, 'it runs already')
    server.process.kill('SIGTERM')
    await server.ended
  }),
)

tool.run()
