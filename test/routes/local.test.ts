import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTrail } from '../../lib/audit/trail.ts'
import type { Picture } from '../../lib/cluster/picture.ts'
import { createKeeper } from '../../lib/setup/keeper.ts'
import { createLocal, isLocal, type LocalNeeds } from '../../routes/local.ts'
import { brief, briefText } from '../../views/brief.ts'
import { testBrakes } from '../brakes.ts'
import { alice } from '../cast.ts'
import { NOON } from '../clock.ts'
import { openAuth, openDoors } from '../doors.ts'

const local = suite('routes of the control socket')

const part = { at: NOON - 2000, limit: 15_000 }
const calm: Picture = {
  version: 3,
  now: NOON,
  parts: {
    resources: part,
    guests: part,
    storages: part,
    status: part,
    tasks: part,
    storage: part,
    backups: part,
    temperatures: part,
  },
  cluster: {
    name: 'home',
    standalone: false,
    quorate: true,
    votes: { online: 2, total: 2, needed: 2 },
  },
  nodes: [
    {
      name: 'pve',
      aliases: [],
      reach: 'online',
      since: 0,
      permitted: true,
      cpu: 0.25,
      memory: { used: 2 ** 30, total: 2 ** 32 },
    },
    { name: 'x\u001b[2J', aliases: [], reach: 'online', since: 0, permitted: true },
  ],
  guests: [],
  storages: [],
  tasks: [],
  backups: [],
}

const open = async () => {
  const house = await openAuth()
  const needs = {
    config: { mode: 'real' },
    version: '1',
    clock: house.clock,
    cluster: { picture: () => calm },
    brakes: testBrakes({ db: house.db, clock: house.clock, picture: () => calm }),
    stop: { state: () => ({ pressed: false }) },
    trouble: () => undefined,
    startedAt: NOON - 5000,
    keeper: createKeeper({ ...house, trail: createTrail(house) }),
  } as unknown as LocalNeeds
  const app = createLocal(needs)
  const call = (method: string, path: string, body?: unknown, env: object = { local: true }) =>
    app.request(
      path,
      {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      },
      env,
    )
  return { ...house, call }
}

local('nothing answers to a request that did not come through the socket', async () => {
  const { call, auth } = await open()
  for (const env of [{}, { local: false }, { local: 'true' }]) {
    assert.is((await call('GET', '/local/status', undefined, env)).status, 404)
    const wish = { name: 'evil', scope: 'admin' }
    assert.is((await call('POST', '/local/tokens', wish, env)).status, 404)
  }
  assert.equal(auth.tokens.list(), [])
})

local(
  'the site that everybody sees does not know these routes, even for a local caller',
  async () => {
    const { app } = await openDoors()
    const answer = await app.request('/local/tokens', {}, { local: true })
    assert.is(answer.status, 404)
    assert.ok(isLocal(new Request('http://localhost/local/tokens')))
    assert.not.ok(isLocal(new Request('http://localhost/localx')))
  },
)

local('status is the cluster in brief', async () => {
  const { call } = await open()
  const answer = (await (await call('GET', '/local/status')).json()) as Record<string, unknown>
  assert.is(answer.ageSeconds, 2)
  assert.is(answer.upSeconds, 5)
  assert.equal(answer.trouble, [])
})

local('tokens are made, listed without secrets, revoked; accounts likewise', async () => {
  const { call } = await open()
  const made = (await (
    await call('POST', '/local/tokens', { name: 'a b/c', scope: 'view' })
  ).json()) as { secret: string }
  assert.match(made.secret, /^jv_/)
  const listed = await (await call('GET', '/local/tokens')).text()
  assert.match(listed, 'a b/c')
  assert.not.match(listed, made.secret)
  assert.is((await call('DELETE', `/local/tokens/${encodeURIComponent('a b/c')}`)).status, 200)
  assert.is((await call('DELETE', '/local/tokens/none')).status, 404)
  assert.is((await call('POST', '/local/accounts', alice)).status, 200)
  assert.is((await call('POST', '/local/accounts', alice)).status, 409)
  assert.not.match(await (await call('GET', '/local/accounts')).text(), 'password"')
})

local('a body that is wrong is 422 with every mistake', async () => {
  const { call } = await open()
  const answer = await call('POST', '/local/tokens', { scope: 'root', more: 1 })
  assert.is(answer.status, 422)
  const { error } = (await answer.json()) as { error: { message: string } }
  for (const word of ['name', 'scope', 'more']) assert.match(error.message, word)
  assert.is((await call('POST', '/local/tokens', 'not json')).status, 422)
  assert.is((await call('POST', '/local/backup', { file: 'relative.db' })).status, 422)
  assert.is((await call('GET', '/local/nothing')).status, 404)
})

local('in words: an age, a line a node, no control characters, and what is not well', () => {
  const safety = {
    stopped: false,
    level: 4,
    name: 'operate',
    set: 4,
    breaker: null,
    readOnly: false,
    waiting: 2,
    protectionKnown: true,
    self: { told: 'guest/103', found: null },
  }
  const input = { picture: calm, mode: 'real', version: '1', pid: 1, upSeconds: 1, safety }
  const text = briefText(brief(input))
  assert.match(text, /^home: quorate \(2 of 2\), 2.s old$/m)
  assert.match(text, /^ {2}pve +online +cpu +25.% {2}memory 1.GiB of 4.GiB$/m)
  assert.not.match(text, '\u001b')
  assert.match(text, /^ {2}machines at level 4 operate, 2 decisions waiting$/m)
  assert.match(text, 'All is well.')
  const held = { ...safety, stopped: true, level: 1, name: 'observe', breaker: 'a script failed' }
  const cut = briefText(brief({ ...input, safety: held }))
  assert.match(cut, 'STOP is pressed: nothing acts.')
  assert.match(cut, 'The breaker is down: a script failed.')
  const sick: Picture = {
    ...calm,
    parts: {
      ...calm.parts,
      resources: { ...part, trouble: { kind: 'forbidden', text: 'no permission.', since: NOON } },
      status: { at: NOON - 60_000, limit: 15_000 },
    },
    cluster: { standalone: false, quorate: false },
    nodes: [{ name: 'pve', aliases: [], reach: 'offline', since: 0, permitted: true }],
  }
  const told = brief({ ...input, picture: sick, trouble: 'The disk is full.' }).trouble
  assert.is(told.length, 5)
  assert.is(told[0], 'The disk is full.')
  assert.match(told.join('\n'), 'Node pve is lost.')
  assert.match(briefText(brief({ ...input, picture: sick })), 'NO QUORUM')
})

local.run()
