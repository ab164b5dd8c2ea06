/** Cancels a task that Jarvis himself has started; those of others are somebody else's decision. */
import * as z from 'zod'
import { sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import type { TaskStatus } from '../proxmox/types.ts'
import { isUpid, parseUpid } from '../proxmox/upid.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

const READ_BACK_MS = 5000
const READ_EVERY_MS = 250

export const cancelTask = defineTool({
  name: 'cancel_task',
  title: 'Cancel a task',
  description:
    'Ends a running Proxmox task that was started by Jarvis. What the task has done so far stays done.',
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
    demandOwn(hands, upid)
    const task = await hands.proxmox.tasks.status(upid, { role: 'operate' })
    const label = labelOf(task)
    return {
      label,
      plan: {
        before: `${label} is ${task.running ? 'running' : 'over'}.`,
        calls: [`DELETE /nodes/${task.node}/tasks/${upid}`],
        expected: `${label} has ended.`,
        undo: 'none; start it again',
      },
      whyNot: task.running ? undefined : `${label} has ended already.`,
      async run({ closing }) {
        await hands.proxmox.tasks.stop(upid, { signal: closing })
        return { outcome: Promise.resolve({ result: 'ok' }) }
      },
      readBack: (_since, patient) => readBack(hands, upid, label, patient),
    }
  },
})

const labelOf = ({ type, id, node }: TaskStatus) =>
  `the task ${clean(`${type} ${id}`).trim()} on ${node}`

const demandOwn = ({ ownToken }: Hands, upid: string) => {
  const { user, token } = parseUpid(upid)
  const owner = token === undefined ? user : `${user}!${token}`
  if (owner !== ownToken())
    throw refusal(
      'own-task',
      'forbidden',
      `That task was started by ${clean(owner)}, not by me.`,
      'Ask them, or cancel it in Proxmox itself.',
    )
}

const readBack = async (
  { proxmox, clock }: Hands,
  upid: string,
  label: string,
  patient: boolean,
): Promise<ReadBack> => {
  const until = clock.now() + (patient ? READ_BACK_MS : 0)
  for (;;) {
    try {
      const { running, exitstatus } = await proxmox.tasks.status(upid, { role: 'operate' })
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
