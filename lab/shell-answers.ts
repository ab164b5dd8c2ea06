/**
 * What the commands of a simulated node say, in words of our own. Nothing is run: every answer is
 * computed from the world at that moment.
 */
import { configPath, type Guest, isRunning, type Kind, type Node, runAt } from './things.ts'
import type { World } from './world.ts'

export type Answer = { out?: string; err?: string; code?: number }
type Command = (words: string[], node: Node, world: World) => Answer

const lines = (...rows: string[]): Answer => ({ out: rows.map((r) => `${r}\n`).join('') })

const uptime: Command = (_, node, world) => {
  const { uptime: s = 0, loadavg = 0 } = world.figures.node(node, world.now()) ?? {}
  const days = Math.floor(s / 86_400)
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const up = `${days > 0 ? `${days} days, ` : ''}${two((s % 86_400) / 3600)}:${two((s % 3600) / 60)}`
  const load = [1, 0.95, 0.9].map((f) => (loadavg * f).toFixed(2)).join(', ')
  return lines(` ${clockOf(world)} up ${up},  1 user,  load average: ${load}`)
}
const clockOf = (world: World) => new Date(world.now()).toISOString().slice(11, 19)

const files = (node: Node, world: World): Record<string, string> => ({
  '/etc/hostname': node.name,
  '/etc/os-release': 'PRETTY_NAME="A simulated node of the lab"\nID=debian',
  '/etc/motd': 'This node does not exist. Have a look around; nothing can break.',
  '/etc/hosts': world.nodes.map((n) => `${n.ip} ${n.name}`).join('\n'),
  '/proc/loadavg': (world.figures.node(node, world.now())?.loadavg ?? 0).toFixed(2),
  '/root/notes.txt': 'Ask Jarvis before you touch the cables.',
})

const cat: Command = (words, node, world) => {
  const all = files(node, world)
  const out: string[] = []
  const err: string[] = []
  for (const file of words) {
    const path = file.startsWith('/') ? file : `/root/${file}`
    if (all[path] === undefined) err.push(`cat: ${file}: No such file or directory\n`)
    else out.push(`${all[path]}\n`)
  }
  return { out: out.join(''), err: err.join(''), code: err.length > 0 ? 1 : 0 }
}

const ls: Command = (words, node, world) => {
  const folder = words.find((w) => !w.startsWith('-')) ?? '/root'
  const below = `${folder.replace(/\/+$/, '')}/`
  const names = Object.keys(files(node, world))
    .filter((path) => path.startsWith(below))
    .map((path) => path.slice(below.length).split('/')[0]!)
  if (names.length > 0) return lines(...[...new Set(names)].sort())
  return { err: `ls: cannot access '${folder}': No such file or directory\n`, code: 2 }
}

const row = (cells: (string | number)[], widths: number[]) =>
  cells
    .map((cell, i) => String(cell).padEnd(widths[i] ?? 0))
    .join(' ')
    .trimEnd()

const guestTool =
  (kind: Kind): Command =>
  ([verb, vmid], node, world) => {
    const own = world.guestsOn(node.name).filter((g) => g.kind === kind)
    const word = (g: Guest) => (isRunning(g) ? 'running' : 'stopped')
    if (verb === 'list')
      return lines(
        row(['VMID', 'STATUS', 'NAME'], [8, 10]),
        ...own.map((g) => row([g.vmid, word(g), g.name], [8, 10])),
      )
    if (verb !== 'status')
      return { err: `The lab's ${kind} tool knows list and status.\n`, code: 255 }
    const guest = own.find((g) => g.vmid === Number(vmid))
    if (guest) return lines(`status: ${word(guest)}`)
    const path = configPath(kind, node.name, vmid ?? '')
    return { err: `Configuration file '${path}' does not exist\n`, code: 2 }
  }

/** Prints everything and exits 2 without quorum, as the real one does (seen on PVE 9.2.11). */
const pvecm: Command = ([verb], _, world) => {
  if (verb !== 'status' && verb !== 'nodes')
    return { err: 'usage: pvecm status|nodes\n', code: 255 }
  const online = world.nodes.filter((n) => world.isOnline(n))
  const quorate = world.isQuorate()
  const members = online.map((n) => `${String(n.nodeid).padStart(6)}  1 vote  ${n.name}`)
  if (verb === 'nodes') return lines('Members:', ...members)
  return {
    ...lines(
      `Cluster:  ${world.clusterName}`,
      `Nodes:    ${online.length} of ${world.nodes.length}`,
      `Quorate:  ${quorate ? 'Yes' : 'No'}`,
      '',
      'Members:',
      ...members,
    ),
    code: quorate ? 0 : 2,
  }
}

const commands: Record<string, Command> = {
  hostname: (_, node) => lines(node.name),
  uptime,
  whoami: () => lines('root'),
  id: () => lines('uid=0(root) gid=0(root) groups=0(root)'),
  pwd: () => lines('/root'),
  date: (_, __, world) => lines(new Date(world.now()).toUTCString()),
  uname: (_, node) => lines(`Linux ${node.name} 6.17.4-1-pve x86_64`),
  pveversion: () => lines('pve-manager/9.2.11 (a simulated node)'),
  echo: (words) => lines(words.join(' ')),
  cat,
  ls,
  qm: guestTool('qemu'),
  pct: guestTool('lxc'),
  pvecm,
  true: () => ({}),
  false: () => ({ code: 1 }),
  ':': () => ({}),
  cd: () => ({}),
  set: () => ({}),
  help: () => lines(`This shell knows: ${Object.keys(commands).sort().join(' ')} exit sleep`),
}

/** One simple command; `sleep` and `exit` are the caller's. */
export const answerTo = ([name = '', ...words]: string[], node: Node, world: World): Answer => {
  if (!runAt(node, world.now())) return { code: 255 }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  return command?.(words, node, world) ?? { err: `sh: ${name}: not found\n`, code: 127 }
}

/**
 * What the kernel's files of sensors say, in the form in which `grep -H` prints them. The processor
 * follows the load of the moment, the drive follows slowly, the board hardly.
 */
export const sensorsOf = (node: Node, world: World): string => {
  const figures = world.figures.node(node, world.now())
  if (!figures) return ''
  const cpu = figures.celsius + (figures.cpu - node.load.cpu) * 30
  const chip = node.model.startsWith('AMD')
    ? { name: 'k10temp', label: 'Tctl', levels: '' }
    : {
        name: 'coretemp',
        label: 'Package id 0',
        levels: 'hwmon/hwmon1/temp1_max:80000\nhwmon/hwmon1/temp1_crit:90000\n',
      }
  const milli = (celsius: number) => Math.round(celsius * 10) * 100
  return `hwmon/hwmon0/name:nvme
hwmon/hwmon0/device/model:Lab NVMe 1TB
hwmon/hwmon0/temp1_input:${milli(31 + node.load.celsius / 5 + figures.cpu * 6)}
hwmon/hwmon0/temp1_label:Composite
hwmon/hwmon0/temp1_max:81850
hwmon/hwmon0/temp1_crit:84850
hwmon/hwmon1/name:${chip.name}
hwmon/hwmon1/temp1_input:${milli(cpu)}
hwmon/hwmon1/temp1_label:${chip.label}
${chip.levels}thermal/thermal_zone0/type:acpitz
thermal/thermal_zone0/temp:${milli(27.8 + figures.cpu * 2)}
`
}
