/** `jarvis lab`: the simulated cluster alone, for other clients. It listens on loopback only. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Lab } from '../lab/lab.ts'
import { Problem } from '../lib/errors.ts'
import { createLog } from '../lib/log.ts'
import { type Command, numberOf, textOf } from './command.ts'
import { exit, type Io } from './io.ts'

export const command: Command = {
  usage: ['[--nodes N] [--guests N] [--port N] [--host 127.x.y.z]'],
  options: {
    nodes: { type: 'string', value: 'N', help: 'how many nodes (4; 1 = no cluster)' },
    guests: { type: 'string', value: 'N', help: 'how many guests (5)' },
    port: { type: 'string', value: 'N', help: 'the port of every node (8006; 0 = any)' },
    host: { type: 'string', value: 'ADDRESS', help: 'one loopback address for all nodes' },
  },
  words: 0,
  notes: 'Runs until SIGINT or SIGTERM. docs/lab.md tells the scenarios and where it differs.',
  async run(args, io) {
    const host = textOf(args, 'host')
    if (host && !/^(127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host))
      throw new Problem('invalid', `${host} is not a loopback address.`, {
        next: 'The lab’s secrets are public: it listens on 127.0.0.0/8 only.',
      })
    const { startLab } = await import('../lab/lab.ts')
    const lab = await startLab({
      clock: io.clock,
      log: createLog(io.clock, { write: io.err, least: 'warn' }),
      nodes: numberOf(args, 'nodes', 1, 32) ?? 4,
      guests: numberOf(args, 'guests', 0, 5000) ?? 5,
      port: numberOf(args, 'port', 0, 65_535) ?? 8006,
      ...(host && { host }),
    })
    try {
      // Listening before the ready line: whoever reads it may send the signal at once.
      const stopped = new Promise<void>((done) => {
        const forget = io.onSignal(() => {
          forget()
          done()
        })
      })
      const ca = storeCa(lab, io)
      io.out(args.values.json ? JSON.stringify(asJson(lab, ca)) : asText(lab, ca))
      await stopped
    } finally {
      await lab.stop()
    }
    return exit.ok
  },
}

const storeCa = ({ ca }: Lab, { env, cwd, root }: Io): string => {
  const data = env.JARVIS_DATA ? resolve(cwd, env.JARVIS_DATA) : join(root, 'data')
  mkdirSync(join(data, 'lab'), { recursive: true, mode: 0o700 })
  const file = join(data, 'lab', 'ca.pem')
  writeFileSync(file, ca)
  return file
}

const asJson = ({ nodes, tokens, controlUrl, fingerprints }: Lab, ca: string) => ({
  ready: true,
  nodes,
  ca,
  fingerprints,
  tokens,
  scenarios: `${controlUrl}/lab/scenarios`,
})

const asText = ({ nodes, tokens, controlUrl }: Lab, ca: string): string => {
  const first = nodes[0]!
  const curl = ([name, { id, secret }]: [string, { id: string; secret: string }]) =>
    `  # ${name}\n  curl --cacert ${ca} -H 'Authorization: PVEAPIToken=${id}=${secret}' https://${first.address}/api2/json/cluster/resources`
  return [
    'The lab is ready: a simulated Proxmox VE cluster. Nothing of it is real.',
    ...nodes.map((n) => `  ${n.name}  https://${n.address}`),
    `CA: ${ca}`,
    'Tokens:',
    ...Object.entries(tokens).map(curl),
    `Scenarios: ${controlUrl}/lab/scenarios`,
  ].join('\n')
}
