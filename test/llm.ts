/** What tests of models share: a question, and what came of it. */
import type { LlmRequest, Part, RawPart, ToolSpec } from '../lib/llm/types.ts'

export const guestStart: ToolSpec = {
  name: 'guest_start',
  description: 'Starts a guest.',
  schema: {
    type: 'object',
    properties: { vmid: { type: 'integer' }, wait: { type: 'boolean' } },
    required: ['vmid'],
  },
}

export const question = (text = 'How are you?', more: Partial<LlmRequest> = {}): LlmRequest => ({
  system: { stable: 'You are Jarvis.', fresh: 'All is well.' },
  messages: [{ role: 'user', text }],
  tools: [],
  maxTokens: 500,
  purpose: 'chat',
  ...more,
})

type AnyPart = Part | RawPart

/** Everything that came, and the same put together. */
export const heard = async <P extends AnyPart>(stream: AsyncIterable<P>) => {
  const parts: P[] = []
  for await (const part of stream) parts.push(part)
  return summed(parts)
}

export const summed = <P extends AnyPart>(parts: P[]) => {
  const all = parts as AnyPart[]
  const of = <T extends AnyPart['type']>(type: T) =>
    all.filter((part): part is Extract<AnyPart, { type: T }> => part.type === type)
  return {
    parts,
    /** The kinds of parts in their order, texts as one. */
    order: all
      .map(({ type }) => type)
      .filter((type, i, types) => type !== 'text' || types[i - 1] !== 'text'),
    text: of('text')
      .map(({ text }) => text)
      .join(''),
    tools: of('tool'),
    usage: of('usage').at(-1)?.usage,
    usages: of('usage'),
    waiting: of('waiting').map(({ message }) => message),
    stop: of('done').at(-1)?.stop,
    failed: of('failed').at(-1),
    ends: of('done').length + of('failed').length,
  }
}

/** Until something is so; for what a real connection does in its own time. */
export const until = async (isSo: () => boolean) => {
  for (let i = 0; i < 2000 && !isSo(); i++) await new Promise((done) => setImmediate(done))
  if (!isSo()) for (let i = 0; i < 200 && !isSo(); i++) await new Promise((d) => setTimeout(d, 5))
}
