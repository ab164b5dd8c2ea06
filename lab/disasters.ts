/**
 * The disasters by name: what each does to the world, what it can be aimed at and how it ends. Those
 * that only fail calls do nothing to the world; `scenarios.ts` lets them be looked up.
 */
import { Problem } from '../lib/errors.ts'
import { type Guest, isRunning, isUp, type Node } from './things.ts'
import { NOTICED_AFTER, type World } from './world.ts'

/** `settled`: as if it had happened long enough ago for the whole cluster to have noticed. */
export type SwitchOptions = { settled?: boolean }

export type Scenario = {
  title: string
  targets: () => string[]
  /** Throws when it cannot be aimed so, before anything changes. */
  check?: (target: string) => void
  on: (target: string, options: SwitchOptions) => void
  off: (target: string) => void
  /** Whether it still holds; by default until it is switched off. */
  holds?: (target: string) => boolean
}
export type DisasterNeeds = {
  world: World
  boot: (node: Node) => void
  tokens: () => string[]
}

/** A fault that is only looked up by those who meet it. */
const nothing = { on: () => {}, off: () => {} }

export const disasters = (needs: DisasterNeeds): Record<string, Scenario> => {
  const finders = findersOf(needs.world)
  return { ...ofNodes(needs, finders), ...ofThings(needs, finders), ...ofCalls(needs, finders) }
}

type Finders = ReturnType<typeof findersOf>

/** Finds what a disaster is aimed at, or says that there is no such thing. */
const findersOf = (world: World) => {
  const node = (name: string): Node => {
    const found = world.nodes.find((n) => n.name.toLowerCase() === name.toLowerCase())
    if (found) return found
    const names = world.nodes.map((n) => n.name).join(', ')
    throw new Problem('invalid', `There is no node "${name}" in the lab.`, {
      next: `Try ${names}.`,
    })
  }
  const guest = (vmid: string): Guest => {
    const found = world.guest(vmid)
    if (!found) throw new Problem('invalid', `There is no guest ${vmid} in the lab.`)
    return found
  }
  const storage = (name: string) => {
    const found = world.storage(name)
    if (found) return found
    throw new Problem('invalid', `There is no storage "${name}" in the lab.`)
  }
  const vmids = () => world.guests.map((g) => String(g.vmid))
  const several = (target: string) =>
    target.split(',').map((name) => node(name.split('/')[0]!.trim()))
  const names = world.nodes.map((n) => n.name)
  const preferred = (first: string) =>
    [...names].sort((a, b) => Number(b === first) - Number(a === first))
  return { node, guest, storage, vmids, several, names, preferred }
}

const ofNodes = (
  { world, boot }: DisasterNeeds,
  { several, names, preferred }: Finders,
): Record<string, Scenario> => {
  const cutPower = (target: string, { settled }: SwitchOptions) => {
    const at = world.now() - (settled ? NOTICED_AFTER + 1 : 0)
    for (const n of several(target)) world.lose(n, { gone: target.endsWith('/gone'), at })
  }
  const restorePower = (target: string) => several(target).forEach(boot)
  const anyDown = (target: string) => several(target).some((n) => !isUp(n))

  return {
    'node-down': {
      title: 'A node loses power. Connections are refused; wake-on-LAN brings it back.',
      // A machine that is really gone does not refuse: its paths cost 30 s, then 2 s.
      targets: () => preferred('agent1').flatMap((name) => [name, `${name}/gone`]),
      check: several,
      on: cutPower,
      off: restorePower,
      holds: anyDown,
    },
    'no-quorum': {
      title: 'Half of the nodes lose power; what is left has no quorum.',
      targets: () => [names.slice(Math.floor(names.length / 2)).join(',')],
      check: (target) => {
        if (world.isStandalone()) throw new Problem('conflict', 'A single node always has quorum.')
        several(target)
      },
      on: cutPower,
      off: restorePower,
      holds: anyDown,
    },
  }
}

const ofThings = (
  { world }: DisasterNeeds,
  { guest, storage, vmids }: Finders,
): Record<string, Scenario> => ({
  'guest-crashed': {
    title: 'A guest runs out of memory and ends without any task. It can be started again.',
    targets: () => vmids().sort((a, b) => Number(b === '303') - Number(a === '303')),
    check: guest,
    on: (target) => {
      const g = guest(target)
      if (isRunning(g)) crash(world, g)
    },
    off: (target) => {
      const g = guest(target)
      if (!isRunning(g)) world.become(g, 'running')
    },
  },
  'storage-full': {
    title: 'A storage has no space left; snapshots and backups on it fail.',
    targets: () => [
      'cluster-backup',
      ...world.storages.map((s) => s.name).filter((n) => n !== 'cluster-backup'),
    ],
    check: storage,
    on: (target) => {
      storage(target).full = true
    },
    off: (target) => {
      storage(target).full = false
    },
  },
})

const ofCalls = (
  { tokens }: DisasterNeeds,
  { node, vmids, preferred }: Finders,
): Record<string, Scenario> => ({
  'token-revoked': {
    title: 'API tokens are no longer valid: 401, three seconds late.',
    targets: () => ['all', ...tokens()],
    ...nothing,
  },
  'task-fails': {
    title: 'Tasks are accepted and then fail.',
    targets: () => ['all', 'vzstart', 'qmstart', 'vzsnapshot', 'qmsnapshot', ...vmids()],
    ...nothing,
  },
  'slow-node': {
    title: 'A node takes four seconds longer for every answer.',
    targets: () => preferred('agent'),
    check: node,
    ...nothing,
  },
  'api-flaps': {
    title: 'One call in four is cut off or stumbles; a write may have been carried out.',
    targets: () => [],
    ...nothing,
  },
})

const crash = (world: World, g: Guest) => {
  const host = world.node(g.node)!
  world.note(
    host,
    'kernel',
    `Memory cgroup out of memory: Killed process 4711 (${g.kind === 'lxc' ? 'python3' : 'kvm'})`,
  )
  world.note(
    host,
    'systemd[1]',
    `${g.kind === 'lxc' ? `pve-container@${g.vmid}.service` : `${g.vmid}.scope`}: Failed with result 'oom-kill'.`,
  )
  world.become(g, 'stopped')
}
