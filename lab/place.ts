/** Where a command is spoken: on a node, or inside one of its guests. */
import { type Guest, isRunning, isUp, type Node, runAt } from './things.ts'
import type { World } from './world.ts'

export type Place = { name: string; node: Node; guest?: Guest | undefined }
export type Answer = {
  out?: string
  err?: string
  code?: number
  /** How long it takes, in ms; at once unless said. */
  takes?: number
}
export type Command = (words: string[], place: Place, world: World, input: string) => Answer

export const onNode = (node: Node): Place => ({ name: node.name, node })
export const inGuest = (guest: Guest, world: World): Place => ({
  name: guest.name,
  node: world.node(guest.node)!,
  guest,
})

export const isAwake = ({ node, guest }: Place, world: World): boolean =>
  guest ? isRunning(guest) && isUp(node) : runAt(node, world.now()) !== undefined

export const lines = (...rows: string[]): Answer => ({ out: rows.map((r) => `${r}\n`).join('') })
export const failure = (text: string, code = 1): Answer => ({ err: `${text}\n`, code })

/** Columns as wide as they are told to be; the last one as wide as it likes. */
export const columns = (cells: (string | number)[], widths: number[]): string =>
  cells
    .map((cell, i) => {
      const width = widths[i] ?? 0
      return width < 0 ? String(cell).padStart(-width) : String(cell).padEnd(width)
    })
    .join(' ')
    .trimEnd()

/** `1.9G`, as `df -h` rounds: one digit below ten, upwards. */
export const human = (bytes: number): string => {
  const units = ['', 'K', 'M', 'G', 'T']
  let n = bytes
  let unit = 0
  while (n >= 1024 && unit < units.length - 1) {
    n /= 1024
    unit += 1
  }
  const shown = n < 10 && unit > 0 ? (Math.ceil(n * 10) / 10).toFixed(1) : String(Math.ceil(n))
  return `${shown}${units[unit]}`
}

/** CPU, memory, disk and uptime of a place at this moment. */
export const figuresOf = ({ node, guest }: Place, world: World) => {
  const f = world.figures.node(node, world.now())
  if (!guest)
    return {
      uptime: f?.uptime ?? 0,
      load: f?.loadavg ?? 0,
      memory: { total: node.memory, used: f?.mem ?? 0 },
      root: { total: node.root.total, used: f?.disk ?? 0 },
    }
  const g = world.figures.guest(guest, world.now())
  return {
    uptime: g?.uptime ?? 0,
    load: (g?.cpu ?? 0) * guest.cores,
    memory: { total: guest.memory, used: g?.mem ?? 0 },
    root: { total: guest.disk.size, used: g?.disk ?? guest.disk.used },
  }
}
