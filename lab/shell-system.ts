/** What every Linux machine says: load, memory, disks, processes, addresses. */
import { type Command, columns, failure, figuresOf, human, lines, type Place } from './place.ts'
import { journalctl, systemctl } from './shell-services.ts'
import { stamp } from './volumes.ts'
import type { World } from './world.ts'

const two = (n: number) => String(Math.floor(n)).padStart(2, '0')

const uptime: Command = (words, place, world) => {
  const { uptime: s, load } = figuresOf(place, world)
  const days = Math.floor(s / 86_400)
  if (words.includes('-p'))
    return lines(
      `up ${days > 0 ? `${days} days, ` : ''}${Math.floor((s % 86_400) / 3600)} hours, ${Math.floor((s % 3600) / 60)} minutes`,
    )
  if (words.includes('-s')) return lines(stamp(world.now() - s * 1000))
  const up = `${days > 0 ? `${days} days, ` : ''}${two((s % 86_400) / 3600)}:${two((s % 3600) / 60)}`
  const loads = [1, 0.95, 0.9].map((f) => (load * f).toFixed(2)).join(', ')
  return lines(` ${stamp(world.now()).slice(11)} up ${up},  1 user,  load average: ${loads}`)
}

const free: Command = (words, place, world) => {
  const { memory } = figuresOf(place, world)
  const flag = words.find((w) => /^-[bkmgh]$/.test(w)) ?? '-k'
  const unit = { '-b': 1, '-k': 1024, '-m': 1024 ** 2, '-g': 1024 ** 3 }[flag] ?? 1
  const show = (n: number) => (flag === '-h' ? `${human(n)}i` : String(Math.round(n / unit)))
  const spare = memory.total - memory.used
  const row = (name: string, figures: number[]) =>
    columns([name, ...figures.map(show)], [4, ...figures.map(() => -11)])
  return lines(
    '               total        used        free      shared  buff/cache   available',
    row('Mem:', [memory.total, memory.used, spare * 0.6, 4_194_304, spare * 0.4, spare]),
    row('Swap:', [0, 0, 0]),
  )
}

const df: Command = (words, place, world) => {
  const { root } = figuresOf(place, world)
  const flags = words.filter((w) => /^-[a-zA-Z0-9]+$/.test(w)).join('')
  const unit = flags.includes('B1') ? 1 : flags.includes('m') ? 1024 ** 2 : 1024
  const show = (n: number) => (flags.includes('h') ? human(n) : String(Math.round(n / unit)))
  const wanted = words.find((w) => w.startsWith('/'))
  const rows = mounts(place, world, root).filter(([, , , at]) => !wanted || at === wanted)
  if (rows.length === 0) return failure(`df: ${wanted}: No such file or directory`)
  const widths = [26, -6, -6, -6, -5]
  return lines(
    columns(
      [
        'Filesystem',
        flags.includes('h') ? 'Size' : '1K-blocks',
        'Used',
        'Avail',
        'Use%',
        'Mounted on',
      ],
      widths,
    ),
    ...rows.map(([device, total, used, at]) => {
      const percent = `${Math.ceil((used / total) * 100)}%`
      return columns([device, show(total), show(used), show(total - used), percent, at], widths)
    }),
  )
}

type Mount = [device: string, total: number, used: number, at: string]
const mounts = (
  { node, guest }: Place,
  world: World,
  root: { total: number; used: number },
): Mount[] => {
  if (guest)
    return [[guest.kind === 'qemu' ? '/dev/sda1' : guest.disk.volid, root.total, root.used, '/']]
  const more = world
    .storagesOn(node.name)
    .filter((s) => s.total !== undefined && (s.options.path || s.type === 'zfspool'))
    .map((s): Mount => {
      const { total, used } = world.figures.storage(s, node, world.now())
      const device =
        s.type === 'nfs'
          ? `${s.options.server}:${s.options.export}`
          : String(s.options.pool ?? '/dev/sdb1')
      return [device, total, used, String(s.options.path ?? `/${s.options.pool}`)]
    })
  return [
    ['/dev/mapper/pve-root', root.total, root.used, '/'],
    ...more,
    ['/dev/fuse', 128 * 1024 ** 2, 36_864, '/etc/pve'],
  ]
}

const ps: Command = (_, place, world) => {
  const { load } = figuresOf(place, world)
  const names = place.guest
    ? [
        'systemd',
        'systemd-journal',
        'sshd',
        ...(place.guest.vmid === 103 ? ['dockerd', 'containerd', 'node'] : [place.guest.name]),
      ]
    : [
        'pvestatd',
        'corosync',
        'pmxcfs',
        'pveproxy',
        'pvedaemon',
        ...world
          .guestsOn(place.node.name)
          .map((g) => (g.kind === 'qemu' ? `kvm -id ${g.vmid}` : `lxc-start -F -n ${g.vmid}`)),
      ]
  return lines(
    columns(['USER', 'PID', '%CPU', '%MEM', 'COMMAND'], [8, -7, -5, -5]),
    ...names.map((name, i) =>
      columns(
        ['root', 100 + i * 37, ((load * 20) / (i + 1)).toFixed(1), (4 / (i + 1)).toFixed(1), name],
        [8, -7, -5, -5],
      ),
    ),
  )
}

const ip: Command = (_, { node, guest }, __, ___) => {
  const [card, mac, address] = guest
    ? [guest.kind === 'qemu' ? 'ens18' : 'eth0', guest.net.hwaddr, guest.net.ip]
    : ['vmbr0', node.mac, node.ip]
  return lines(
    columns(['lo', 'UNKNOWN', '127.0.0.1/8'], [16, 14]),
    columns([card, 'UP', `${address}/24`, mac.toLowerCase()], [16, 14]),
  )
}

export const systemCommands: Record<string, Command> = {
  uptime,
  free,
  df,
  systemctl,
  journalctl,
  ps,
  ip,
  whoami: () => lines('root'),
  id: () => lines('uid=0(root) gid=0(root) groups=0(root)'),
  pwd: () => lines('/root'),
  date: (_, __, world) => lines(new Date(world.now()).toUTCString()),
  hostname: (words, { name, node, guest }) =>
    lines(
      words.includes('-I')
        ? `${guest?.net.ip ?? node.ip} `
        : words.includes('-f')
          ? `${name}.lab.test`
          : name,
    ),
  uname: (_, { name, guest }) =>
    lines(
      `Linux ${name} ${guest?.kind === 'qemu' ? '6.12.48+deb13-amd64' : '6.17.4-1-pve'} x86_64`,
    ),
  who: () => ({}),
}
