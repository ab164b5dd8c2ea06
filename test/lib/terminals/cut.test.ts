/** Terminals whose host is cut off by a pulled cable: what is told, and what is there afterwards. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTrail } from '../../../lib/audit/trail.ts'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import type { Meta } from '../../../lib/terminals/protocol.ts'
import { createTerminals, type Terminals } from '../../../lib/terminals/terminals.ts'
import { type Cable, layCable } from '../../sshd/cable.ts'
import { type Sshd, startSshd } from '../../sshd/servers.ts'
import { type Stage, stage, until } from '../ssh/stage.ts'

const alice = { name: 'alice', from: '192.0.2.7' }
const cables = [layCable(1), layCable(2)]
const why = cables.find((c) => typeof c === 'string')
if (why) console.log(`SKIPPED terminals behind a pulled cable: ${why}`)

type World = { stages: Stage[]; sshds: Sshd[] }
const cut = suite<World>('terminals behind a cut link', { stages: [], sshds: [] })
cut.after(async ({ stages, sshds }) => {
  for (const s of stages) s.close()
  await Promise.all(sshds.map((sshd) => sshd.stop()))
  for (const cable of cables) if (typeof cable !== 'string') cable.remove()
})

/** Terminals on a host behind a cable, as patient as a test can be. */
const openBehind = async ({ stages, sshds }: World, cable: Cable, without?: string[]) => {
  const sshd = await startSshd({ ...cable, ...(without && { without }) })
  sshds.push(sshd)
  const s = await stage({
    hosts: { nas: sshd },
    identity: { keyFile: sshd.keyFile },
    limits: { keepaliveMs: 200, keepaliveCount: 2, connectMs: 1000 },
  })
  stages.push(s)
  const trail = createTrail({ db: s.db, clock: systemClock })
  const terminals = createTerminals({
    ...s,
    clock: systemClock,
    log: silentLog,
    trail,
    able: true,
    world: () => ({ nodes: [], guests: [] }),
  })
  return { terminals, trail }
}

/** A browser without a socket: what it is sent, and how it ends. */
const look = (terminals: Terminals, id: string) => {
  let text = ''
  let end: { code: number; reason: string } | undefined
  const meta: Meta[] = []
  const wire = {
    send(frame: Uint8Array) {
      const words = Buffer.from(frame.subarray(1)).toString()
      if (frame[0] === 0) text += words
      if (frame[0] === 2) meta.push(JSON.parse(words))
    },
    close(code: number, reason: string) {
      end = { code, reason }
    },
    hold() {},
    go() {},
  }
  const visit = {
    cols: 80,
    rows: 24,
    who: alice.name,
    from: alice.from,
    mode: 'work',
    wire,
  } as const
  const visitor = terminals.attach(id, visit)
  return {
    isOpen: () => until('open', () => meta.some((m) => m.state === 'open')),
    says: (words: string) => until(`says ${words}: ${text}`, () => text.includes(words)),
    ended: () => until('the end', () => end !== undefined).then(() => end!),
    type: (words: string) => visitor.receive(Buffer.concat([Buffer.from([0]), Buffer.from(words)])),
    leave: () => visitor.leave(),
  }
}

const comesBack = (terminals: Terminals, id: string) =>
  until('it is back', async () => (await terminals.text(id, 10).catch(() => '')) !== '')

const [first, second] = cables
if (typeof first !== 'object' || typeof second !== 'object')
  cut('there is no cable to pull', () => assert.ok(why))
else {
  cut('with tmux: the socket is told within the keepalives, and the shell goes on', async (t) => {
    const { terminals, trail } = await openBehind(t, first)
    const { id } = terminals.open('host/nas', alice)
    const desk = look(terminals, id)
    await desk.isOpen()
    desk.type('MARK=kept-$((6*7)); echo is-$MARK\r')
    await desk.says('is-kept-42')
    first.pull()
    assert.equal(await desk.ended(), { code: 4502, reason: 'The link to nas was lost.' })
    const left = trail.list({ limit: 1 })[0]!
    assert.equal([left.what, left.who, left.from], ['terminal.leave', 'alice', '192.0.2.7'])
    const meanwhile = look(terminals, id)
    assert.is((await meanwhile.ended()).code, 4500)
    assert.is(terminals.find(id).endedAt, undefined)
    first.plug()
    await comesBack(terminals, id)
    const phone = look(terminals, id)
    await phone.isOpen()
    phone.type('echo still-$MARK\r')
    await phone.says('still-kept-42')
    phone.leave()
    terminals.close()
  })
  cut('without tmux: it has ended, and says why', async (t) => {
    const { terminals } = await openBehind(t, second, ['tmux'])
    const { id } = terminals.open('host/nas', alice)
    const desk = look(terminals, id)
    await desk.isOpen()
    second.pull()
    assert.equal(await desk.ended(), {
      code: 4410,
      reason: 'The link to its host was lost, and without tmux there that was its end.',
    })
    second.plug()
    terminals.close()
  })
}
cut.run()
