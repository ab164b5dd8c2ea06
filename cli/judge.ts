/** `jarvis judge`: JSON lines `{"tool","args"}` in, one verdict a line out. No server; runs nothing. */
import { createJudge, type Judge, type Question } from '../lib/safety/judge.ts'
import { createShellPolicy } from '../lib/safety/shell/policy.ts'
import type { Target } from '../lib/safety/tiers.ts'
import type { Command } from './command.ts'
import { exit, type Io } from './io.ts'

export const command: Command = {
  usage: ['< CALLS.jsonl'],
  options: {},
  words: 0,
  notes: [
    'In:  {"tool":"run_command","args":{"node":"pve","command":"df -h"}}',
    'Out: {"tier":"GREEN","verdict":"run","rule":"df","reason":"…"}',
    'It assumes a model at level 4, a cluster with quorum, and nothing protected.',
  ].join('\n'),
  async run(_args, io) {
    const judge = createJudge({ shell: createShellPolicy() })
    let wrong = false
    for await (const lines of io.lines()) {
      const answers = lines.filter((line) => line.trim() !== '').map((line) => answer(judge, line))
      wrong ||= answers.includes(NO_CALL)
      tell(io, answers)
    }
    return wrong ? exit.wrong : exit.ok
  },
}

/** One write for all lines that were there. */
const tell = (io: Io, answers: string[]) => {
  if (answers.length > 0) io.out(answers.join('\n'))
}

const NO_CALL = JSON.stringify({
  tier: 'RED',
  verdict: 'refuse',
  rule: 'json',
  reason: 'This line is no call: {"tool":…,"args":{…}} in JSON.',
})

const answer = (judge: Judge, line: string): string => {
  const call = callIn(line)
  if (!call) return NO_CALL
  const { tier, verdict, rule, reason, next } = judge(question(call))
  return JSON.stringify({ tier, verdict, rule, reason, next })
}

type Call = { tool: string; args: Record<string, unknown> }

const callIn = (line: string): Call | undefined => {
  try {
    const { tool, args = {} } = JSON.parse(line) as Partial<Call>
    const isObject = typeof args === 'object' && args !== null && !Array.isArray(args)
    return typeof tool === 'string' && isObject ? { tool, args } : undefined
  } catch {
    return undefined
  }
}

const question = ({ tool, args }: Call): Question => ({
  tool,
  args,
  targets: targetsOf(args),
  caller: { kind: 'machine', scope: 'operate' },
  context: {
    level: 4,
    tainted: false,
    quorate: true,
    protection: { of: () => undefined, shields: [], edges: [] },
    readOnly: false,
    stopped: false,
    hour: 12,
  },
})

const targetsOf = ({ vmid, node }: Record<string, unknown>): Target[] => {
  const on = typeof node === 'string' ? { node } : {}
  if (typeof vmid === 'number' || typeof vmid === 'string')
    return [{ kind: 'guest', id: String(vmid), ...on }]
  return typeof node === 'string' ? [{ kind: 'node', id: node, ...on }] : []
}
