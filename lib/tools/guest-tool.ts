/**
 * What the power tools have in common: a guest is found where it is now, judged by the one table of
 * verbs and states, and read back at its node until it is what it should be.
 */
import * as z from 'zod'
import { type GuestVerb, whyNot } from '../proxmox/guest.ts'
import type { GuestRef } from '../proxmox/guests.ts'
import type { GuestStatus, Write, WriteOptions } from '../proxmox/types.ts'
import { guestTarget, readGuestBack, vmidInput } from './guest-target.ts'
import { type ActTool, defineTool, type Hands, type Plan } from './tool.ts'

type GuestTool = Pick<
  ActTool,
  'name' | 'title' | 'description' | 'words' | 'tasks' | 'proof' | 'idempotent'
> & {
  verb: Extract<GuestVerb, 'start' | 'shutdown' | 'reboot' | 'stop'>
  /** What the guest should be afterwards. */
  expected: 'running' | 'stopped'
  undo: string
  /** For the card. */
  card?: Pick<Plan, 'goes' | 'stays'> | undefined
  run(guests: Hands['proxmox']['guests'], ref: GuestRef, options: WriteOptions): Promise<Write>
  /** Beyond the state: whether what is read shows the deed, `seconds` after it began. */
  shows?: (status: GuestStatus, seconds: number) => boolean
}

export const guestTool = ({ verb, expected, undo, card, run, shows, ...tool }: GuestTool) =>
  defineTool({
    ...tool,
    topic: 'guests',
    input: z.strictObject({ vmid: vmidInput }),
    key: ({ vmid }) => `guest/${vmid}`,
    async find(hands, { vmid }) {
      const target = await guestTarget(hands, vmid)
      const { ref, label, word, guest } = target
      return {
        label,
        targets: target.targets,
        state: target.state,
        plan: {
          before: `${label} is ${word} on ${ref.node}.`,
          calls: [`POST /nodes/${ref.node}/${ref.kind}/${vmid}/status/${verb}`],
          expected: `${label} is ${expected}.`,
          undo,
          ...card,
        },
        whyNot: whyNot(verb, guest),
        run: ({ closing }) => run(hands.proxmox.guests, ref, { signal: closing }),
        readBack: (since, patient) =>
          readGuestBack(hands, target, { state: expected, shows }, since, patient),
      }
    },
  })
