/**
 * Named disasters, switched on and off while the lab runs. Each one is a state of the world or a
 * fault on the way; none is reached by a magic name or number that a user could hit by accident.
 */
import { seconds, sleep } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { type DisasterNeeds, disasters, type Scenario, type SwitchOptions } from './disasters.ts'
import type { Node } from './things.ts'

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
export type LabScenarios = {
  on: (name: string, target?: string, options?: SwitchOptions) => void
  off: (name: string) => void
  list: () => ScenarioView[]
}
/** cut: hang up before, cut-late: after the work was done; stumble: a passing 500. */
export type Fault = 'cut' | 'cut-late' | 'stumble' | undefined
export type Faults = ReturnType<typeof createScenarios>['faults']

type Needs = DisasterNeeds & { signal: AbortSignal }

export const createScenarios = (needs: Needs) => {
  const board = createBoard(disasters(needs))
  return { switches: board.switches, faults: faultsOf(needs, board) }
}

type Board = ReturnType<typeof createBoard>

/** What is on, and what it is aimed at. */
const createBoard = (scenarios: Record<string, Scenario>) => {
  const active = new Map<string, string>()

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
  return { switches, isOn, aims }
}

/** What those who are hit by a fault ask on their way. */
const faultsOf = ({ world, signal }: Needs, { isOn, aims }: Board) => {
  let calls = 0
  return {
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
}
