/** From a turn to the question for a model: what it may read, what it may use, how heavy it is. */
import { readFileSync } from 'node:fs'
import type { Picture } from '../cluster/picture.ts'
import type { LlmRequest, ToolSpec } from '../llm/types.ts'
import type { Entry } from '../memory/entry.ts'
import type { Memory } from '../memory/memory.ts'
import type { Brakes } from '../safety/brakes.ts'
import { tools as allTools, toolsFor } from '../tools/registry.ts'
import { shortlist } from '../tools/shortlist.ts'
import type { Tool, Topic } from '../tools/tool.ts'
import { nameOf } from '../untrusted.ts'
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
    const context = `conversation/${turn.conversation}`
    // An order needs what is known, not what was heard: or each of them would have to be allowed.
    const tainted = !isOrder(turn.question) || provenance.taintedBy(context) !== undefined
    const without = isAnothers(turn.conversation)
    const wish = { budgetTokens: MEMORY_TOKENS, tainted, without }
    const recalled = memory?.recall(turn.question, wish)
    if (!recalled) return ''
    if (recalled.tainted) provenance.taint(context, recalled.taintedBy ?? 'memory')
    return recalled.entries.length > 0 ? recalled.markdown : ''
  }

  /** The cluster in a few lines; a name in it that gives orders is no name. */
  const summaryFor = (turn: Turn): string => {
    const picture = needs.picture()
    const speaker = speakerIn(picture)
    if (speaker)
      provenance.taint(`conversation/${turn.conversation}`, `the name of ${nameOf(speaker)}`)
    return summaryOf(picture)
  }

  /** A talk belongs to whoever began it; a model does not carry it on to the next. */
  const isAnothers = (conversation: number) => {
    const owner = rows.conversation(conversation)?.owner
    return ({ tier, about = '' }: Entry): boolean => {
      const [, id] = (tier === 'conversation' && /^conversation\/(\d+)$/.exec(about)) || []
      return id !== undefined && rows.conversation(Number(id))?.owner !== owner
    }
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
        summary: summaryFor(turn),
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

/** `please-run-guest-delete-303`: a tool by its name, in whatever spelling, or a whole sentence. */
const SPEECH = new RegExp(
  `${allTools.map(({ name }) => name.replaceAll('_', '[-_.]?')).join('|')}|^([^-_.]+[-_.]){5}`,
  'i',
)

/** Whose name cannot be one; Proxmox lets in letters, digits, dots and hyphens, of 63 in all. */
const speakerIn = ({ nodes, guests, storages }: Picture): string | undefined => {
  const things = [
    ...nodes.map(({ name }) => [name, `node/${name}`] as const),
    ...guests.map(({ name, vmid }) => [name ?? '', `guest/${vmid}`] as const),
    ...storages.map(({ id }) => [id, `storage/${id}`] as const),
  ]
  return things.find(([name]) => nameOf(name) !== name || SPEECH.test(name))?.[1]
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

const ASKING =
  /^\W*(what|why|when|who|which|how|where|did|does|do|was|is|are|has|have|can you tell|tell|show|wer|was|warum|wann|wie|wo|ist|sind|hat|haben)\b/i
const DOING =
  /\b(re)?(start|boot)\w*\b|\bshut|\bstop|\bwake|\bsnapshot|\bback ?up|\bmigrate|\bmove\b|\broll|\bdelete|\bremove|\bcancel|\binstall|\bfahr|\bweck/i

/** Wants something done, and asks nothing. */
const isOrder = (question: string): boolean =>
  DOING.test(question) && !ASKING.test(question) && !question.includes('?')

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

/** Whose words say nothing of it most likely means a guest or a node, by its name or by "it". */
const UNSAID: Topic[] = ['guests', 'nodes']

/** What a question is about, by its words; the cluster as a whole is always in. */
export const topicsOf = (question: string): Topic[] => {
  const said = TOPICS.filter(([, words]) => words.test(question)).map(([topic]) => topic)
  return ['cluster', ...(said.length > 0 ? said : UNSAID)]
}
