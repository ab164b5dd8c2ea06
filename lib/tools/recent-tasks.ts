/**
 * The newest tasks of the cluster. How one failed is told by one word alone: its sentence is text of
 * others, and whoever wants it asks task_log, which taints.
 */
import * as z from 'zod'
import type { TaskState } from '../cluster/picture.ts'
import { age, count, duration } from '../format.ts'
import { nameOf } from '../untrusted.ts'
import { vmidInput } from './guest-target.ts'
import { nodeInput } from './node-target.ts'
import { nodeNamed } from './places.ts'
import { heard, listing } from './told.ts'
import { defineLook } from './tool.ts'

export const recentTasks = defineLook({
  name: 'recent_tasks',
  title: 'Recent tasks',
  description:
    'Newest Proxmox tasks with outcome, age and UPID; task_log tells what one has said. Filters: failed, running, node, vmid.',
  topic: 'tasks',
  input: z.strictObject({
    limit: z.int().min(1).max(50).optional().meta({ description: '15 unless said.' }),
    outcome: z.enum(['failed', 'running', 'warnings', 'stopped', 'ok']).optional(),
    node: nodeInput.optional(),
    vmid: vmidInput.optional(),
  }),
  look: async (hands, { limit = 15, outcome, node: wanted, vmid }) => {
    const now = hands.clock.now()
    const picture = hands.picture()
    const node = wanted === undefined ? undefined : nodeNamed(picture, wanted).name
    const found = picture.tasks
      .filter((t) => outcome === undefined || t.outcome === outcome)
      .filter((t) => node === undefined || t.node === node)
      .filter((t) => vmid === undefined || t.object === String(vmid))
    const head = `${count(found.length, 'task')}, ${heard(picture.parts.tasks, now)}.`
    const { text, shown } = listing([head], {
      titles: ['TASK', 'OBJECT', 'NODE', 'OUTCOME', 'BEGAN', 'TOOK#', 'BY'],
      rows: found,
      most: limit,
      cells: (t) => [
        nameOf(t.type, 20),
        nameOf(t.object, 24) || '–',
        nameOf(t.node),
        t.outcome,
        `${age(t.start, now)} ago`,
        duration(((t.end ?? now) - t.start) / 1000),
        nameOf(t.user, 32),
      ],
    })
    // A name of a task is long: of the few that somebody may want to follow up.
    const upids = shown.filter((t) => t.outcome !== 'ok').slice(0, 6)
    return {
      text: [text, ...upids.map((t) => `${t.outcome}: ${upidOf(t)}`)].join('\n'),
      data: { total: found.length, tasks: shown.map((t) => brief(t)) },
    }
  },
})

const upidOf = ({ upid }: TaskState) => upid.replace(/[^\w.:@%+/!\\-]/g, '_').slice(0, 300)

const brief = (t: TaskState) => ({
  upid: upidOf(t),
  node: nameOf(t.node),
  type: nameOf(t.type),
  object: nameOf(t.object),
  outcome: t.outcome,
  start: new Date(t.start).toISOString(),
  end: t.end === undefined ? null : new Date(t.end).toISOString(),
})
