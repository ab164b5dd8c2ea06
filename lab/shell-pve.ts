/** Proxmox's own tools on a node, in the columns in which they were recorded on PVE 9.2.11. */
import { guestAnswer } from './guest-shell.ts'
import { configOf } from './handlers/guests.ts'
import { type Answer, type Command, columns, failure, lines } from './place.ts'
import { configPath, type Guest, isPaused, isRunning, type Kind } from './things.ts'
import type { World } from './world.ts'

const MiB = 1024 ** 2

const missing = (kind: Kind, node: string, vmid: string): Answer =>
  failure(`Configuration file '${configPath(kind, node, vmid)}' does not exist`, 2)

const guestTool =
  (kind: Kind): Command =>
  ([verb, ...rest], { node }, world) => {
    const own = world.guestsOn(node.name).filter((g) => g.kind === kind)
    if (verb === 'list') return kind === 'qemu' ? machines(own) : containers(own)
    const words = kind === 'qemu' && verb === 'guest' ? rest.slice(1) : rest
    const vmid = words[0] ?? ''
    const guest = own.find((g) => String(g.vmid) === vmid)
    if (!guest) return missing(kind, node.name, vmid)
    if (verb === 'status') return lines(`status: ${wordOf(guest)}`)
    if (verb === 'config' || verb === 'pending') return configLines(guest, verb)
    if (verb === 'listsnapshot') return snapshotTree(guest)
    if (kind === 'lxc' && verb === 'exec') return execIn(guest, words, world)
    if (kind === 'qemu' && verb === 'agent')
      return guest.agent ? {} : failure('No QEMU guest agent configured', 255)
    if (kind === 'qemu' && verb === 'guest' && rest[0] === 'exec')
      return agentExec(guest, words, world)
    return failure(`The lab's ${kind === 'qemu' ? 'qm' : 'pct'} does not know ${verb}.`, 255)
  }

const wordOf = (g: Guest) => (isPaused(g) ? 'paused' : isRunning(g) ? 'running' : 'stopped')

const machines = (own: Guest[]): Answer => {
  const widths = [-10, 20, 10, 10, -12, 10]
  return lines(
    '      VMID NAME                 STATUS     MEM(MB)    BOOTDISK(GB) PID',
    ...own.map((g) =>
      columns(
        [
          g.vmid,
          g.name,
          wordOf(g).replace('paused', 'running'),
          Math.round(g.memory / MiB),
          (g.disk.size / 1024 ** 3).toFixed(2),
          isRunning(g) ? 1000 + g.vmid : 0,
        ],
        widths,
      ),
    ),
  )
}

const containers = (own: Guest[]): Answer => {
  const widths = [10, 10, 12]
  return lines(
    columns(['VMID', 'Status', 'Lock', 'Name'], widths),
    ...own.map((g) => columns([g.vmid, wordOf(g), g.lock ?? '', g.name], widths)),
  )
}

const configLines = (guest: Guest, verb: string): Answer => {
  const { digest: _, ...config } = configOf(guest)
  const sign = verb === 'pending' ? 'cur ' : ''
  return lines(
    ...Object.entries(config)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${sign}${key}: ${String(value).trimEnd()}`),
  )
}

const snapshotTree = ({ snapshots }: Guest): Answer =>
  lines(
    ...[...snapshots]
      .sort((a, b) => a.at - b.at)
      .map((s, i) => `${' '.repeat(i * 2)}\`-> ${s.name.padEnd(24)} ${s.description.trim()}`),
    `${' '.repeat(snapshots.length * 2)}\`-> current                                             You are here!`,
  )

/** The words after `--`, which may be left out. */
const commandIn = (words: string[]): string[] => {
  const at = words.indexOf('--')
  return at < 0 ? words.slice(1) : words.slice(at + 1)
}

const execIn = (guest: Guest, words: string[], world: World): Answer => {
  if (!isRunning(guest)) return failure(`container '${guest.vmid}' not running!`, 255)
  const command = commandIn(words)
  const said = guestAnswer(command, guest, world)
  if (said.code !== 127) return said
  const why = `No such file or directory - Failed to exec "${command[0]}"`
  return failure(
    `lxc-attach: ${guest.vmid}: ../src/lxc/attach.c: lxc_attach_run_command: 1841 ${why}`,
    127,
  )
}

