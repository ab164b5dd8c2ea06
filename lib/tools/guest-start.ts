/** Starts a guest. */
import { guestTool } from './guest-tool.ts'

export const guestStart = guestTool({
  name: 'guest_start',
  title: 'Start a guest',
  description:
    'Starts a stopped container or virtual machine and waits until it runs. The system inside may need longer until its services answer.',
  verb: 'start',
  proof: 'the guest runs',
  idempotent: true,
  words: { noun: 'Start', doing: 'being started' },
  tasks: ['vzstart', 'qmstart'],
  expected: 'running',
  undo: 'guest_shutdown',
  run: (guests, ref, options) => guests.start(ref, options),
})
