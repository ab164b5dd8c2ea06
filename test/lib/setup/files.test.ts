import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createCertificates } from '../../../lab/certificates.ts'
import { loadConfig } from '../../../lib/config.ts'
import type { Problem } from '../../../lib/errors.ts'
import { draftConfig } from '../../../lib/setup/config-text.ts'
import { type FoundNode, findNodes } from '../../../lib/setup/nodes.ts'
import type { Session } from '../../../lib/setup/session.ts'
import { writeConfig } from '../../../lib/setup/write-config.ts'
import { root, withFolder } from '../../cli/driver.ts'
import { NOON } from '../../clock.ts'

const files = suite('setup: nodes and configuration file')

const PIN = `${'AB:'.repeat(31)}CD`
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
const tokens = [{ id: 'jarvis-audit@pve!jarvis', secret: 'x-y-z', roles: ['audit' as const] }]
const node = (name: string, more: Partial<FoundNode> = {}): FoundNode => ({
  name,
  address: '10.0.0.1',
  online: true,
  fingerprint: PIN,
  ...more,
})

const load = (text: string) =>
  withFolder((folder) => {
    const file = join(folder, 'jarvis.yaml')
    writeConfig(file, text, { root })
    return loadConfig({ root, env: { JARVIS_CONFIG: file } })
  })

files(
  'the CA stands for every node that it signed, a pin for the one that it did not',
  async () => {
    const cluster = {
      name: 'home',
      ca: CA,
      nodes: [
        node('pve', { signed: true, mac: 'BC:24:11:00:00:01' }),
        node('own', { signed: false, address: '10.0.0.2:8443' }),
      ],
    }
    const config = await load(draftConfig({ cluster, tokens, port: 4100 }))
    assert.is(config.server.port, 4100)
    assert.match(config.cluster!.ca!, 'BEGIN CERTIFICATE')
    assert.is(config.cluster!.nodes[0]!.fingerprint, undefined)
    assert.is(config.cluster!.nodes[0]!.mac, 'BC:24:11:00:00:01')
    assert.is(config.cluster!.nodes[1]!.fingerprint, PIN)
    assert.equal(config.cluster!.tokens, tokens)
  },
)

files('a node at whose address another machine answers is not written down', async () => {
  const cluster = { nodes: [node('pve'), node('other', { fingerprint: undefined, foreign: PIN })] }
  const config = await load(draftConfig({ cluster, tokens }))
  assert.equal(
    config.cluster!.nodes.map((n) => n.name),
    ['pve'],
  )
})

files('without a CA every node is pinned', async () => {
  const config = await load(draftConfig({ cluster: { nodes: [node('solo')] }, tokens }))
  assert.is(config.cluster!.ca, undefined)
  assert.is(config.cluster!.nodes[0]!.fingerprint, PIN)
})

files('a secret that looks like a number or a word of YAML stays what it is', async () => {
  for (const secret of [
    '12345678901234567890',
    '0x1F',
    'yes',
    'null',
    '1e9',
    '# no comment',
    'it\'s: "x"',
  ]) {
    const [token] = tokens
    const cluster = { nodes: [node('solo')] }
    const config = await load(draftConfig({ cluster, tokens: [{ ...token!, secret }] }))
    assert.is(config.cluster!.tokens[0]!.secret, secret)
  }
})

files('the file is 0600, is never overwritten unasked, and no half of it is left', () =>
  withFolder((folder) => {
    const file = join(folder, 'jarvis.yaml')
    const text = draftConfig({ cluster: { nodes: [node('solo')] }, tokens })
    writeConfig(file, text, { root })
    assert.is(statSync(file).mode & 0o777, 0o600)
    assert.throws(
      () => writeConfig(file, text, { root }),
      (e: Problem) => e.kind === 'conflict',
    )
    assert.throws(
      () => writeConfig(file, 'server: { port: no }', { root, overwrite: true }),
      (e: Problem) => e.kind === 'invalid',
    )
    assert.is(readFileSync(file, 'utf8'), text)
    writeFileSync(file, 'mine')
    writeConfig(file, text, { root, overwrite: true })
    assert.is(readFileSync(`${file}.before`, 'utf8'), 'mine')
    assert.equal(readdirSync(folder).sort(), ['jarvis.yaml', 'jarvis.yaml.before'])
    const absent = join(folder, 'no/where.yaml')
    assert.throws(
      () => writeConfig(absent, text, { root }),
      (e: Problem) => e.kind === 'failed',
    )
    assert.not.ok(existsSync(absent))
  }),
)

const answering = (answers: Record<string, unknown>): Session => ({
  who: 'root@pam',
  close() {},
  call: async (_method, path) => {
    if (path in answers) return answers[path] as never
    throw new Error(`nobody expected ${path}`)
  },
})

const certificate = (pem: string, fingerprint: string) => ({
  fingerprint,
  pem,
  subject: 'x',
  issuer: 'y',
  san: [],
  validFrom: 0,
  validTo: 0,
  isCa: false,
})

files(
  'nodes: the entry first, its address as typed; a foreign certificate in between is told',
  async () => {
    const things = ['pve', 'own', 'off'].map((name, i) => ({ name, ip: `127.0.0.${i + 1}` }))
    const made = createCertificates(things as never, NOON)
    const print = (name: string) => made.nodes.get(name)!.fingerprint
    const session = answering({
      '/cluster/status': [
        { type: 'node', name: 'own', ip: '127.0.0.2', online: 1, local: 0 },
        { type: 'node', name: 'off', ip: '127.0.0.3', online: 0, local: 0 },
        { type: 'cluster', name: 'home' },
        { type: 'node', name: 'pve', ip: '127.0.0.1', online: 1, local: 1 },
      ],
      '/nodes/pve/certificates/info': [{ filename: 'pve-root-ca.pem', pem: made.ca }],
      '/nodes': [
        { node: 'pve', ssl_fingerprint: print('pve') },
        { node: 'own', ssl_fingerprint: 'EE:EE' },
        { node: 'off', ssl_fingerprint: 'DD:DD' },
      ],
      '/nodes/pve/config': { wakeonlan: 'mac=BC:24:11:00:00:01,bind-interface=eno1' },
      '/nodes/own/config': { wakeonlan: 'bc:24:11:00:00:02' },
    })
    const found = await findNodes(session, { host: 'typed.lan', port: 8006 }, async (address) => {
      const name = address === 'typed.lan' ? 'pve' : 'own'
      const leaf = certificate(made.nodes.get(name)!.cert, print(name))
      return { place: { host: address, port: 8006 }, leaf, chain: [leaf] }
    })
    assert.is(found.name, 'home')
    assert.equal(
      found.nodes.map((n) => n.name),
      ['pve', 'off', 'own'],
    )
    const [pve, off, own] = found.nodes
    assert.is(pve!.address, 'typed.lan')
    assert.is(pve!.signed, true)
    assert.is(pve!.mac, 'BC:24:11:00:00:01')
    assert.is(off!.fingerprint, 'DD:DD')
    assert.match(own!.trouble!, 'EE:EE')
    assert.is(own!.fingerprint, undefined)
    assert.is(own!.mac, 'bc:24:11:00:00:02')
  },
)

files.run()
