/**
 * Named disasters, switched on and off while the lab runs. Each one is a state of the world or a
 * fault on the way; none is reached by a magic name or number that a user could hit by accident.
 */
import { seconds, sleep } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { type Guest, isRunning, isUp, type Node } from './things.ts'
import { NOTICED_AFTER, type World } from './world.ts'

export const SLOW = seconds(4)

export type ScenarioView = {
  name: string
  /** What happens, in a sentence. */
  title: string
  /** What it can be aimed at; the first is meant when nothing is said. */
  targets: string[]
  on: boolean
  target?: string
}
/** `settled`: as if it had happened long enough ago for the whole cluster to have noticed. */
export type SwitchOptions = { settled?: boolean }
export type LabScenarios = {
  on: (name: string, target?: string, options?: SwitchOptions) => void
  off: (name: string) => void
  list: () => ScenarioView[]
}
/** cut: hang up before, cut-late: after the work was done; stumble: a passing 500. */
export type Fault = 'cut' | 'cut-late' | 'stumble' | undefined
export type Faults = ReturnType<typeof createScenarios>['faults']

type Scenario = {
  title: string
  targets: () => string[]
  /** Throws when it cannot be aimed so, before anything changes. */
  check?: (target: string) => void
  on: (target: string, options: SwitchOptions) => void
  off: (target: string) => void
  /** Whether it still holds; by default until it is switched off. */
  holds?: (target: string) => boolean
}
type Needs = {
  world: World
  signal: AbortSignal
  boot: (node: Node) => void
  tokens: () => string[]
}
/** A fault that is only looked up by those who meet it. */
const nothing = { on: () => {}, off: () => {} }

export const createScenarios = ({ world, signal, boot, tokens }: Needs) => {
  const active = new Map<string, string>()
  let calls = 0

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
  const cutPower = (target: string, { settled }: SwitchOptions) => {
    const at = world.now() - (settled ? NOTICED_AFTER + 1 : 0)
    for (const n of several(target)) world.lose(n, { gone: target.endsWith('/gone'), at })
  }
  const restorePower = (target: string) => several(target).forEach(boot)
  const anyDown = (target: string) => several(target).some((n) => !isUp(n))

  const names = world.nodes.map((n) => n.name)
  const preferred = (first: string) =>
    [...names].sort((a, b) => Number(b === first) - Number(a === first))

  const scenarios: Record<string, Scenario> = {
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
    'guest-crashed': {
      title: 'A guest runs out of memory and ends without any task. It can be started again.',
      targets: () => vmids().sort((a, b) => Number(b === '303') - Number(a === '303')),
      check: guest,
      on: (target) => {
        const g = guest(target)
        if (isRunning(g)) crash(g)
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
  }

  const crash = (g: Guest) => {
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

  const find = (name: string): Scenario => {
    const found = scenarios[name]
    if (found && Object.hasOwn(scenarios, name)) return found
    throw new Problem('not-found', `There is no scenario "${name}".`, {
      next: `There are: ${Object.keys(scenarios).join(', ')}.`,
    })
  }
  const isOn = (name: string): boolean => {
    const target = active.get(name)
    if (target === undefined) return false
    return find(name).holds?.(target) ?? true
  }

  const switches: LabScenarios = {
    on: (name, target, options = {}) => {
      const scenario = find(name)
      const aim = target || scenario.targets()[0] || ''
      scenario.check?.(aim)
      if (isOn(name)) switches.off(name)
      scenario.on(aim, options)
      active.set(name, aim)
    },
    off: (name) => {
      const scenario = find(name)
      const target = active.get(name)
      active.delete(name)
      if (target !== undefined) scenario.off(target)
    },
    list: () =>
      Object.entries(scenarios).map(([name, { title, targets }]) => {
        const target = isOn(name) ? active.get(name) : undefined
        const view = { name, title, targets: targets(), on: target !== undefined }
        return target ? { ...view, target } : view
      }),
  }

  const aims = (name: string, ...at: string[]) => {
    const target = isOn(name) ? active.get(name) : undefined
    return target !== undefined && (target === 'all' || at.includes(target))
  }

  const faults = {
    dawdle: async (at: Node): Promise<void> => {
      if (aims('slow-node', at.name)) await sleep(world.clock, SLOW, signal)
    },
    flap: (verb: string): Fault => {
      if (!isOn('api-flaps')) return undefined
      calls += 1
      if (calls % 4 !== 0) return undefined
      if (verb !== 'GET') return 'cut-late'
      return calls % 8 === 0 ? 'cut' : 'stumble'
    },
    revoked: (authid: string): boolean => aims('token-revoked', authid),
    /** The error a task has to end with, if any. */
    sabotage: (type: string, id: string): string | undefined => {
      if (!aims('task-fails', type, id)) return undefined
      if (type.startsWith('vz')) return `startup for container '${id}' failed`
      return type.startsWith('qm')
        ? 'start failed: QEMU exited with code 1'
        : `command 'systemctl ${type.replace(/^srv/, '')} ${id}' failed: exit code 1`
    },
  }
  return { switches, faults }
}
