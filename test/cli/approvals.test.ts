/** `jarvis approvals`: read by anybody on the host, decided by a person with his password. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alice } from '../cast.ts'
import { launch, run, withFolder } from './driver.ts'

const approvals = suite('jarvis approvals')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

approvals('without a server, and with wrong words', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    assert.is((await run(['approvals'], { env })).code, 3)
    for (const words of [['approve'], ['approve', 'x'], ['grant', '1'], ['show', '0']])
      assert.is((await run(['approvals', ...words], { env, answers: [] })).code, 2)
  }),
)

approvals('listed, shown, refused, approved once, each with the password', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', alice.name], { env, piped: alice.password })
    const server = launch(['serve'], env)
    await server.said(/ready/)
    const ask = (...argv: string[]) => run(['tool', ...argv], { env })
    const say = (argv: string[], answers?: string[]) =>
      run(['approvals', ...argv], { env, ...(answers && { answers }) })

    const none = await say([])
    assert.is(none.code, 0, none.err)
    assert.match(none.out, 'Nothing awaits you.')
    assert.is((await ask('guest_shutdown', '--vmid=302')).code, 1)
    const waiting = await say(['list'])
    assert.is(waiting.code, 1)
    assert.match(waiting.out, /1 +RED +Shut down 302 adguard +command line/)
    const json = JSON.parse((await say(['--json'])).out) as { waiting: { id: number }[] }
    assert.is(json.waiting[0]?.id, 1)
    const card = await say(['show', '1'])
    assert.match(card.out, 'Goes')
    assert.match(card.out, 'POST /nodes/pve/lxc/302/status/shutdown')
    assert.not.match(card.out, 'nonce')

    assert.is((await say(['approve', '1'])).code, 1, 'no terminal, no person')
    assert.is((await say(['approve', '1'], ['wrong'])).code, 1)
    const unsure = await say(['approve', '1'], [alice.password, 'no'])
    assert.is(unsure.code, 1)
    assert.match(unsure.err, 'Shut down 302 adguard')
    assert.match(unsure.err, 'still waits')
    const done = await say(['approve', '1'], [alice.password, 'yes'])
    assert.is(done.code, 0, done.err)
    assert.match(done.out, '302 adguard is stopped')
    const twice = await say(['approve', '1'], [])
    assert.is(twice.code, 1)
    assert.match(twice.err, 'Nothing is left to decide')

    assert.is((await ask('guest_shutdown', '--vmid=300')).code, 1)
    const no = await say(['deny', '2'], [alice.password])
    assert.is(no.code, 0, no.err)
    assert.match(no.out, 'Refused.')
    server.process.kill('SIGTERM')
    await server.ended
  }),
)

approvals('what cannot be undone is typed', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', alice.name], { env, piped: alice.password })
    const server = launch(['serve'], env)
    await server.said(/ready/)
    const asked = await run(['tool', 'guest_delete', '--vmid=100'], { env })
    assert.match(asked.out, 'waits for a person', asked.err)
    const approve = (typed: string) =>
      run(['approvals', 'approve', '1'], { env, answers: [alice.password, typed] })
    const wrong = await approve('yes')
    assert.is(wrong.code, 1)
    assert.match(wrong.err, 'Type 100:')
    const right = await approve('100')
    assert.is(right.code, 0, right.err)
    assert.match(right.out, '100 Ubuntu-Desktop is gone')
    server.process.kill('SIGTERM')
    await server.ended
  }),
)

approvals.run()
