/** Terminals when something else goes wrong at the same moment; the host is played. */
import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Db } from '../../../lib/db/db.ts'
import { Problem } from '../../../lib/errors.ts'
import { silentLog } from '../../../lib/log.ts'
import type { PtyEnd, Ssh } from '../../../lib/ssh/ssh.ts'
import { createTerminals } from '../../../lib/terminals/terminals.ts'
import { fakeClock } from '../../clock.ts'
import { stage, until } from '../ssh/stage.ts'

const faults = suite('terminals and faults')
const alice = { name: 'alice', from: '192.0.2.7' }

type Host = {
  /** What the host says to a script. */
  says(script: string): string | Promise<string>
  /** Hosts that are in the configuration. */
  hosts?: { name: string }[]
}

const setUp = async ({ says, hosts = [{ name: 'nas' }] }: Host) => {
  const s = await stage({ hosts: {}, identity: {} })
  const scripts: string[] = []
  let isFull = false
  const db: Db = {
    ...s.db,
    run(sql, values) {
      if (isFull && /^\s*update terminals/.test(sql)) throw new Error('database or disk is full')
      return s.db.run(sql, values)
    },
  }
  const ptys: { end(how?: Partial<PtyEnd>): void; closed: boolean }[] = []
  const ssh = {
    hosts: () =>
      hosts.map(({ name }) => ({ name, aliases: [], address: name, port: 22, user: '' })),
    async exec(host: string, script: string) {
      if (!hosts.some((h) => h.name === host)) throw new Problem('not-found', `No host ${host}.`)
      scripts.push(script)
      return { stdout: await says(script), stderr: '', code: 0, lost: false, timedOut: false }
    },
    async pty() {
      let tell: (end: PtyEnd) => void = () => {}
      const ended = new Promise<PtyEnd>((done) => {
        tell = done
      })
      const one = {
        closed: false,
        end: (how = {}) => tell({ code: 0, signal: null, lost: false, ...how }),
      }
      ptys.push(one)
      const close = () => {
        one.closed = true
        one.end()
      }
      return { stream: new PassThrough(), ended, resize() {}, close }
    },
  } as unknown as Ssh
  const clock = fakeClock()
  const terminals = createTerminals({
    ssh,
    db,
    clock,
    log: silentLog,
    trail: { write: () => 1 } as never,
    world: () => ({ nodes: [], guests: [] }) as never,
    able: true,
  })
  const news = new EventEmitter()
  const ends: number[] = []
  const wire = {
    send() {},
    close(code: number) {
      ends.push(code)
      news.emit('end')
    },
    hold() {},
    go() {},
  }
  const visit = { who: 'alice', from: '192.0.2.7', mode: 'work' as const, cols: 80, rows: 24, wire }
  return {
    terminals,
    hosts,
    scripts,
    ptys,
    ends,
    look: (id: string) => terminals.attach(id, visit),
    fillDisk: () => {
      isFull = true
    },
    close() {
      terminals.close()
      s.close()
    },
  }
}

faults('a shell that ends while the disk is full ends its viewers, not the server', async () => {
  for (const [prepared, isThere] of [
    ['none', ''],
    ['made', 'gone'],
    ['made', 'had'],
  ]) {
    const t = await setUp({
      says: (script) => (/start-server/.test(script) ? prepared! : isThere!),
    })
    const { id } = t.terminals.open('host/nas', alice)
    t.look(id)
    await until('it is open', () => t.terminals.find(id).way !== undefined)
    t.fillDisk()
    t.ptys[0]!.end()
    await until('it is told', () => t.ends.length === 1)
    assert.ok(t.ends[0] === 4410 || t.ends[0] === 4411, `${t.ends[0]}`)
    t.close()
  }
})
faults('one that is ended while it is being opened leaves no shell on the host', async () => {
  let answer: (words: string) => void = () => {}
  const t = await setUp({
    says: (script) =>
      /start-server/.test(script)
        ? new Promise<string>((done) => {
            answer = done
          })
        : '',
  })
  const { id } = t.terminals.open('host/nas', alice)
  t.look(id)
  await until('it is asked for', () => t.scripts.length === 1)
  await t.terminals.end(id, alice)
  answer('made')
  await until('it is ended', () => t.scripts.some((s) => /kill-window/.test(s)))
  assert.equal([t.ptys.length, t.ends], [0, [4410]])
  assert.is(t.terminals.find(id).way, undefined)
  t.close()
})
faults('likewise where the server would have kept it', async () => {
  let answer: (words: string) => void = () => {}
  const t = await setUp({
    says: () =>
      new Promise<string>((done) => {
        answer = done
      }),
  })
  const { id } = t.terminals.open('host/nas', alice)
  t.look(id)
  await until('it is asked for', () => t.scripts.length === 1)
  await t.terminals.end(id, alice)
  answer('none')
  await new Promise((done) => setImmediate(done))
  assert.is(t.ptys.length, 0)
  t.close()
})
faults('one whose host is no longer in the configuration can be ended all the same', async () => {
  const t = await setUp({ says: () => 'made' })
  const { id } = t.terminals.open('host/nas', alice)
  t.look(id)
  await until('it is open', () => t.terminals.find(id).way === 'tmux')
  t.hosts.length = 0
  await t.terminals.end(id, alice)
  assert.equal(t.terminals.list(), [])
  t.close()
})

faults.run()
