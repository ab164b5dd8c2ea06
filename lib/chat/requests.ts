/** From a turn to the question for a model: what it may read, what it may use, how heavy it is. */
import { readFileSync } from 'node:fs'
import type { Picture } from '../cluster/picture.ts'
import type { LlmRequest, ToolSpec } from '../llm/types.ts'
import type { Memory } from '../memory/memory.ts'
import type { Brakes } from '../safety/brakes.ts'
import { toolsFor } from '../tools/registry.ts'
import { shortlist } from '../tools/shortlist.ts'
import type { Tool, Topic } from '../tools/tool.ts'
import { type Material, promptFor, type Told } from './prompt.ts'
import type { Rows, Turn } from './rows.ts'
import { summaryOf } from './summary.ts'

type Needs = {
  rows: Rows
  memory?: Pick<Memory, 'recall'> | undefined
  picture(): Picture
  brakes: { provenance: Pick<Brakes['provenance'], 'taint' | 'taintedBy'> }
  persona?: string | undefined
}

const MOST_TOKENS = 1500
const MEMORY_TOKENS = 500
const TURNS_BEFORE = 30

export const createRequests = (needs: Needs) => {
  const { rows, memory } = needs
  const { provenance } = needs.brakes
  const persona = needs.persona ?? readFileSync(new URL('./persona.md', import.meta.url), 'utf8')

  /** What is remembered; if others have written any of it, the talk has read their words. */
  const remembered = (turn: Turn): string => {
    // The memory is for those who may read its page.
    if (turn.caller.scope === 'view') return ''
    const recalled = memory?.recall(turn.question, { budgetTokens: MEMORY_TOKENS })
    if (!recalled) return ''
    if (recalled.tainted)
      provenance.taint(`conversation/${turn.conversation}`, recalled.taintedBy ?? 'memory')
    return recalled.entries.length > 0 ? recalled.markdown : ''
  }

  return {
    async of(turn: Turn): Promise<Omit<LlmRequest, 'signal'>> {
      const told = (t: Turn): Told => ({ turn: t, steps: rows.steps(t.id) })
      const before = rows
        .turns(turn.conversation, TURNS_BEFORE)
        .filter((t) => t.id < turn.id && t.endedAt !== undefined)
        .map(told)
      const tools = toolsFor(turn.caller)
      const material: Material = {
        persona,
        summary: summaryOf(needs.picture()),
        memory: remembered(turn),
        before,
        now: told(turn),
        tools: tools.map(specOf),
        shortlist: shortlist(tools, topicsOf(turn.question)).map(specOf),
        maxTokens: MOST_TOKENS,
      }
      const fit = promptFor(material)
      return {
        ...fit({}),
        fit,
        maxTokens: MOST_TOKENS,
        purpose: 'chat',
        weight: weightOf(turn.question, material.now),
        localFailed: material.now.steps.filter((s) => s.state === 'refused').length >= 3,
        isPrivate: provenance.taintedBy(`conversation/${turn.conversation}`) !== undefined,
        conversation: String(turn.conversation),
      }
    },
  }
}

const specOf = ({ name, description, schema }: Tool): ToolSpec => ({
  name,
  description,
  schema: schema as Record<string, unknown>,
})

/** Words that ask for several steps or for a judgement. */
const HEAVY =
  /\b(why|warum|wieso|plan|investigate|diagnos\w*|compare|explain|analy[sz]e|root cause|troubleshoot|figure out|optimi[sz]e|migrate all|what if)\b/i

const weightOf = (question: string, { steps }: Told): LlmRequest['weight'] =>
  HEAVY.test(question) || question.length > 600 || (steps.at(-1)?.round ?? 0) >= 4
    ? 'complex'
    : 'routine'

const TOPICS: [Topic, RegExp][] = [
  [
    'guests',
    /guest|\bvm\b|vms|container|\bct\b|lxc|\b[1-9]\d{2,5}\b|start|restart|reboot|shut|stop|snapshot|migrat|backup/i,
  ],
  ['nodes', /node|host|reboot|wake|temper|service|log|power/i],
  ['storage', /storage|disk|full|space|lvm|zfs|nfs|backup/i],
  ['tasks', /task|job|failed|running/i],
  ['containers', /docker|compose|podman|image/i],
  ['house', /remember|forget|event|happen|night|memory/i],
]

/** What a question is about, by its words; the cluster as a whole is always in. */
export const topicsOf = (question: string): Topic[] => [
  'cluster',
  ...TOPICS.filter(([, words]) => words.test(question)).map(([topic]) => topic),
]
