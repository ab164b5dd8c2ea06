/** Stops a guest hard, as if its plug were pulled. */
import { guestTool } from './guest-tool.ts'

export const guestStop = guestTool({
  name: 'guest_stop',
  title: 'Stop a guest hard',
  description:
    'Ends a container or virtual machine at once, as if its plug were pulled; what it has not written is lost. Use guest_shutdown unless the guest does not answer any more. Needs the approval of a person.',
  verb: 'stop',
  proof: 'the guest is stopped',
  idempotent: true,
  words: { noun: 'Hard stop', doing: 'being stopped hard' },
  tasks: ['vzstop', 'qmstop'],
  expected: 'stopped',
  undo: 'guest_start; what was not written stays lost',
  card: { goes: 'What it holds in memory and has not written', stays: 'Its disks as they are' },
  run: (guests, ref, options) => guests.stop(ref, options),
})
