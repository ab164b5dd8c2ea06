/** Restarts a guest: down in order, then up again. */
import { guestTool } from './guest-tool.ts'

/** Clocks of nodes and ours need not agree to the second. */
const SLACK_S = 3

export const guestReboot = guestTool({
  name: 'guest_reboot',
  title: 'Restart a guest',
  description:
    'Shuts a running container or virtual machine down in order and starts it again; waits until it runs anew.',
  verb: 'reboot',
  proof: 'the guest runs, and since a moment ago',
  words: { noun: 'Reboot', doing: 'being restarted' },
  tasks: ['vzreboot', 'qmreboot'],
  expected: 'running',
  undo: 'none; it runs as before',
  run: (guests, ref, options) => guests.reboot(ref, options),
  // Running alone proves nothing: it ran before. It must have been up for less than the deed took.
  shows: ({ uptime }, seconds) => uptime <= seconds + SLACK_S,
})
