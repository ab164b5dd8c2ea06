/** Switches a node off, if the rest keeps its majority without it, and waits until it is off. */
import { nodeTool } from './node-down.ts'

export const nodeShutdown = nodeTool({
  name: 'node_shutdown',
  title: 'Switch a node off',
  description:
    'Shuts down all guests of a node and switches it off; waits until the cluster has lost it. Refused when the rest would lose its majority. Needs the approval of a person.',
  command: 'shutdown',
  proof: 'the cluster says that the node is off',
  words: { noun: 'Shutdown', doing: 'being shut down', afterFailure: 'Look at its screen.' },
  byHand: 'systemctl poweroff',
  undo: 'wake_node, if its network card may wake it',
})
