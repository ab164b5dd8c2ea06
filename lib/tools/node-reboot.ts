/** Restarts a node, if the rest keeps its majority without it, and waits until it is back. */
import { nodeTool } from './node-down.ts'

export const nodeReboot = nodeTool({
  name: 'node_reboot',
  title: 'Restart a node',
  description:
    'Shuts down all guests of a node and restarts it; waits up to 10 minutes until it is back. Refused when the rest would lose its majority. Needs the approval of a person.',
  command: 'reboot',
  proof: 'the cluster has the node back, and it is up since a moment ago',
  words: {
    noun: 'Reboot',
    doing: 'being restarted',
    afterFailure: 'Look at its screen; wake_node wakes a node that stayed off.',
  },
  byHand: 'systemctl reboot',
  undo: 'none; it comes back by itself',
})
