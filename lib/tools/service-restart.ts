/**
 * Restarts a service of a node through its API. When that service is the API itself our connection may
 * be cut before the answer is there; then the task is looked for instead of asking twice.
 */
import * as z from 'zod'
import { seconds, sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Service, Upid, Write } from '../proxmox/types.ts'
import { isClusterStack, unitName } from '../safety/tiers.ts'
import { nodeInput } from './node-target.ts'
import { listed, nodeThatAnswers, stranger } from './places.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, refusal, type Signals } from './tool.ts'

/** The proxy of a node needs some seconds until it answers again. */
const READ_BACK_MS = seconds(15)
const FIND_TRIES = 8
const FIND_EVERY_MS = seconds(1)

export const serviceRestart = defineTool({
  name: 'service_restart',
  title: 'Restart a service of a node',
  description:
    'Restarts one of the services that Proxmox lists for a node, such as pveproxy, pvestatd or cron. Those that the cluster hangs on (corosync, pve-cluster) are never restarted.',
  topic: 'nodes',
  proof: 'the service runs',
  idempotent: true,
  words: { noun: 'Restart', doing: 'being restarted' },
  tasks: ['srvrestart', 'srvreload'],
  input: z.strictObject({
    node: nodeInput,
    service: z
      .string()
      .regex(/^[a-zA-Z][\w@.-]{0,60}$/, 'expected the name of a service')
      .meta({ description: 'The name of the service, such as pveproxy.' }),
  }),
  key: ({ node, service }) => `service/${node}/${unitName(service)}`,
  async find(hands, { node: wanted, service: given }): Promise<Found> {
    const { proxmox, picture, clock } = hands
    const node = nodeThatAnswers(picture(), wanted, clock.now()).name
    const unit = unitName(given)
    const service = await serviceOn(hands, node, unit)
    const label = `${clean(service.service)} on ${node}`
    return {
      label,
      targets: [{ kind: 'service', id: service.service, node }],
      state: `${node}|${service.state}`,
      plan: {
        before: `${label} is ${clean(service.state)}.`,
        calls: [`POST /nodes/${node}/services/${service.service}/restart`],
        expected: `${label} is running.`,
        undo: 'none; it runs as before',
        goes: `Whatever ${clean(service.service)} is just doing`,
        stays: 'The guests, and every other service',
      },
      whyNot: undefined,
      run: (signals) => restart(hands, node, service.service, signals),
      readBack: (_since, patient) =>
        lookAgain({ clock, label, patient, patienceMs: READ_BACK_MS }, async () => {
          const now = await proxmox.nodes.serviceState(node, service.service)
          return {
            asExpected: now.state === 'running',
            text: `${label} is ${clean(now.state)}.`,
            data: { node, service: service.service, state: clean(now.state) },
          }
        }),
    }
  },
})

/** From the live list. What is BLACK needs no list: nobody gets that far. */
const serviceOn = async ({ proxmox }: Hands, node: string, unit: string): Promise<Service> => {
  if (isClusterStack(unit)) return { service: unit, name: unit, state: 'untouched', desc: '' }
  const all = await proxmox.nodes.services(node)
  const found = all.find((s) => s.service === unit) ?? all.find((s) => s.name === unit)
  const names = all.map((s) => s.service)
  if (!found) throw stranger('service', unit, names, `On ${node}: ${listed(names)}.`)
  if (!isClusterStack(found.service) && !isClusterStack(found.name)) return found
  throw refusal('black', 'forbidden', `${unit} is another name of what carries the cluster.`)
}

const restart = async (
  hands: Hands,
  node: string,
  service: string,
  { closing }: Signals,
): Promise<Write> => {
  const { proxmox, clock } = hands
  const since = clock.now()
  try {
    return await proxmox.nodes.service(node, service, 'restart', { signal: closing })
  } catch (thrown) {
    if (asProblem(thrown).details?.sent !== 'yes') throw thrown
    const upid = await begun(hands, { node, service, since }, closing)
    if (!upid) throw thrown
    return { upid, outcome: proxmox.tasks.follow(upid, { role: 'operate', signal: closing }) }
  }
}

type Asked = { node: string; service: string; since: number }

/** The answer was lost: our own task of that moment says whether it was begun. */
const begun = async (
  { proxmox, clock, ownToken }: Hands,
  { node, service, since }: Asked,
  closing: AbortSignal,
): Promise<Upid | undefined> => {
  for (let n = 0; n < FIND_TRIES && !closing.aborted; n++) {
    const rows = await proxmox.nodes
      .tasks(node, { source: 'all', limit: 50 }, { role: 'operate' })
      .catch(() => [])
    const own = rows.find(
      (t) =>
        t.type.startsWith('srv') &&
        t.id === service &&
        `${t.user}!${t.token}` === ownToken() &&
        t.starttime >= since / 1000 - 5,
    )
    if (own) return own.upid
    await sleep(clock, FIND_EVERY_MS, closing).catch(() => undefined)
  }
  return undefined
}
