/** Where a terminal can be opened: nodes, containers through their node, and hosts of the settings. */
import type { Picture } from '../cluster/picture.ts'
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { nearest } from '../nearest.ts'
import type { SshHost } from '../ssh/hosts.ts'

export type Target = {
  /** `node/pve`, `guest/303`, `host/nas`. */
  key: string
  kind: 'node' | 'guest' | 'host'
  label: string
  /** The SSH host that it is reached through. */
  host: string
  /** Undefined = the login shell. */
  command?: string | undefined
  /** Why it cannot be opened now, a sentence. */
  whyNot?: string | undefined
}

export type World = Pick<Picture, 'nodes' | 'guests'>

/** All of them: nodes first, then guests, then other hosts; each by name. */
export const targetsOf = (hosts: readonly SshHost[], world: World): Target[] => {
  const named = (name: string) =>
    hosts.find((h) => [h.name, ...h.aliases].some((n) => n.toLowerCase() === name.toLowerCase()))
  const nodes = world.nodes.flatMap((node): Target[] => {
    const host = named(node.name)
    if (!host) return []
    const whyNot = node.reach === 'offline' ? `${node.name} is lost.` : undefined
    return [{ key: `node/${node.name}`, kind: 'node', label: node.name, host: host.name, whyNot }]
  })
  const taken = new Set(nodes.map((t) => t.host))
  const guests = world.guests.flatMap((guest): Target[] => {
    if (guest.template) return []
    // A guest's own address is better than a detour: its shell outlives a restart of the node's tmux.
    const own = named(String(guest.vmid)) ?? (guest.name ? named(guest.name) : undefined)
    const through = guest.kind === 'lxc' ? named(guest.node) : undefined
    const host = own && !taken.has(own.name) ? own : through
    if (!host) return []
    const label = `${guest.vmid} ${clean(guest.name).trim()}`.trim()
    return [
      {
        key: `guest/${guest.vmid}`,
        kind: 'guest',
        label,
        host: host.name,
        // The number is all that reaches the command line.
        command: host === own ? undefined : `pct enter ${Number(guest.vmid)}`,
        whyNot: guest.condition === 'running' ? undefined : `${label} is ${guest.condition}.`,
      },
    ]
  })
  const others = hosts
    .filter((h) => !taken.has(h.name))
    .map((h): Target => ({ key: `host/${h.name}`, kind: 'host', label: h.name, host: h.name }))
  const byName = (a: Target, b: Target) => a.label.localeCompare(b.label, 'en', { numeric: true })
  return [...nodes.sort(byName), ...guests.sort(byName), ...others.sort(byName)]
}

/** Throws `not-found` with the nearest, or `conflict` for one that is off. */
export const demandTarget = (targets: readonly Target[], key: string): Target => {
  const target = targets.find((t) => t.key.toLowerCase() === key.toLowerCase())
  if (!target) {
    const near = nearest(
      key,
      targets.map((t) => t.key),
    )
    throw new Problem('not-found', `There is no place ${clean(key).slice(0, 60)} for a terminal.`, {
      next: near
        ? `Did you mean ${near}?`
        : 'A terminal needs an SSH key and a host: see ssh: in the configuration.',
    })
  }
  if (target.whyNot)
    throw new Problem('conflict', target.whyNot, { next: 'Start it first, then open it again.' })
  return target
}
