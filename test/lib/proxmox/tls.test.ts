/** Whom the client believes: the cluster's CA or a pin, and nothing is sent before that is settled. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../../lib/clock.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox } from '../../../lib/proxmox/client.ts'
import { fingerprintOf, learnCertificate, placeInWords, placeOf } from '../../../lib/proxmox/tls.ts'
import type { NodeAddress } from '../../../lib/proxmox/types.ts'
import { certificates, problemOf, token } from './client.ts'
import { certificatesFor, data, type Server, startServer } from './server.ts'

const version = data({ version: '9.2.11', release: '9.2' })
const trust = suite<{ servers: Server[] }>('proxmox: trust')
trust.before.each((t) => {
  t.servers = []
})
trust.after.each(async (t) => {
  await Promise.all(t.servers.map((s) => s.close()))
})

const open = async (
  t: { servers: Server[] },
  set: ReturnType<typeof certificatesFor>,
  host?: string,
) => {
  const server = await startServer(set.nodes.get('pve1')!, () => version, host)
  t.servers.push(server)
  return server
}
const ask = async (node: NodeAddress, ca?: string) => {
  const px = createProxmox({
    nodes: [node],
    ca,
    token: () => token,
    clock: systemClock,
    log: silentLog,
  })
  try {
    return await px.version()
  } finally {
    px.close()
  }
}

trust('a certificate that the CA signed for this address is believed', async (t) => {
  const { address } = await open(t, certificates)
  assert.is((await ask({ name: 'pve1', address }, certificates.ca)).major, 9)
})

trust('a pinned certificate is believed without a CA, however the pin is written', async (t) => {
  const { address } = await open(t, certificates)
  const fingerprint = certificates.nodes.get('pve1')!.fingerprint
  for (const pin of [
    fingerprint,
    fingerprint.toLowerCase().replaceAll(':', ''),
    `SHA256:${fingerprint}`,
  ])
    assert.is((await ask({ name: 'pve1', address, fingerprint: pin })).major, 9)
})

trust(
  'another certificate than the pinned one: both fingerprints are named and nothing was sent',
  async (t) => {
    const server = await open(t, certificates)
    const fingerprint = certificates.nodes.get('pve2')!.fingerprint
    const problem = await problemOf(ask({ name: 'pve1', address: server.address, fingerprint }))
    assert.is(problem.kind, 'untrusted')
    assert.match(
      problem.message,
      new RegExp(`expected ${fingerprint}, got ${certificates.nodes.get('pve1')!.fingerprint}`),
    )
    assert.is(server.bytesIn(), 0)
  },
)

trust('a pin that cannot be read matches nothing', async (t) => {
  const server = await open(t, certificates)
  for (const fingerprint of ['', 'zz'])
    assert.is(
      (
        await problemOf(
          ask({ name: 'pve1', address: server.address, fingerprint }, certificates.ca),
        )
      ).kind,
      'untrusted',
    )
  assert.is(server.bytesIn(), 0)
})

trust(
  "another CA's certificate: the CA's and the shown fingerprint are named and nothing was sent",
  async (t) => {
    const other = certificatesFor(['pve1'], 'other-ca')
    const server = await open(t, other)
    const problem = await problemOf(ask({ name: 'pve1', address: server.address }, certificates.ca))
    assert.is(problem.kind, 'untrusted')
    assert.match(problem.message, /CA [0-9A-F:]{95} did not sign/)
    assert.ok(problem.message.includes(other.nodes.get('pve1')!.fingerprint), problem.message)
    assert.is(server.bytesIn(), 0)
  },
)

trust('without CA and pin only public authorities count', async (t) => {
  const server = await open(t, certificates)
  const problem = await problemOf(ask({ name: 'pve1', address: server.address }))
  assert.match(problem.message, /no known CA has signed/)
  assert.is(server.bytesIn(), 0)
})

trust('an expired certificate is told apart', async (t) => {
  const expired = certificatesFor(['pve1'], 'expired')
  const server = await open(t, expired)
  const problem = await problemOf(ask({ name: 'pve1', address: server.address }, expired.ca))
  assert.is(problem.kind, 'untrusted')
  assert.match(problem.message, /expired certificate \(valid until \d{4}-\d\d-\d\d\)/)
  assert.is(server.bytesIn(), 0)
})

trust('a certificate for other names is told apart, with its names', async (t) => {
  const wrong = certificatesFor(['pve1'], 'wrong-host')
  const server = await open(t, wrong)
  const problem = await problemOf(ask({ name: 'pve1', address: server.address }, wrong.ca))
  assert.is(problem.kind, 'untrusted')
  assert.match(problem.message, /certificate for other names: .*DNS:/)
  assert.is(server.bytesIn(), 0)
})

trust("the node's own name is as good as the address that was dialled", async (t) => {
  const { address } = await open(t, certificates, '127.0.0.99')
  assert.is((await ask({ name: 'pve1', address }, certificates.ca)).major, 9)
  assert.match(
    (await problemOf(ask({ name: 'pve9', address }, certificates.ca))).message,
    /other names/,
  )
})

trust('the setup looks at a certificate without sending anything', async (t) => {
  const server = await open(t, certificates)
  const learned = await learnCertificate(server.address)
  assert.is(learned.leaf.fingerprint, certificates.nodes.get('pve1')!.fingerprint)
  assert.ok(learned.leaf.san.includes('DNS:pve1'))
  assert.match(learned.leaf.subject, /CN=pve1/)
  assert.ok(learned.leaf.validTo > learned.leaf.validFrom)
  assert.is(server.bytesIn(), 0)
  await server.close()
  assert.is((await problemOf(learnCertificate(server.address))).kind, 'unreachable')
})

trust('addresses are read with and without port, as names, v4 and v6', () => {
  const read = (address: string) => placeInWords(placeOf(address))
  assert.is(read('10.0.0.1'), '10.0.0.1:8006')
  assert.is(read('pve.lan:443'), 'pve.lan:443')
  assert.is(read('https://pve.lan:8006/'), 'pve.lan:8006')
  assert.is(read('fe80::1'), '[fe80::1]:8006')
  assert.is(read('[::1]:9000'), '[::1]:9000')
  for (const bad of ['', 'a b', 'pve:0', 'pve:70000', 'a:b'])
    assert.throws(() => placeOf(bad), /is not an address/, bad)
  assert.is(fingerprintOf('ab:cd'), 'AB:CD')
})

trust.run()
