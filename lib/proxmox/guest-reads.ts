/** Decodes what single guests tell: status, configuration, snapshots, addresses. */
import { filled, flag, maybeFlag, number, row, rows, sorted, tags, text } from './decode.ts'
import type { GuestStatus, NetworkAddress, Snapshot, Vmid } from './types.ts'

export type GuestConfig = {
  name?: string | undefined
  description: string
  tags: string[]
  onboot: boolean
  protection: boolean
  template: boolean
  lock?: string | undefined
  digest?: string | undefined
  /** Every key as text: net0, rootfs, cores, … */
  all: Record<string, string>
}

export const guestStatus = (vmid: Vmid, data: unknown): GuestStatus => {
  const r = row(data)
  const ha = row(r.ha)
  return {
    vmid: number(r.vmid) ?? vmid,
    name: filled(r.name),
    status: filled(r.status) ?? 'unknown',
    qmp: filled(r.qmpstatus),
    lock: filled(r.lock),
    uptime: number(r.uptime) ?? 0,
    cpu: number(r.cpu),
    cpus: number(r.cpus),
    mem: number(r.mem),
    maxmem: number(r.maxmem),
    disk: number(r.disk),
    maxdisk: number(r.maxdisk),
    netin: number(r.netin),
    netout: number(r.netout),
    tags: tags(r.tags),
    agent: maybeFlag(r.agent),
    ha: r.ha === undefined ? undefined : { managed: flag(ha.managed), state: filled(ha.state) },
  }
}

export const guestConfig = (data: unknown): GuestConfig => {
  const r = row(data)
  return {
    name: filled(r.hostname) ?? filled(r.name),
    description: (text(r.description) ?? '').replace(/\n$/, ''),
    tags: tags(r.tags),
    onboot: flag(r.onboot),
    protection: flag(r.protection),
    template: flag(r.template),
    lock: filled(r.lock),
    digest: filled(r.digest),
    all: Object.fromEntries(
      sorted(
        Object.entries(r).flatMap(([key, v]) => {
          const value = text(v)
          return value === undefined ? [] : [[key, value] as const]
        }),
        ([key]) => key,
      ),
    ),
  }
}

export const snapshots = (data: unknown): Snapshot[] =>
  sorted(
    rows(data).flatMap((r) => {
      const name = filled(r.name)
      // "You are here!": the running state, not a snapshot.
      if (!name || name === 'current') return []
      return [
        {
          name,
          description: (text(r.description) ?? '').replace(/\n$/, ''),
          at: number(r.snaptime),
          parent: filled(r.parent),
          vmstate: flag(r.vmstate),
        },
      ]
    }),
    (s) => s.at ?? 0,
    (s) => s.name,
  )

/** Containers answer a list (or null when stopped), the agent of a VM an object with `result`. */
export const networkAddresses = (data: unknown): NetworkAddress[] =>
  sorted(
    rows(Array.isArray(data) ? data : row(data).result).flatMap((r) => {
      const name = filled(r.name)
      if (!name) return []
      return [
        {
          name,
          mac: (filled(r['hardware-address']) ?? filled(r.hwaddr))?.toLowerCase(),
          addresses: addressesOf(r),
        },
      ]
    }),
    (n) => n.name,
  )

/** `10.0.0.5/24`; before April 2025 containers had only inet and inet6. */
const addressesOf = (r: Record<string, unknown>): string[] => {
  const listed = rows(r['ip-addresses']).flatMap((a) => {
    const ip = filled(a['ip-address'])
    return ip ? [`${ip}/${text(a.prefix) ?? ''}`.replace(/\/$/, '')] : []
  })
  const plain = [filled(r.inet), filled(r.inet6)].filter((a): a is string => a !== undefined)
  return listed.length > 0 ? listed : plain
}
