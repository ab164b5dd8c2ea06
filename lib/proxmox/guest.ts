/**
 * What may be done with a guest now: one table of verbs and states that buttons, tools and the lab
 * ask. Proxmox itself checks some of it only after harm is done, and some not at all (start of a
 * guest on another node is 200 and a failing task).
 */
import { clean } from '../log.ts'
import type { GuestKind } from './types.ts'

/** A guest's state in few words. `other` is a word of QEMU that is neither on nor off (prelaunch, …). */
export type GuestState = 'running' | 'stopped' | 'paused' | 'other' | 'unknown'

export type Guest = {
  vmid: number
  kind: GuestKind
  name?: string | undefined
  /** As sent, by `/cluster/resources` or by `status/current`. */
  status: string
  /** `qmpstatus`: a paused VM is "running" in status/current, and paused only here. */
  qmp?: string | undefined
  lock?: string | undefined
  template?: boolean | undefined
  /** Undefined = not known, counts as not online. */
  nodeOnline: boolean | undefined
}

type Rule = {
  in: GuestState[]
  kinds?: GuestKind[]
  template?: true
  /** Locks that do not stand in the way. */
  despite?: string[]
}

const on: GuestState[] = ['running', 'paused']
const any: GuestState[] = ['running', 'paused', 'stopped']

const rules = {
  // A VM suspended to disk carries that lock and is woken by start (qemu-server PVE/QemuServer.pm).
  start: { in: ['stopped'], despite: ['suspended'] },
  shutdown: { in: ['running'] },
  reboot: { in: ['running'] },
  stop: { in: [...on, 'other'] },
  reset: { in: on, kinds: ['qemu'] },
  suspend: { in: ['running'] },
  resume: { in: ['paused'] },
  snapshot: { in: any },
  deleteSnapshot: { in: any },
  rollback: { in: any },
  // A running container cannot be copied in full (pve-container PVE/API2/LXC.pm); `whyNot` says so.
  clone: { in: any, template: true },
  migrate: { in: any, template: true },
  backup: { in: any, template: true },
  // "unable to destroy CT 101 - container is running" (measured, 500).
  destroy: { in: ['stopped'], template: true },
} satisfies Record<string, Rule>

export type GuestVerb = keyof typeof rules
export const guestVerbs = Object.keys(rules) as GuestVerb[]

/**
 * The state that may be believed: a guest of a node that is off is unknown at once, although its
 * row says "running" for another five minutes (measured: 290 s).
 */
export const stateOf = ({
  status,
  qmp,
  nodeOnline,
}: Pick<Guest, 'status' | 'qmp' | 'nodeOnline'>): GuestState => {
  if (!nodeOnline || status === 'unknown') return 'unknown'
  const word = status === 'running' && qmp ? qmp : status
  return word === 'running' || word === 'stopped' || word === 'paused' ? word : 'other'
}

/** Why the verb makes no sense now, as a sentence; undefined when nothing speaks against it. */
export const whyNot = (verb: GuestVerb, guest: Guest): string | undefined => {
  const rule: Rule = rules[verb]
  const who = guest.name ? clean(guest.name) : `Guest ${guest.vmid}`
  const state = stateOf(guest)
  if (guest.nodeOnline === false) return `The node of ${who} is lost.`
  if (state === 'unknown') return `The state of ${who} is not known.`
  if (rule.kinds && !rule.kinds.includes(guest.kind))
    return `${who} is a container; that is for virtual machines.`
  if (guest.template && !rule.template) return `${who} is a template.`
  if (guest.lock && !rule.despite?.includes(guest.lock))
    return `${who} is locked (${clean(guest.lock)}).`
  if (verb === 'clone' && guest.kind === 'lxc' && state !== 'stopped')
    return `${who} is ${state}; a container is copied while it is stopped.`
  if (!rule.in.includes(state))
    return `${who} is ${state === 'other' ? clean(guest.qmp ?? guest.status) : state}.`
  return undefined
}

export const can = (verb: GuestVerb, guest: Guest): boolean => whyNot(verb, guest) === undefined
