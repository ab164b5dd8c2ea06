/**
 * History as RRD gives it in 9.x: hour 60 x 1 min, day 1440 x 1 min, week 336 x 30 min,
 * month 1440 x 30 min, year 1440 x 6 h. A moment without a sample has a time and nothing else.
 */
import { days, hours, minutes } from '../../lib/clock.ts'
import { died } from '../answer.ts'
import { needed, oneOf, type Rules } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { type Kind, runAt } from '../things.ts'
import type { World } from '../world.ts'
import { guestIn } from './guests.ts'

const frames: Record<string, { step: number; rows: number }> = {
  hour: { step: minutes(1), rows: 60 },
  day: { step: minutes(1), rows: 1440 },
  week: { step: minutes(30), rows: 336 },
  month: { step: minutes(30), rows: 1440 },
  year: { step: hours(6), rows: 1440 },
  decade: { step: days(7), rows: 520 },
}
/** Nothing was recorded before the household existed. */
const RECORDED = days(90)

export const rrdRules = (...more: string[]): Rules => ({
  timeframe: needed(oneOf('hour', 'day', 'week', 'month', 'year', ...more)),
  cf: oneOf('AVERAGE', 'MAX'),
})

export const history = (
  world: World,
  { values }: Call,
  sample: (at: number) => Record<string, unknown> | undefined,
) => {
  const { step, rows } = frames[values.timeframe!]!
  const last = world.now() - (world.now() % step)
  return Array.from({ length: rows }, (_, i) => {
    const at = last - (rows - 1 - i) * step
    const known = at >= world.start - RECORDED ? sample(at) : undefined
    return { time: Math.floor(at / 1000), ...known }
  })
}

export const rrdRoutes = (kit: Kit): Route[] => {
  const { world } = kit
  const { figures } = world

  // Not proxied: each node holds everybody's history, so that of a dead node can be read.
  const ofNode = (call: Call) => {
    const node = world.node(call.values.node!)
    if (!node) throw died(`no such node '${call.values.node}'`)
    return history(world, call, (at) => {
      const f = figures.node(node, at)
      if (!f) return undefined
      return {
        cpu: f.cpu,
        maxcpu: node.cpus,
        iowait: f.iowait,
        loadavg: f.loadavg,
        memused: f.mem,
        memtotal: node.memory,
        memavailable: node.memory - f.mem,
        swapused: 0,
        swaptotal: 0,
        arcsize: 0,
        rootused: f.disk,
        roottotal: node.root.total,
        netin: f.netin,
        netout: f.netout,
        pressurecpusome: f.pressure,
        pressureiosome: f.pressure / 3,
        pressureiofull: f.pressure / 4,
        pressurememorysome: 0,
        pressurememoryfull: 0,
      }
    })
  }

  const ofGuest = (kind: Kind) => (call: Call) => {
    const guest = guestIn(kit, kind, call)
    const node = world.node(guest.node)!
    return history(world, call, (at) => {
      if (!runAt(node, at)) return undefined
      const f = figures.guest(guest, at)
      const still = { maxcpu: guest.cores, maxmem: guest.memory, maxdisk: guest.disk.size, disk: 0 }
      if (!f) return still
      return {
        ...still,
        cpu: f.cpu,
        mem: f.mem,
        ...(kind === 'qemu' ? { memhost: f.mem } : { disk: f.disk }),
        netin: f.ratein,
        netout: f.rateout,
        diskread: f.ratein / 3,
        diskwrite: f.rateout / 2,
        pressurecpusome: f.pressure,
        pressurecpufull: f.pressure * 0.8,
        pressureiosome: f.pressure * 0.4,
        pressureiofull: f.pressure * 0.3,
        pressurememorysome: 0,
        pressurememoryfull: 0,
      }
    })
  }

  const shared = { privileged: true, ordered: true }
  const guest = (kind: Kind) =>
    route(
      'GET',
      `/nodes/{node}/${kind}/{vmid}/rrddata`,
      ['/vms/{vmid}', ['VM.Audit']],
      ofGuest(kind),
      {
        ...shared,
        rules: rrdRules(),
      },
    )
  return [
    route('GET', '/nodes/{node}/rrddata', ['/nodes/{node}', ['Sys.Audit']], ofNode, {
      ...shared,
      rules: rrdRules('decade'),
    }),
    guest('lxc'),
    guest('qemu'),
  ]
}
