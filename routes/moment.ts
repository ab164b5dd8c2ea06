/** What a panel is drawn from at this moment: the picture, the clock, the past, what is under way. */

import type { GuestState, Picture } from '../lib/cluster/picture.ts'
import { whyNot } from '../lib/proxmox/guest.ts'
import type { Approval } from '../lib/safety/approvals.ts'
import type { Brakes } from '../lib/safety/brakes.ts'
import type { Protection } from '../lib/safety/protected.ts'
import type { Asked, Extra, GuestVerb, Waiting, Wake } from '../views/panels/panel.ts'
import type { Ctx } from './answer.ts'
import { curvesOf } from './curves.ts'
import type { Needs } from './needs.ts'
import { safetyNow } from './safety-now.ts'
import { todayOf } from './today.ts'

/** Events that the panel shows. */
const SHOWN_EVENTS = 50

export type MomentNeeds = Pick<
  Needs,
  | 'brakes'
  | 'clock'
  | 'config'
  | 'events'
  | 'cluster'
  | 'tools'
  | 'stop'
  | 'trouble'
  | 'macOf'
  | 'llm'
>

export const extraOf = (needs: MomentNeeds, withEvents: boolean): Extra => {
  const { clock, config, events, cluster, tools, brakes, stop } = needs
  const now = clock.now()
  const picture = cluster.picture()
  const state = stop.state()
  return {
    now,
    timeZone: config.timeZone,
    events: withEvents ? events.latest(SHOWN_EVENTS) : [],
    past: curvesOf(cluster, picture, now, config.timeZone),
    underWay: tools.running().map(({ tool, target, who, startedAt }) => ({
      tool,
      target,
      who,
      since: startedAt,
    })),
    stopped: state.pressed ? { by: state.by, at: state.at } : undefined,
    safety: safetyNow(needs),
    whyProtected: whyProtected(brakes.protection()),
    wakes: wakesOf(needs, picture),
    trouble: needs.trouble(),
    whyNot: refusals(picture, state.pressed),
    today: withEvents ? todayOf(needs, now) : undefined,
    costs: needs.llm?.bill(),
    waiting: waitingOf(needs.brakes),
  }
}

/** Oldest first; what a screen shows of it, and no more. */
export const waitingOf = ({ approvals }: Pick<Brakes, 'approvals'>): Waiting[] =>
  approvals.waiting().map(lineOf)

export const lineOf = (a: Approval): Waiting => ({
  id: a.id,
  card: a.card,
  tool: a.tool,
  args: a.args,
  target: a.target,
  label: a.label,
  tier: a.tier,
  by: a.askedBy,
  kind: a.askedKind,
  since: a.askedAt,
  expires: a.expiresAt,
})

const whyProtected = (protection: Protection | undefined) => {
  const by = new Map(protection?.shields.map((s) => [s.key, s.why[0]]))
  return (key: string) => by.get(key)
}

/** Only of nodes that are not on is the last try looked up. */
const wakesOf = ({ tools, macOf }: MomentNeeds, { nodes }: Picture): Map<string, Wake> =>
  new Map(
    nodes.map(({ name, reach, mac }) => {
      const deed = reach === 'online' ? undefined : tools.last(`node/${name}`)
      const ended = deed?.tool === 'wake_node' && deed.endedAt !== undefined ? deed : undefined
      const last = ended && {
        at: ended.endedAt!,
        tookS: (ended.endedAt! - ended.startedAt) / 1000,
        woken: ended.state === 'done' || ended.state === 'warnings',
      }
      return [name, { mac: mac ?? macOf?.(name), last }]
    }),
  )

/** `?q=home&sort=cpu` of a page or a fragment. */
export const askedOf = (c: Ctx): Asked => ({
  q: (c.req.query('q') ?? '').slice(0, 100),
  sort: c.req.query('sort') ?? '',
})

/** What the door would answer, so that a button that must fail is not offered. */
const refusals = ({ nodes, cluster }: Picture, stopped: boolean) => {
  const online = new Map(nodes.map((n) => [n.name, n.reach === 'online']))
  return (guest: GuestState, verb: GuestVerb): string | undefined => {
    if (stopped) return 'STOP is pressed.'
    if (cluster.quorate === false) return 'The cluster has no quorum.'
    const { vmid, kind, name, word: status, lock, template, node } = guest
    return whyNot(verb, { vmid, kind, name, status, lock, template, nodeOnline: online.get(node) })
  }
}
