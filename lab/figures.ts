/**
 * Every figure of the lab as a function of the moment: nothing ticks, whatever is asked for is
 * computed, and the same seed and moment give the same number. Fractions are 0-1, sizes bytes,
 * traffic bytes a second, moments milliseconds.
 */
import { days, hours, minutes, seconds } from '../lib/clock.ts'
import { noise } from './random.ts'
import { type Guest, type Node, runAt, type Storage, stateAt } from './things.ts'

/** Share of the slope and period in seconds; the shares stay below 1 together. */
const swing: [share: number, period: number][] = [
  [0.12, 53],
  [0.16, 389],
  [0.2, 2203],
  [0.34, 17_011],
]
/** What the swings may take away from a counter that has just begun. */
const MOST_MOVED = swing.reduce((sum, [share, period]) => sum + share * period, 0)

export type Figures = ReturnType<typeof createFigures>

export const createFigures = (seed: number, start: number) => {
  const wave = (key: string, at: number) =>
    0.5 * noise(seed, key, at, seconds(40)) +
    0.3 * noise(seed, `${key}/slow`, at, minutes(11)) +
    0.2 * noise(seed, `${key}/day`, at, hours(5))

  const around = (key: string, at: number, usual: number, swing = 0.5) =>
    Math.max(0, usual * (1 - swing + 2 * swing * wave(key, at)))

  const node = (n: Node, at: number) => {
    const run = runAt(n, at)
    if (!run) return undefined
    const cpu = Math.min(0.99, around(`${n.name}/cpu`, at, n.load.cpu))
    const mem = Math.round(n.memory * Math.min(0.97, around(`${n.name}/mem`, at, n.load.mem, 0.04)))
    return {
      cpu,
      mem,
      uptime: Math.floor((at - run.from) / 1000),
      disk: Math.round(n.root.used * (1 + 0.004 * wave(`${n.name}/root`, at))),
      netin: around(`${n.name}/in`, at, n.load.in),
      netout: around(`${n.name}/out`, at, n.load.out),
      iowait: 0.01 * wave(`${n.name}/wait`, at),
      loadavg: cpu * n.cpus * (0.8 + 0.4 * wave(`${n.name}/load`, at)),
      celsius: Math.round(n.load.celsius + 4 * (wave(`${n.name}/heat`, at) - 0.5)),
      pressure: 2 * wave(`${n.name}/psi`, at),
    }
  }

  /**
   * Traffic as a counter and its slope. A counter must never fall, so it is the integral of a slope
   * that stays above zero; periods without a common multiple, so that no sampling makes a pattern.
   */
  const traffic = (key: string, rate: number, up: number) => {
    const shift = noise(seed, key, 0, seconds(1)) * 2 * Math.PI
    const swings = swing.map(([share, period], i) => ({
      share,
      period,
      at: up / period + shift * (i + 1),
    }))
    const moved = (f: (x: number) => number, x: (s: (typeof swings)[number]) => number) =>
      swings.reduce((sum, s) => sum + x(s) * f(s.at), 0)
    return {
      rate: rate * (1 + moved(Math.cos, (s) => s.share)),
      total: Math.round(rate * (up + moved(Math.sin, (s) => s.share * s.period) + MOST_MOVED)),
    }
  }

  const guest = (g: Guest, at: number) => {
    const state = stateAt(g, at)
    if (state.status === 'stopped') return undefined
    const up = Math.max(0, (at - state.since) / 1000)
    const key = String(g.vmid)
    const warm = Math.min(1, 0.3 + up / 60)
    const net = {
      in: traffic(`${key}/in`, g.load.in, up),
      out: traffic(`${key}/out`, g.load.out, up),
    }
    return {
      cpu: state.paused ? 0 : Math.min(1, around(`${key}/cpu`, at, g.load.cpu, 0.6)),
      mem: Math.round(g.memory * warm * Math.min(0.98, around(`${key}/mem`, at, g.load.mem, 0.06))),
      disk: Math.round(g.disk.used * (1 + 0.002 * wave(`${key}/disk`, at))),
      uptime: Math.floor(up),
      netin: net.in.total,
      netout: net.out.total,
      diskread: traffic(`${key}/read`, g.load.in / 3, up).total,
      diskwrite: traffic(`${key}/write`, g.load.out / 2, up).total,
      ratein: net.in.rate,
      rateout: net.out.rate,
      pressure: 1.5 * wave(`${key}/psi`, at),
    }
  }

  /** Of a directory on the root disk the node must be given. */
  const storage = (s: Storage, n: Node, at: number): { total: number; used: number } => {
    const total = s.total ?? n.root.total
    if (s.full) return { total, used: total - 4096 }
    const base = s.used === undefined ? n.root.used : s.used
    const used = base + (s.growth * (at - start)) / days(1)
    return { total, used: Math.round(Math.min(total - 4096, Math.max(0, used))) }
  }

  return { node, guest, storage }
}
