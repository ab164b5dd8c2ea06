/** Shuts a guest down as its power button would: the system inside ends in order. */
import { guestTool } from './guest-tool.ts'

export const guestShutdown = guestTool({
  name: 'guest_shutdown',
  title: 'Shut a guest down',
  description:
    'Asks the system inside a running container or virtual machine to end in order and waits until it is off. One that does not listen is left running: nothing is cut off.',
  verb: 'shutdown',
  proof: 'the guest is stopped',
  idempotent: true,
  words: { noun: 'Shutdown', doing: 'being shut down' },
  tasks: ['vzshutdown', 'qmshutdown'],
  expected: 'stopped',
  undo: 'guest_start',
  run: (guests, ref, options) => guests.shutdown(ref, options),
})
