/** A guest as the target of a deed: found where it is now, named, with the state that may be believed. */
import * as z from 'zod'
import { sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { nearest } from '../nearest.ts'
import { type Guest, type GuestState, stateOf } from '../proxmox/guest.ts'
import type { GuestRef } from '../proxmox/guests.ts'
import type { GuestResource, GuestStatus } from '../proxmox/types.ts'
import type { Target } from '../safety/tiers.ts'
import { harmless } from '../untrusted.ts'
import { type Hands, type ReadBack, refusal } from './tool.ts'

export const vmidInput = z
  .int()
  .min(100)
  .max(999_999_999)
  .meta({ description: 'The number of the guest, such as 303.' })

export type GuestTarget = {
  ref: GuestRef
  /** `303 homeassistant`; safe to show. */
  label: string
  /** For the table of verbs in lib/proxmox/guest.ts. */
  guest: Guest
  /** `running`, or whatever may be believed now. */
  word: GuestState
  row: GuestResource
  /** Undefined when the node is off: nobody can be asked. */
  status: GuestStatus | undefined
  targets: Target[]
  /** Changes when the guest moves, starts, ends, is locked or called otherwise. */
  state: string
}

/** Throws `not-found`, with the number that was probably meant. */
export const guestTarget = async ({ proxmox }: Hands, vmid: number): Promise<GuestTarget> => {
  const [{ guests }, members] = await Promise.all([
    proxmox.cluster.resources(),
    proxmox.cluster.status(),
  ])
  const row = guests.find((g) => g.vmid === vmid)
  if (!row) throw nobody(vmid, guests)
  const { node, type: kind } = row
  const nodeOnline = members.nodes.some((n) => n.name === node && n.online)
  const ref = { node, kind, vmid }
  const status = nodeOnline ? await proxmox.guests.status(ref) : undefined
  const label = `${vmid} ${harmless(status?.name ?? row.name, 80)}`.trim()
  const guest = {
    vmid,
    kind,
    name: label,
    status: status?.status ?? row.status,
    qmp: status?.qmp,
    lock: status?.lock ?? row.lock,
    template: row.template,
    nodeOnline,
  }
  const word = stateOf(guest)
  const state = [node, kind, label, word, guest.lock ?? ''].join('|')
  const targets: Target[] = [{ kind: 'guest', id: String(vmid), node }]
  return { ref, label, guest, word, row, status, targets, state }
}

// `status/current` was seen to lag behind the end of the task by up to 1.3 s (PVE 9.2.11).
const READ_BACK_MS = 5000
const READ_EVERY_MS = 250

export type Expected = {
  /** What the guest should be afterwards. */
  state: GuestState
  /** Beyond the state: whether what is read shows the deed, `seconds` after it began. */
  shows?: ((status: GuestStatus, seconds: number) => boolean) | undefined
}

/** Reads until it is as expected or the patience ends; what was read is believed by the picture. */
export const readGuestBack = async (
  { proxmox, clock, believe }: Hands,
  { ref, label }: Pick<GuestTarget, 'ref' | 'label'>,
  expected: Expected,
  since: number,
  patient: boolean,
): Promise<ReadBack> => {
  const until = clock.now() + (patient ? READ_BACK_MS : 0)
  for (;;) {
    let status: GuestStatus
    try {
      status = await proxmox.guests.status(ref)
    } catch (thrown) {
      if (clock.now() < until) {
        await sleep(clock, READ_EVERY_MS)
        continue
      }
      const text = `How ${label} is now could not be read: ${asProblem(thrown).message}`
      return { asExpected: false, text }
    }
    const state = stateOf({ ...status, nodeOnline: true })
    const seconds = (clock.now() - since) / 1000
    const asExpected = state === expected.state && (expected.shows?.(status, seconds) ?? true)
    if (asExpected || clock.now() >= until) {
      believe({ vmid: ref.vmid, status: status.status, qmp: status.qmp })
      const data = { vmid: ref.vmid, node: ref.node, state, uptimeS: status.uptime }
      return { asExpected, text: `${label} is ${state}.`, data }
    }
    await sleep(clock, READ_EVERY_MS)
  }
}

const nobody = (vmid: number, guests: GuestResource[]) => {
  const near = nearest(
    String(vmid),
    guests.map((g) => String(g.vmid)),
  )
  const meant = guests.find((g) => String(g.vmid) === near)
  return refusal(
    'target',
    'not-found',
    `There is no guest ${vmid}, or the token may not see it.`,
    meant && `Did you mean ${`${meant.vmid} ${harmless(meant.name, 80)}`.trim()}?`,
  )
}
