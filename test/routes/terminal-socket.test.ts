/** What a terminal's socket owes the house: signs of life, and asking whether he still may. */
import { EventEmitter } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { watchOver } from '../../routes/terminal-socket.ts'
import { fakeClock } from '../clock.ts'

const watched = suite('the watch over a socket')

const setUp = (isGood = () => true) => {
  const clock = fakeClock()
  const news = new EventEmitter()
  const said: string[] = []
  const socket = Object.assign(news, {
    isPaused: false,
    ping: () => said.push('ping'),
    terminate: () => said.push('terminate'),
    close: (code: number) => said.push(`close ${code}`),
  })
  const stop = watchOver(socket as never, clock, isGood)
  return { clock, said, stop, answer: () => news.emit('pong') }
}

watched('it is pinged every 25 s, and given up when a ping was not answered', async () => {
  const t = setUp()
  await t.clock.advance(25_000)
  t.answer()
  await t.clock.advance(25_000)
  assert.equal(t.said, ['ping', 'ping'])
  await t.clock.advance(25_000)
  assert.equal(t.said, ['ping', 'ping', 'terminate'])
  t.stop()
  assert.is(t.clock.waiting(), 0)
})
watched('a session that has ended ends its sockets within a minute', async () => {
  let good = true
  const t = setUp(() => good)
  await t.clock.advance(24_000)
  t.answer()
  good = false
  await t.clock.advance(1_000)
  t.answer()
  await t.clock.advance(25_000)
  t.answer()
  await t.clock.advance(10_000)
  assert.is(t.said.at(-1), 'close 4401')
  t.stop()
})
watched.run()