const agentExec = (guest: Guest, words: string[], world: World): Answer => {
  if (!guest.agent) return failure('No QEMU guest agent configured', 255)
  if (!isRunning(guest)) return failure(`VM ${guest.vmid} is not running`, 255)
  const { out, err, code, takes } = guestAnswer(commandIn(words), guest, world)
  const result = {
    exitcode: code,
    exited: 1,
    ...(err ? { 'err-data': err } : {}),
    ...(out ? { 'out-data': out } : {}),
  }
  return { ...lines(JSON.stringify(result, null, 3)), takes }
}

/** Prints everything and exits 2 without quorum, as the real one does (seen on PVE 9.2.11). */
const pvecm: Command = ([verb], { node }, world) => {
  if (verb !== 'status' && verb !== 'nodes') return failure('usage: pvecm status|nodes', 255)
  const online = world.nodes.filter((n) => world.isOnline(n))
  const quorate = world.isQuorate()
  const local = (name: string) => (name === node.name ? ' (local)' : '')
  const title = ['Membership information', '----------------------', '    Nodeid      Votes Name']
  if (verb === 'nodes')
    return lines(
      '',
      ...title,
      ...online.map((n) => columns([n.nodeid, 1, `${n.name}${local(n.name)}`], [-10, -10])),
    )
  const needed = Math.floor(world.nodes.length / 2) + 1
  const hex = (n: number) => `0x${n.toString(16).padStart(8, '0')}`
  return {
    ...lines(
      'Cluster information',
      '-------------------',
      `Name:             ${world.clusterName}`,
      `Config Version:   ${world.nodes.length}`,
      'Transport:        knet',
      'Secure auth:      on',
      '',
      'Quorum information',
      '------------------',
      `Date:             ${new Date(world.now()).toUTCString()}`,
      'Quorum provider:  corosync_votequorum',
      `Nodes:            ${online.length}`,
      `Node ID:          ${hex(node.nodeid)}`,
      'Ring ID:          1.53',
      `Quorate:          ${quorate ? 'Yes' : 'No'}`,
      '',
      'Votequorum information',
      '----------------------',
      `Expected votes:   ${world.nodes.length}`,
      `Highest expected: ${world.nodes.length}`,
      `Total votes:      ${online.length}`,
      `Quorum:           ${needed}${quorate ? '' : ' Activity blocked'}`,
      `Flags:            ${quorate ? 'Quorate' : ''}`,
      '',
      ...title,
      ...online.map((n) => columns([hex(n.nodeid), 1, `${n.ip}${local(n.name)}`], [-10, -10])),
    ),
    code: quorate ? 0 : 2,
  }
}

const pvesm: Command = ([verb, name], { node }, world) => {
  const here = world.storagesOn(node.name)
  if (verb === 'status') {
    const widths = [14, -8, -10, -16, -16, -16, -8]
    return lines(
      columns(
        ['Name', 'Type', 'Status', 'Total (KiB)', 'Used (KiB)', 'Available (KiB)', '%'],
        widths,
      ),
      ...here.map((s) => {
        const { total, used } = world.figures.storage(s, node, world.now())
        const sizes = [total, used, total - used].map((n) => Math.round(n / 1024))
        const share = `${((used / total) * 100).toFixed(2)}%`
        return columns([s.name, s.type, 'active', ...sizes, share], widths)
      }),
    )
  }
  if (verb !== 'list' && verb !== 'scan') return failure('usage: pvesm status|list', 255)
  const storage = here.find((s) => s.name === name)
  if (!storage) return failure(`storage '${name}' does not exist`, 255)
  const widths = [70, 8, 8, -14]
  return lines(
    columns(['Volid', 'Format', 'Type', 'Size', 'VMID'], widths),
    ...storage.volumes
      .filter((v) => v.node === undefined || v.node === node.name)
      .map((v) => columns([v.volid, v.format, v.content, v.size, v.vmid ?? ''], widths)),
  )
}

export const pveCommands: Record<string, Command> = {
  qm: guestTool('qemu'),
  pct: guestTool('lxc'),
  pvecm,
  pvesm,
  'ha-manager': (_, __, world) =>
    world.isQuorate()
      ? lines('quorum OK', 'fencing standby (CRM watchdog standby)')
      : lines('quorum No quorum on node!'),
  pveversion: () => lines('pve-manager/9.2.11 (a simulated node)'),
}
