/** One node: figures as fresh as it gives them, what it runs, and why it does not answer. */
import * as z from 'zod'
import { seconds } from '../clock.ts'
import type { NodeState } from '../cluster/picture.ts'
import { asProblem } from '../errors.ts'
import { age, duration, rate } from '../format.ts'
import type { NodeStatus } from '../proxmox/types.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { cpuOf } from './cluster-status.ts'
import { nodeInput } from './node-target.ts'
import { listed, nodeNamed } from './places.ts'
import { heard, told, useOf } from './told.ts'
import { defineLook, type Hands } from './tool.ts'

/** One slow node must not hold whoever asks. */
const PATIENCE_MS = seconds(5)

export const nodeStatus = defineLook({
  name: 'node_status',
  title: 'State of a node',
  description:
    'One node: load, memory, root disk, uptime, versions, temperature, its guests; since when it is lost.',
  topic: 'nodes',
  input: z.strictObject({ node: nodeInput }),
  look: async (hands, { node: wanted }) => {
    const now = hands.clock.now()
    const picture = hands.picture()
    const node = nodeNamed(picture, wanted)
    const guests = picture.guests.filter((g) => g.node === node.name)
    const { fresh, why } = await freshOf(hands, node)
    return {
      text: told([
        `${nameOf(node.name)} is ${reachWords[node.reach]}, for ${age(node.since, now)}; ${heard(picture.parts.resources, now)}.`,
        !node.permitted && `The token may not see its figures. ${harmless(node.grant)}`,
        why,
        fresh
          ? `CPU ${cpuOf(fresh.cpu, fresh.cpuinfo.cpus)}, load ${fresh.loadavg.slice(0, 3).join(' ')}`
          : node.cpu !== undefined && `CPU ${cpuOf(node.cpu, node.cores)}`,
        node.memory && `Memory ${useOf(fresh?.memory ?? node.memory)}`,
        fresh?.swap && `Swap ${useOf(fresh.swap)}`,
        node.root && `Root disk ${useOf(fresh?.rootfs ?? node.root)}`,
        node.uptime !== undefined && `Up for ${duration(fresh?.uptime ?? node.uptime)}`,
        node.net && `Network in ${rate(node.net.in)}, out ${rate(node.net.out)}`,
        node.temperatures?.hottest &&
          `Hottest sensor ${Math.round(node.temperatures.hottest.celsius)} °C (warns at ${node.temperatures.hottest.warn})`,
        fresh && `${nameOf(fresh.pveversion)}, kernel ${nameOf(fresh.kernel)}`,
        node.address !== undefined &&
          `Address ${nameOf(node.address)}${node.mac ? `, MAC ${nameOf(node.mac)}` : ''}`,
        `Guests: ${listed(guests.map((g) => `${g.vmid}:${g.name}`))}`,
      ]),
      data: {
        node: node.name,
        reach: node.reach,
        sinceS: (now - node.since) / 1000,
        permitted: node.permitted,
        cpu: fresh?.cpu ?? node.cpu ?? null,
        cores: fresh?.cpuinfo.cpus ?? node.cores ?? null,
        memory: fresh?.memory ?? node.memory ?? null,
        root: fresh?.rootfs ?? node.root ?? null,
        load: fresh?.loadavg ?? null,
        uptimeS: fresh?.uptime ?? node.uptime ?? null,
        version: fresh ? nameOf(fresh.pveversion) : null,
        guests: guests.map((g) => g.vmid).slice(0, 60),
      },
    }
  },
})

const reachWords = { online: 'online', offline: 'lost', unknown: 'silent' }

type Fresh = { fresh?: NodeStatus; why?: string }

/** A path of a node that is off holds the caller for half a minute, so it is not asked. */
const freshOf = async ({ proxmox }: Hands, { name, reach }: NodeState): Promise<Fresh> => {
  if (reach !== 'online') return {}
  try {
    return { fresh: await proxmox.nodes.status(name, { timeout: PATIENCE_MS }) }
  } catch (thrown) {
    return { why: `It did not tell its own figures: ${harmless(asProblem(thrown).message)}` }
  }
}
