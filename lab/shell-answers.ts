/**
 * What the commands of a simulated machine say, in words of our own. Nothing is run: every answer is
 * computed from the world at that moment.
 */
import { dockerCommands } from './docker-cli.ts'
import { type Answer, type Command, failure, isAwake, lines, type Place } from './place.ts'
import { filterCommands } from './shell-filters.ts'
import { pveCommands } from './shell-pve.ts'
import { systemCommands } from './shell-system.ts'
import type { Node } from './things.ts'
import { pipelines } from './words.ts'
import type { World } from './world.ts'

const files = ({ name, node, guest }: Place, world: World): Record<string, string> => ({
  '/etc/hostname': name,
  '/etc/os-release': guest
    ? 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian\nVERSION_ID="13"'
    : 'PRETTY_NAME="A simulated node of the lab"\nID=debian',
  '/etc/motd': 'This machine does not exist. Have a look around; nothing can break.',
  '/etc/hosts': world.nodes.map((n) => `${n.ip} ${n.name}`).join('\n'),
  '/proc/loadavg': (world.figures.node(node, world.now())?.loadavg ?? 0).toFixed(2),
  ...(guest ? {} : { '/root/notes.txt': 'Ask Jarvis before you touch the cables.' }),
})

const cat: Command = (words, place, world, input) => {
  if (words.length === 0) return { out: input }
  const all = files(place, world)
  const out: string[] = []
  const err: string[] = []
  for (const file of words) {
    const path = file.startsWith('/') ? file : `/root/${file}`
    if (all[path] === undefined) err.push(`cat: ${file}: No such file or directory\n`)
    else out.push(`${all[path]}\n`)
  }
  return { out: out.join(''), err: err.join(''), code: err.length > 0 ? 1 : 0 }
}

const ls: Command = (words, place, world) => {
  const folder = words.find((w) => !w.startsWith('-')) ?? '/root'
  const below = `${folder.replace(/\/+$/, '')}/`
  const names = Object.keys(files(place, world))
    .filter((path) => path.startsWith(below))
    .map((path) => path.slice(below.length).split('/')[0]!)
  if (names.length > 0) return lines(...[...new Set(names)].sort())
  return failure(`ls: cannot access '${folder}': No such file or directory`, 2)
}

const common: Record<string, Command> = {
  ...systemCommands,
  ...filterCommands(files),
  cat,
  ls,
  true: () => ({}),
  false: () => ({ code: 1 }),
  ':': () => ({}),
  cd: () => ({}),
  set: () => ({}),
  echo: (words) => lines(words.join(' ')),
  command: (words, place) => {
    const name = words.find((w) => !w.startsWith('-')) ?? ''
    return Object.hasOwn(commandsOf(place), name) ? lines(`/usr/bin/${name}`) : { code: 1 }
  },
  help: (_, place) =>
    lines(`This shell knows: ${Object.keys(commandsOf(place)).sort().join(' ')} exit sleep`),
}

/** Docker lives in the management VM, Proxmox's tools on the nodes. */
const commandsOf = ({ guest }: Place): Record<string, Command> => {
  if (!guest) return { ...common, ...pveCommands }
  return guest.vmid === DOCKER_IN ? { ...common, ...dockerCommands } : common
}
export const DOCKER_IN = 103

/** One simple command; `sleep` and `exit` are the caller's. */
export const answerTo = (
  [name = '', ...words]: string[],
  place: Place,
  world: World,
  input = '',
): Answer => {
  if (!isAwake(place, world)) return { code: 255 }
  const known = commandsOf(place)
  const bare = name.replace(/^\/(?:usr\/)?s?bin\//, '')
  const command = Object.hasOwn(known, bare) ? known[bare] : undefined
  return command?.(words, place, world, input) ?? failure(`sh: ${name}: not found`, 127)
}

/** Commands that feed each other; all but the last are heard by the next one only. */
export const answerToAll = (
  commands: string[][],
  place: Place,
  world: World,
  input = '',
): Answer => {
  let said: Answer = { out: input }
  let err = ''
  let takes = 0
  for (const words of commands) {
    said = answerTo(words, place, world, said.out ?? '')
    err += said.err ?? ''
    takes += said.takes ?? 0
  }
  return { ...said, err, takes }
}

/** A whole script at once, for those who wait for its end. */
export const runScript = (script: string, place: Place, world: World, input = ''): Answer => {
  const all: Required<Answer> = { out: '', err: '', code: 0, takes: 0 }
  let skip = false
  for (const { commands, next } of pipelines(script)) {
    if (!skip) {
      const said = answerToAll(commands, place, world, input)
      all.out += said.out ?? ''
      all.err += said.err ?? ''
      all.takes += said.takes ?? 0
      all.code = said.code ?? 0
    }
    skip = (next === '&&' && all.code !== 0) || (next === '||' && all.code === 0)
  }
  return all
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
