/** Runs one command on a node: what only looks at once, everything else as a deed like any other. */
import * as z from 'zod'
import type { ShellVerdict } from '../safety/shell/policy.ts'
import type { Target } from '../safety/tiers.ts'
import { commandInput, foundCommand, overSsh } from './command.ts'
import { nodeInput } from './node-target.ts'
import { nodeThatAnswers } from './places.ts'
import { defineTool, type Found, refusal } from './tool.ts'

export const runCommand = defineTool({
  name: 'run_command',
  title: 'Run a command on a node',
  description:
    'Runs one simple shell command on a node as root and answers what it says. Commands that only look run at once; others need consent or an approval, some are never run. No scripts, variables or redirections; 30 s at most. Prefer a tool made for the purpose.',
  topic: 'nodes',
  right: 'operate',
  proof: 'how the command ended, and what it said',
  words: {
    noun: 'Run',
    doing: 'being run',
    afterFailure: 'Look at what it said, and at what it was meant to change.',
  },
  tasks: [],
  input: z.strictObject({ node: nodeInput, command: commandInput }),
  key: ({ node }) => `node/${node}`,
  async find({ ssh, shell, picture, clock }, { node: wanted, command }): Promise<Found> {
    if (!ssh)
      throw refusal(
        'ssh',
        'conflict',
        'I have no SSH key, so I can run no commands.',
        'Give me one: ./jarvis setup.',
      )
    const node = nodeThatAnswers(picture(), wanted, clock.now())
    const host = ssh.host(node.name).name
    const verdict = shell.judge(command)
    return foundCommand({
      where: node.name,
      targets: touched(verdict, node.name),
      state: 'on',
      via: `ssh ${host}`,
      verdict,
      run: (words, signal) => overSsh(ssh, host, words, signal),
    })
  },
})

/** What a command names stands for what it touches; else it is the node as a whole. */
const touched = ({ targets }: ShellVerdict, node: string): Target[] =>
  targets.length > 0 ? targets.map((t) => ({ ...t, node })) : [{ kind: 'node', id: node, node }]
