/** Clients for the tests: against servers of their own, with a name and a certificate each. */
import { type Clock, systemClock } from '../../../lib/clock.ts'
import { Problem } from '../../../lib/errors.ts'
import { silentLog } from '../../../lib/log.ts'
import { createProxmox, type Proxmox, type ProxmoxNeeds } from '../../../lib/proxmox/client.ts'
import {
  type Answerer,
  type Asked,
  certificatesFor,
  data,
  type Said,
  type Server,
  startServer,
} from './server.ts'

export const names = ['pve1', 'pve2', 'pve3']
export const certificates = certificatesFor(names)
export const token = { id: 'ops@pve!jarvis', secret: '00000000-0000-4000-8000-00000000feed' }

/** The list of nodes that every client reads before it calls a path of one. */
export const members = (list = names) =>
  data(list.map((node) => ({ node, status: 'online', type: 'node' })))

/** Answers by path; `/nodes` is there unless said. */
export const by =
  (paths: Record<string, Said | ((asked: Asked) => Said | Promise<Said>)>): Answerer =>
  (asked) => {
    const found = paths[`${asked.method} ${asked.path}`] ?? paths[asked.path]
    if (found) return typeof found === 'function' ? found(asked) : found
    return asked.path === '/nodes' ? members() : 'cut'
  }

export const serverFor = (name: string, answer: Answerer, host?: string) =>
  startServer(certificates.nodes.get(name)!, answer, host)

export const clientOf = (
  servers: Record<string, Pick<Server, 'address'>>,
  needs: Partial<ProxmoxNeeds> & { clock?: Clock } = {},
): Proxmox =>
  createProxmox({
    nodes: Object.entries(servers).map(([name, { address }]) => ({ name, address })),
    ca: certificates.ca,
    token: () => token,
    clock: systemClock,
    log: silentLog,
    ...needs,
  })

/** The Problem that a promise ends in. */
export const problemOf = async (promise: Promise<unknown>): Promise<Problem> => {
  const result = await promise.then(
    (value) => new Error(`no trouble, but ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  if (result instanceof Problem) return result
  throw result
}

/** Waits until something is true; the runner's limit ends a wait in vain. */
export const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((again) => setTimeout(again, 2))
}

/** An address where nobody listens. */
export const nowhere = async (): Promise<Pick<Server, 'address'>> => {
  const server = await serverFor('pve1', () => 'cut')
  await server.close()
  return { address: server.address }
}
