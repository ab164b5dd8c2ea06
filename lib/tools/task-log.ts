/** What a task has said, its last lines. They may hold what a guest or a stranger has written. */
import * as z from 'zod'
import { age } from '../format.ts'
import { isUpid, parseUpid } from '../proxmox/upid.ts'
import { harmless, nameOf } from '../untrusted.ts'
import { LINES, linesInput, nodeThatAnswers } from './places.ts'
import { logOf } from './told.ts'
import { defineLook } from './tool.ts'

export const taskLog = defineLook({
  name: 'task_log',
  title: 'Log of a task',
  description:
    'Last lines of what a Proxmox task has said, with its outcome. The UPID comes from recent_tasks.',
  topic: 'tasks',
  input: z.strictObject({
    upid: z
      .string()
      .max(300)
      .refine(isUpid, 'expected the name of a task: UPID:…')
      .meta({ description: 'UPID:…' }),
    lines: linesInput.optional(),
  }),
  look: async (hands, { upid, lines = LINES }) => {
    const now = hands.clock.now()
    const { tasks } = hands.proxmox
    nodeThatAnswers(hands.picture(), parseUpid(upid).node, now)
    const task = await tasks.status(upid)
    const { total } = await tasks.log(upid, { start: 0, limit: 1 })
    const page = await tasks.log(upid, { start: Math.max(0, total - lines), limit: lines })
    const end = task.running ? 'running' : harmless(task.exitstatus, 160) || 'over'
    const what = `${nameOf(task.type)} ${nameOf(task.id)}`.trim()
    const since = age(task.starttime * 1000, now)
    const data = { upid, running: task.running, end, lines: [], total }
    return logOf(
      `Task ${what} on ${nameOf(task.node)}, begun ${since} ago: ${end}. Its last ${Math.min(lines, total)} of ${total} lines, newest last.`,
      page.lines.map((line) => line.t),
      data,
    )
  },
})
