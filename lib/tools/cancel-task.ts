/** Cancels a task: one that Jarvis himself has started as a matter of course, others' with an approval. */
import * as z from 'zod'
import { sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import type { TaskStatus, TokenRole } from '../proxmox/types.ts'
import { isUpid, parseUpid } from '../proxmox/upid.ts'
import { defineTool, type Found, type Hands, type ReadBack } from './tool.ts'

const READ_BACK_MS = 5000
const READ_EVERY_MS = 250

export const cancelTask = defineTool({
  name: 'cancel_task',
  title: 'Cancel a task',
  description:
    'Ends a running Proxmox task. What it has done so far stays done. A task that somebody else started takes the approval of a person.',
  topic: 'tasks',
  proof: 'the task has ended',
  idempotent: true,
  words: { noun: 'Cancelling', doing: 'being cancelled' },
  tasks: [],
  input: z.strictObject({
    upid: z
      .string()
      .max(300)
      .refine(isUpid, 'expected the name of a task: UPID:…')
      .meta({ description: 'The name of the task, UPID:…' }),
  }),
  key: ({ upid }) => `task/${upid}`,
  find: async (hands, { upid }): Promise<Found> => {
    const own = ownerOf(upid) === hands.ownToken()
    // A token sees its own tasks; those of others only with Sys.Audit.
    const role = own ? 'operate' : 'audit'
    const task = await hands.proxmox.tasks.status(upid, { role })
    const label = labelOf(task)
    return {
      label,
      targets: [{ kind: 'task', id: upid, node: task.node, own }],
      state: task.running ? 'running' : 'over',
      plan: {
        before: `${label} is ${task.running ? 'running' : 'over'}.`,
        calls: [`DELETE /nodes/${task.node}/tasks/${upid}`],
        expected: `${label} has ended.`,
        undo: 'none; start it again',
        goes: `What ${label} has not done yet${own ? '' : `; ${clean(ownerOf(upid))} started it`}`,
        stays: 'What it has done so far',
      },
      whyNot: task.running ? undefined : `${label} has ended already.`,
      async run({ closing }) {
        await hands.proxmox.tasks.stop(upid, { signal: closing })
        return { outcome: Promise.resolve({ result: 'ok' }) }
      },
      readBack: (_since, patient) => readBack(hands, { upid, label, role }, patient),
    }
  },
})

const labelOf = ({ type, id, node }: TaskStatus) =>
  `the task ${clean(`${type} ${id}`).trim()} on ${node}`

const ownerOf = (upid: string): string => {
  const { user, token } = parseUpid(upid)
  return token === undefined ? user : `${user}!${token}`
}

const readBack = async (
  { proxmox, clock }: Hands,
  { upid, label, role }: { upid: string; label: string; role: TokenRole },
  patient: boolean,
): Promise<ReadBack> => {
  const until = clock.now() + (patient ? READ_BACK_MS : 0)
  for (;;) {
    try {
      const { running, exitstatus } = await proxmox.tasks.status(upid, { role })
      const end = clean(exitstatus ?? '')
      if (!running)
        return { asExpected: true, text: `${label} has ended (${end}).`, data: { upid, end } }
      if (clock.now() >= until)
        return { asExpected: false, text: `${label} still runs.`, data: { upid } }
    } catch (thrown) {
      if (clock.now() >= until)
        return { asExpected: false, text: `${label}: ${asProblem(thrown).message}` }
    }
    await sleep(clock, READ_EVERY_MS)
  }
}
