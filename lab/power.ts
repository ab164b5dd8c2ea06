/** Nodes going off and coming back: reboot, shutdown, magic packets, and who starts by itself. */
import { type Clock, seconds } from '../lib/clock.ts'
import type { Tasks } from './tasks.ts'
import { isRunning, isUp, type Node } from './things.ts'
import type { World } from './world.ts'

/** `POST /nodes/{n}/status` answers first: the daemon sleeps 2 s, then acts (pve-manager). */
const BEFORE_IT_ACTS = seconds(2)
const SHUTTING_DOWN = seconds(8)
const STARTING_UP = seconds(25)

export type Power = ReturnType<typeof createPower>
type Needs = { world: World; tasks: Tasks; clock: Clock; pace: number; signal: AbortSignal }

export const createPower = ({ world, tasks, clock, pace, signal }: Needs) => {
  const waking = new Set<string>()
  const later = (ms: number, work: () => void) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', cancel)
      work()
    })
    signal.addEventListener('abort', cancel, { once: true })
  }

  const boot = (node: Node) => {
    if (isUp(node)) return
    world.boot(node)
    later(seconds(4) * pace, () => startGuests(node, 'root@pam'))
  }

  /** Starts what is marked `onboot`, as pve-guests.service does. */
  const startGuests = (node: Node, authid: string): string =>
    tasks.start({
      node: node.name,
      type: 'startall',
      id: '',
      authid,
      run: async ({ take, log }) => {
        for (const guest of world.guestsOn(node.name)) {
          if (!guest.onboot || isRunning(guest) || guest.disk.destroyed) continue
          if (!world.isQuorate()) throw new Error('cluster not ready - no quorum?')
          log(`Starting ${guest.kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid}`)
          await take(600)
          world.become(guest, 'running')
        }
      },
    })

  const goDown = (node: Node, command: 'reboot' | 'shutdown') => {
    later(BEFORE_IT_ACTS * pace, () => {
      if (!isUp(node)) return
      world.note(
        node,
        'systemd-logind',
        `System is ${command === 'reboot' ? 'rebooting' : 'powering down'}.`,
      )
      for (const guest of world.guestsOn(node.name))
        if (isRunning(guest)) world.become(guest, 'stopped')
      later(SHUTTING_DOWN * pace, () => {
        world.lose(node, { gone: command === 'shutdown' })
        if (command === 'reboot') later(STARTING_UP * pace, () => boot(node))
      })
    })
  }

  /** A magic packet: whoever has this MAC and is off starts up. Answers whether somebody did. */
  const wake = (mac: string): boolean => {
    const node = world.nodes.find((n) => n.mac.toLowerCase() === mac.toLowerCase())
    if (!node || isUp(node) || waking.has(node.name)) return false
    waking.add(node.name)
    later(STARTING_UP * pace, () => {
      waking.delete(node.name)
      boot(node)
    })
    return true
  }

  return { boot, startGuests, goDown, wake }
}
