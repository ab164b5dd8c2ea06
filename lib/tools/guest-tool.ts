/**
 * What the power tools have in common: a guest is found where it is now, judged by the one table of
 * verbs and states, and read back at its node until it is what it should be.
 */
import * as z from 'zod'
import { sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import { nearest } from '../nearest.ts'
import { type GuestVerb, stateOf, whyNot } from '../proxmox/guest.ts'
import type { GuestRef } from '../proxmox/guests.ts'
import type { GuestResource, GuestStatus, Write, WriteOptions } from '../proxmox/types.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal, type Tool } from './tool.ts'

type GuestTool = Pick<Tool, 'name' | 'title' | 'description' | 'words' | 'tasks'> & {
  verb: Extract<GuestVerb, 'start' | 'shutdown' | 'reboot'>
  /** What the guest should be afterwards. */
  expected: 'running' | 'stopped'
  undo: string
  run(guests: Hands['proxmox']['guests'], ref: GuestRef, options: WriteOptions): Promise<Write>
  /** Beyond the state: whether what is read shows the deed, `seconds` after it began. */
  shows?: (status: GuestStatus, seconds: number) => boolean
}

type Seen = {
  row: GuestResource
  nodeOnline: boolean
  /** Undefined when the node is off: nobody can be asked. */
  status: GuestStatus | undefined
}

// `status/current` was seen to lag behind the end of the task by up to 1.3 s (PVE 9.2.11).
const READ_BACK_MS = 5000
const READ_EVERY_MS = 250

export const guestTool = (tool: GuestTool): Tool =>
  defineTool({
    ...tool,
    input: z.strictObject({
      vmid: z
        .int()
        .min(100)
        .max(999_999_999)
        .meta({ description: 'The number of the guest, such as 303.' }),
    }),
    key: ({ vmid }) => `guest/${vmid}`,
    find: async (hands, { vmid }) => foundGuest(tool, hands, await look(hands, vmid)),
  })

/** The guest, where it is now. */
const look = async ({ proxmox }: Hands, vmid: number): Promise<Seen> => {
  const [{ guests }, members] = await Promise.all([
    proxmox.cluster.resources(),
    proxmox.cluster.status(),
  ])
  const row = guests.find((g) => g.vmid === vmid)
  if (!row) throw nobody(vmid, guests)
  const nodeOnline = members.nodes.some((n) => n.name === row.node && n.online)
  const ref = { node: row.node, kind: row.type, vmid }
  return { row, nodeOnline, status: nodeOnline ? await proxmox.guests.status(ref) : undefined }
}

const foundGuest = (tool: GuestTool, hands: Hands, { row, nodeOnline, status }: Seen): Found => {
  const { vmid, node, type: kind } = row
  const ref = { node, kind, vmid }
  const name = clean(status?.name ?? row.name ?? '').slice(0, 80)
  const label = `${vmid} ${name}`.trim()
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
  return {
    label,
    plan: {
      before: `${label} is ${stateOf(guest)} on ${node}.`,
      calls: [`POST /nodes/${node}/${kind}/${vmid}/status/${tool.verb}`],
      expected: `${label} is ${tool.expected}.`,
      undo: tool.undo,
    },
    whyNot: whyNot(tool.verb, guest),
    run: ({ closing }) => tool.run(hands.proxmox.guests, ref, { signal: closing }),
    readBack: (since, patient) => readBack(tool, hands, ref, label, since, patient),
  }
}

/** Reads until it is as expected or the patience ends; what was read is believed by the picture. */
const readBack = async (
  { expected, shows }: GuestTool,
  { proxmox, clock, believe }: Hands,
  ref: GuestRef,
  label: string,
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
    const asExpected = state === expected && (shows?.(status, seconds) ?? true)
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
    meant && `Did you mean ${`${meant.vmid} ${clean(meant.name ?? '')}`.trim()}?`,
  )
}
