/** A house with models that say what a test has them say, and a talk with Jarvis in it. */
import { type LlmLab, type LlmLabOptions, startLlmLab } from '../lab/llm.ts'
import type { Chat, Shown } from '../lib/chat/chat.ts'
import type { LlmConfig } from '../lib/llm/llm.ts'
import type { Asking } from '../lib/tools/deeds.ts'
import { alice } from './cast.ts'
import { type Given, type House, openHouse, until } from './house.ts'

export type TalkHouse = House & { chat: Chat; llm: LlmLab }

/** Alice at her desk. */
export const desk: Asking = {
  kind: 'person',
  name: alice.name,
  scope: 'admin',
  from: '192.168.1.20',
}

export const modelsAt = (lab: LlmLab, change: Partial<LlmConfig> = {}): LlmConfig => ({
  claude: {
    apiKey: 'k',
    baseUrl: lab.claudeUrl,
    models: { routine: 'claude-haiku-5-5', complex: 'claude-sonnet-5-5' },
  },
  local: { url: lab.llamaUrl, loadMinutes: 5, firstMinutes: 20, pauseSeconds: 120 },
  budget: {},
  private: 'any',
  ...change,
})

type TalkGiven = Given & { script?: LlmLabOptions; llmConfig?: Partial<LlmConfig> }

export const openTalk = async ({ script, llmConfig, ...given }: TalkGiven = {}) => {
  const llm = await startLlmLab(script)
  const house = await openHouse({ models: modelsAt(llm, llmConfig), ...given })
  return Object.assign(house, {
    llm,
    async shut() {
      await house.close()
      await llm.close()
    },
  }) as TalkHouse & { shut(): Promise<void> }
}

export const said = (turn: Shown): string =>
  turn.steps
    .filter((s) => s.kind === 'say')
    .map((s) => s.text)
    .join('\n')
export const calls = (turn: Shown) => turn.steps.filter((s) => s.kind === 'call')

/** Asks, and waits until the turn is over or rests. */
export const talk = async (
  house: { chat: Chat },
  text: string,
  { caller = desk, conversation }: { caller?: Asking; conversation?: number } = {},
): Promise<Shown> => {
  const { id } = house.chat.ask({ text, caller, conversation, origin: 'web' })
  return settled(house, id)
}

export const settled = async ({ chat }: { chat: Chat }, id: number): Promise<Shown> => {
  const rests = () => !['queued', 'running'].includes(chat.turn(id)!.state)
  await until(rests)
  return chat.turn(id)!
}
