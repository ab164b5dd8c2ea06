/**
 * A turn, on one page: the model is asked, maybe calls tools through the door, hears what came of them,
 * and answers. Everything is a row before it is shown; a decision or a long deed lets it rest, for
 * hours and across a restart, and it goes on where it was.
 */
import type { Llm } from '../llm/llm.ts'
import type { LlmRequest, Part } from '../llm/types.ts'
import { clean } from '../log.ts'
import type { Door, Result } from '../tools/door.ts'
import { doingOf, nearestTool, toolNamed } from '../tools/registry.ts'
import { saysForeignWords } from './outcome.ts'
import type { NewCall, Rows, Step, Turn } from './rows.ts'

export const MOST_ROUNDS = 12
const MOST_CALLS = 8
const MOST_SAME = 2
/** A turn follows a deed so long before it rests; `deed.finished` wakes it. */
const PATIENCE_MS = 60_000
const MOST_ANSWER = 64 * 1024
const MOST_RESULT = 12_000

export type TurnNeeds = {
  rows: Rows
  llm: Pick<Llm, 'stream'>
  door: Pick<Door, 'call'>
  /** The words for the model, cut to whoever is chosen. */
  request(turn: Turn): Promise<Omit<LlmRequest, 'signal'>>
  /** From now on the talk has read words of others. */
  taint(turn: Turn, source: string): void
  /** Told to whoever watches: what is said just now, before it is a row. */
  show(turn: Turn, news: News): void
}

export type News =
  | { type: 'status'; text: string }
  | { type: 'text'; text: string }
  /** What was said in this round does not count: another mind starts over. */
  | { type: 'again' }
  | { type: 'step' }

export type Ending = { state: 'done' | 'failed' | 'stopped' | 'waiting'; why?: string }

/** Why everything is let go of: not somebody's wish, and not the end of the turn. */
export const SERVER_ENDS = new Error('The server ends.')

/** Goes on with a turn until it ends or rests. Never throws for what a model or a tool does. */
export const carryOn = async (
  needs: TurnNeeds,
  turn: Turn,
  stopped: AbortSignal,
): Promise<Ending> => {
  const { rows } = needs
  for (;;) {
    const steps = rows.steps(turn.id)
    for (const call of steps.filter((s) => s.state === 'pending')) {
      if (stopped.aborted) return halted(stopped)
      const rests = await perform(needs, turn, call, stopped)
      if (rests) return { state: 'waiting' }
    }
    if (stopped.aborted) return halted(stopped)
    if (rows.steps(turn.id).some((s) => s.state === 'waiting')) return { state: 'waiting' }
    const round = (steps.at(-1)?.round ?? 0) + 1
    if (round > MOST_ROUNDS)
      return { state: 'failed', why: `I have gone round ${MOST_ROUNDS} times without an end.` }
    const said = await listen(needs, turn, stopped)
    if (stopped.aborted) return halted(stopped)
    if (said.failed) return { state: 'failed', why: said.failed }
    rows.said(turn, round, said.text, said.calls)
    needs.show(turn, { type: 'step' })
    if (said.calls.length === 0) return { state: 'done' }
  }
}

const halted = ({ reason }: AbortSignal): Ending => ({
  state: 'stopped',
  why: reason instanceof Error ? reason.message : 'You have stopped me.',
})

type Said = { text: string; calls: NewCall[]; failed?: string }

/** One answer of the model. Until it is whole nothing in it counts and no tool runs. */
const listen = async (needs: TurnNeeds, turn: Turn, signal: AbortSignal): Promise<Said> => {
  let said: Said = { text: '', calls: [] }
  let usd: number | null = turn.usd ?? 0
  let why: string | undefined
  needs.show(turn, { type: 'status', text: 'reading …' })
  for await (const part of needs.llm.stream({ ...(await needs.request(turn)), signal })) {
    if (part.type === 'text') said.text = (said.text + part.text).slice(0, MOST_ANSWER)
    if (part.type === 'tool') said.calls.push({ id: part.id, name: part.name, raw: part.raw })
    if (part.type === 'again') said = { text: '', calls: [] }
    if (part.type === 'usage') usd = part.usd === null || usd === null ? null : usd + part.usd
    if (part.type === 'chosen') why = part.reason
    if (part.type === 'failed') said.failed = clean(part.message)
    tell(needs, turn, part)
    if (part.type === 'usage') {
      turn.usd = usd
      const { in: asked, out, cacheRead, cacheWrite } = part.usage
      const tokens = { in: asked + cacheRead + cacheWrite, out }
      needs.rows.mind(turn.id, `${part.mind.provider} ${part.mind.model}`, usd, tokens)
    }
  }
  // Not before the first word: nobody should wait for the disk to write down why.
  if (why !== undefined) needs.rows.mindWhy(turn.id, why)
  if (!said.failed && !said.text.trim() && said.calls.length === 0)
    return { ...said, failed: 'The model answered with nothing at all.' }
  return { ...said, calls: unlike(said.calls) }
}

