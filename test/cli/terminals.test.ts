/** The real process ends by SIGTERM while a terminal is open: tmux on the host lives on. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../lab/lab.ts'
import { noSshd, type Sshd, startSshd } from '../sshd/servers.ts'
import { connect, open } from '../terminals.ts'
import { becomeAlice, type House, loggedIn, trust } from '../whole.ts'
import { launch, withFolder } from './driver.ts'

const why = noSshd()
if (why) console.log(`SKIPPED terminals of a process that ends: ${why}`)

const ends = suite<{ lab: Lab; sshd: Sshd }>('a process that ends with open terminals')
ends.before(async (t) => {
  if (!why) Object.assign(t, { lab: await startLab(), sshd: await startSshd() })
})
ends.after(async ({ lab, sshd }) => {
  await sshd?.stop()
  await lab?.stop()
})

const writeConfig = (folder: string, lab: Lab, { address, port, keyFile }: Sshd): string => {
  const file = join(folder, 'jarvis.yaml')
  const { id, secret } = lab.tokens.audit
  const pve = lab.nodes.find((n) => n.name === 'pve')!
  writeFileSync(join(folder, 'ca.pem'), lab.ca)
  writeFileSync(
    file,
    `cluster:
  ca: ca.pem
  nodes: [{ name: pve, address: "${pve.address}" }]
  tokens: [{ id: "${id}", secret: "${secret}", roles: [audit] }]
ssh:
  keyFile: ${keyFile}
  hosts: [{ name: nas, address: ${address}, port: ${port} }]
`,
    { mode: 0o600 },
  )
  return file
}

ends('SIGTERM: the socket is told, the exit is clean, the shell is there afterwards', (t) =>
  withFolder(async (folder) => {
    if (why) return
    const data = join(folder, 'data')
    const env = {
      JARVIS_CONFIG: writeConfig(folder, t.lab, t.sshd),
      JARVIS_DATA: data,
      JARVIS_HOST: '127.0.0.1',
      JARVIS_PORT: '0',
    }
    // The first start makes the folder and its database.
    const bare = launch(['serve'], env)
    const code = /code=([\w-]+)/.exec(await bare.said(/^Jarvis is ready.*$/m))![1]!
    const at = async (child: typeof bare) =>
      /http:\/\/[\w.]+:\d+/
        .exec(await child.said(/^Jarvis is ready.*$/m))![0]
        .replace('localhost', '127.0.0.1')
    const url = await at(bare)
    const houseAt = (base: string, value: string) =>
      ({ url: base, cookie: { name: 'jv_session', value, url: base } }) as House
    await trust(data, { nas: t.sshd.fingerprint })
    const first = houseAt(url, await becomeAlice(url, code))
    const id = await open(first, 'host/nas')
    const desk = await connect(first, id)
    await desk.isOpen()
    desk.type('MARK=kept-$((6*7)); echo is-$MARK\r')
    await desk.says('is-kept-42')
    bare.process.kill('SIGTERM')
    await desk.ends()
    assert.is(desk.end()?.code, 1001)
    assert.equal(await bare.ended, { code: 0, signal: null })
    const next = launch(['serve'], env)
    const again = await at(next)
    const phone = await connect(houseAt(again, await loggedIn(again)), id)
    await phone.isOpen()
    phone.type('echo still-$MARK\r')
    await phone.says('still-kept-42')
    await phone.close()
    next.process.kill('SIGTERM')
    await next.ended
  }),
)
ends.run()
