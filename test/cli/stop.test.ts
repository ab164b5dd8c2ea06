/** The kill switch from the command line: pressed by anybody with the folder, released with a password. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alice } from '../cast.ts'
import { launch, run, withFolder } from './driver.ts'

const stop = suite('stop and resume')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})

stop('without a server the file is left, and the next server does nothing until resumed', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', alice.name], { env, piped: alice.password })
    const told = await run(['stop', '--reason', 'smoke'], { env })
    assert.is(told.code, 0, told.err)
    const file = join(folder, 'lab', 'STOP')
    assert.ok(existsSync(file))

    const server = launch(['serve'], env)
    const line = await server.said(/^Jarvis is ready.*$/m)
    const [, header, address] = /curl -H '([^']+)' (http:\/\/[^/]+)/.exec(line)!
    const [name, value] = header!.split(': ') as [string, string]
    const seen = await fetch(`${address}/api/stop`, { headers: { [name]: value } })
    const state = (await seen.json()) as { pressed: boolean; by: string; reason: string }
    assert.equal([state.pressed, state.by, state.reason], [true, 'command line', 'smoke'])

    assert.is((await run(['resume'], { env, piped: alice.password })).code, 1)
    assert.is((await run(['resume'], { env, answers: ['wrong'] })).code, 1)
    assert.ok(existsSync(file))
    const released = await run(['resume'], { env, answers: [alice.password] })
    assert.is(released.code, 0, released.err)
    assert.not.ok(existsSync(file))

    const again = await run(['stop', '--json'], { env })
    assert.is((JSON.parse(again.out) as { pressed: boolean }).pressed, true)
    server.process.kill('SIGTERM')
    assert.is((await server.ended).code, 0)
  }),
)

stop('resume without a server is told apart', () =>
  withFolder(async (folder) => {
    const told = await run(['resume'], { env: envOf(folder), answers: [] })
    assert.is(told.code, 3)
    assert.match(told.err, 'No server runs')
  }),
)

stop('guessing at the password slows down', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    await run(['user', 'add', alice.name], { env, piped: alice.password })
    const server = launch(['serve'], env)
    await server.said(/ready/)
    await run(['stop'], { env })
    for (let i = 0; i < 5; i++) await run(['resume'], { env, answers: [`guess ${i}`] })
    const late = await run(['resume'], { env, answers: [alice.password] })
    assert.is(late.code, 1)
    assert.match(late.err, 'Too many wrong tries')
    server.process.kill('SIGTERM')
    await server.ended
  }),
)

stop.run()
