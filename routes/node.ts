/** `GET /nodes/:node`: one machine. No path of a node that is off is called. */
import { isFresh } from '../lib/clock.ts'
import type { NodeState } from '../lib/cluster/picture.ts'
import { type NodePage, nodePage } from '../views/pages/node.ts'
import { nodePageJson, nodeText } from '../views/pages/node-forms.ts'
import { type RangeName, ranges } from '../views/pages/range.ts'
import { shown } from '../views/parts/shown.ts'
import { reachWords } from '../views/parts/words.ts'
import type { Ctx } from './answer.ts'
import { nodeIn, shieldOf, wakeable } from './found.ts'
import type { Needs } from './needs.ts'
import { formIn, send, spanIn } from './pages.ts'
import { pastOf } from './past.ts'
import { createReader, notAsked, type Read } from './reading.ts'

const SHOWN_EVENTS = 12

export const showNode = (needs: Needs) => {
  const read = createReader(needs)
  return async (c: Ctx) => {
    const picture = needs.cluster.picture()
    const node = wakeable(needs, nodeIn(picture, c.req.param('node') ?? ''))
    const range = spanIn(c)
    formIn(c)
    const { samples, ...asked } = await ask(needs, read, node, range)
    const now = needs.clock.now()
    const subject = `node/${node.name}`
    const page: NodePage = {
      now,
      timeZone: needs.config.timeZone,
      node,
      at: picture.parts.resources.at,
      guests: picture.guests.filter((g) => g.node === node.name),
      storages: picture.storages.filter((s) => s.nodes.includes(node.name)),
      past: pastOf(needs, {
        subject,
        range,
        own: ['cpu', 'memory', 'netin', 'netout'],
        isNow: node.reach === 'online' && isFresh(picture.parts.resources, now),
        rrd: { cpu: 'cpu', memory: 'memused', netin: 'netin', netout: 'netout', load: 'loadavg' },
        samples,
      }),
      ...asked,
      shield: shieldOf(needs, { kind: 'node', id: node.name }),
      deeds: { whyNot: whyNotDown(c, needs, node) },
      events: needs.events.query({ subject, since: now - ranges[range].ms, limit: SHOWN_EVENTS }),
    }
    return send(c, needs, {
      html: () => nodePage(page),
      text: () => nodeText(page),
      json: () => nodePageJson(page),
    })
  }
}

/** What speaks against restarting it, as far as the picture tells; the door asks again. */
const whyNotDown = (c: Ctx, { stop, cluster }: Needs, node: NodeState): string | undefined => {
  const caller = c.get('caller')
  if (!caller || caller.kind === 'wall' || caller.scope === 'view') return 'You may only look.'
  if (stop.state().pressed) return 'STOP is pressed.'
  if (node.reach !== 'online') return `${shown(node.name)} is not on.`
  return cluster.picture().cluster.quorate === false ? 'The cluster has no quorum.' : undefined
}

const ask = async (needs: Needs, read: Read, node: NodeState, range: RangeName) => {
  if (node.reach === 'offline') {
    const moment = { now: needs.clock.now(), timeZone: needs.config.timeZone }
    const not = notAsked(`${shown(node.name)} is ${reachWords(node.reach, node.since, moment)}.`)
    return { status: not, services: not, disks: not, samples: not }
  }
  const { nodes } = needs.proxmox
  const [status, services, disks, samples] = await Promise.all([
    read((o) => nodes.status(node.name, o)),
    read((o) => nodes.services(node.name, o)),
    read((o) => nodes.disks(node.name, o)),
    read((o) => nodes.rrd(node.name, range, o)),
  ])
  return { status, services, disks, samples }
}