const tell = (needs: TurnNeeds, turn: Turn, part: Part) => {
  if (part.type === 'text') needs.show(turn, { type: 'text', text: part.text })
  if (part.type === 'again') needs.show(turn, { type: 'again' })
  if (part.type === 'waiting') needs.show(turn, { type: 'status', text: part.message })
  if (part.type === 'chosen')
    needs.show(turn, { type: 'status', text: `${part.mind.model}: ${part.reason}` })
}

/** Ids of calls are the model's own words; two alike would be answered as one. */
const unlike = (calls: NewCall[]): NewCall[] =>
  calls.map((call, i) => ({
    ...call,
    id:
      call.id && i === calls.findIndex((c) => c.id === call.id)
        ? call.id
        : `call_${i + 1}_${call.id}`,
  }))

/** Runs one call, or says why not; true: the turn rests. */
const perform = async (
  needs: TurnNeeds,
  turn: Turn,
  call: Step,
  stopped: AbortSignal,
): Promise<boolean> => {
  const { rows, door } = needs
  const close = (state: Step['state'], text: string, more: Partial<Step> = {}) => {
    if (saysForeignWords(text)) needs.taint(turn, `${call.tool}: what went wrong`)
    rows.step(call.id, { state, text: text.slice(0, MOST_RESULT), ...more })
    needs.show(turn, { type: 'step' })
    return state === 'waiting'
  }
  const steps = rows.steps(turn.id)
  const against = whyNot(steps, call)
  if (against) return close('refused', against)
  rows.step(call.id, { state: 'running' })
  needs.show(turn, { type: 'step' })
  const reason = steps.filter((s) => s.round === call.round && s.kind === 'say').at(-1)?.text
  const work = door.call({
    tool: call.tool!,
    args: JSON.parse(call.args || '{}'),
    caller: turn.caller,
    context: `conversation/${turn.conversation}`,
    reason,
    patienceMs: PATIENCE_MS,
  })
  const result = await unlessStopped(work, stopped)
  // What was begun is found again at the next start.
  if (!result && stopped.reason === SERVER_ENDS) return true
  if (!result) return close('failed', 'You have stopped me; what was begun by then goes on.')
  const { id: deed, took, approval } = result
  if (approval) return close('waiting', resultText(result), { approval: approval.id, took })
  if (result.state === 'running') return close('waiting', resultText(result), { deed, took })
  const state = result.state === 'warnings' ? 'done' : result.state
  return close(state as Step['state'], resultText(result), { deed, took })
}

/** The work, or undefined as soon as it is given up; nothing is left listening afterwards. */
const unlessStopped = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> => {
  let deaf = () => {}
  const gaveUp = new Promise<undefined>((done) => {
    const hear = () => done(undefined)
    if (signal.aborted) hear()
    signal.addEventListener('abort', hear, { once: true })
    deaf = () => signal.removeEventListener('abort', hear)
  })
  try {
    return await Promise.race([work, gaveUp])
  } finally {
    deaf()
  }
}

/** What is told to the model in place of a call that makes no sense. */
const whyNot = (steps: Step[], call: Step): string | undefined => {
  const { tool = '', args = '' } = call
  const calls = steps.filter((s) => s.kind === 'call')
  const inRound = calls.filter((s) => s.round === call.round)
  if (inRound.indexOf(inRound.find((s) => s.id === call.id)!) >= MOST_CALLS)
    return `Not run: at most ${MOST_CALLS} tools at a time. Ask for what matters most.`
  if (!toolNamed(tool)) {
    const near = nearestTool(tool)
    return `There is no tool ${JSON.stringify(clean(tool).slice(0, 60))}.${near ? ` Did you mean ${near}?` : ''}`
  }
  if (!isObject(args)) return 'Not run: the arguments are no JSON object. Write them again.'
  const same = calls.filter((s) => s.id < call.id && s.tool === tool && s.args === args)
  if (same.length >= MOST_SAME)
    return 'Not run: you have asked exactly this twice already, and the answer stands above.'
  const open = calls.find((s) => s.id !== call.id && s.state === 'waiting')
  if (open && doingOf(tool) !== undefined)
    return `Not run: ${open.tool} has to come to its end first. One change at a time.`
  return undefined
}

const isObject = (raw: string): boolean => {
  try {
    const value: unknown = JSON.parse(raw || '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** For the model: the state first, so that it cannot be read as more than it is. */
const resultText = ({ state, text, data, problem }: Result): string => {
  const output =
    data && 'stdout' in data ? `\n${String(data.stdout)}${String(data.stderr ?? '')}` : ''
  const wrong = problem?.kind === 'invalid' ? mistakesOf(problem.details) : ''
  // Whoever was told what is wrong need not fetch the description that he has.
  const isForScripts = wrong !== '' && problem?.next?.startsWith('GET ')
  const next = problem?.next && !isForScripts ? `\nNext step: ${problem.next}` : ''
  return `[${state}] ${text}${output}${wrong}${next}`
}

const mistakesOf = (details: Record<string, unknown> = {}): string =>
  Object.entries(details)
    .filter(([name]) => name !== 'rule')
    .map(([name, why]) => `\n${name}: ${why}`)
    .join('')
