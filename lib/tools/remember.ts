/**
 * Remembers something. What a context that has read words of others wants kept, becomes an untrusted
 * observation of a day, also when a person allows it: he saw that it is said, not that it is true.
 */
import * as z from 'zod'
import type { Remembered } from '../memory/memory.ts'
import { rememberable } from '../memory/tiers.ts'
import { harmless } from '../untrusted.ts'
import { defineTool, type Found, type Hands, refusal } from './tool.ts'

const word = /^[\w.:@%+/-]{1,120}$/

export const remember = defineTool({
  name: 'remember',
  title: 'Remember something',
  description:
    'Keeps a sentence: a preference of the operator, a fact, the outcome of a deed, or an observation. A newer one of the same subject and key replaces the older.',
  topic: 'house',
  proof: 'it stands in the memory',
  idempotent: true,
  words: { noun: 'Remembering', doing: 'being remembered', afterFailure: 'See /memory.' },
  tasks: [],
  withoutQuorum: true,
  input: z.strictObject({
    text: z.string().min(1).max(1000),
    kind: z.enum(rememberable),
    about: z
      .string()
      .regex(word, 'expected a subject such as guest/303')
      .optional()
      .meta({ description: 'guest/303, node/pve …' }),
    key: z
      .string()
      .regex(word, 'expected a short word such as ip')
      .optional()
      .meta({ description: 'What of the subject, such as ip.' }),
  }),
  key: () => 'memory/new',
  find: async (hands, { text, kind, about, key }, { by, askedBy, tainted }): Promise<Found> => {
    const memory = demandMemory(hands)
    const label = `${kind === 'outcome' || kind === 'observation' ? 'an' : 'a'} ${kind}${about ? ` about ${about}` : ''}`
    const own = by.kind === 'person' && askedBy === undefined
    let done: Remembered | undefined
    return {
      label,
      targets: [],
      state: 'new',
      plan: {
        before: 'It is not remembered, or not confirmed lately.',
        calls: [`remember as ${tainted ? 'untrusted, for a day' : kind}: ${harmless(text, 400)}`],
        expected: 'It stands in the memory.',
        undo: 'forget',
      },
      whyNot: undefined,
      async run() {
        const source = askedBy ?? by.name
        const confidence = own ? 1 : 0.8
        done = memory.remember({ tier: kind, text, about, key, source, confidence, tainted }, by)
        return { outcome: Promise.resolve({ result: 'ok' }) }
      },
      async readBack() {
        if (!done) return { asExpected: false, text: 'It is not in the memory.' }
        const { id, tier } = memory.find(done.entry.id)
        const was = done.was === 'known' ? ' It was known already.' : ''
        const data = { id, tier, was: done.was, replaced: done.replaced?.id ?? null }
        return {
          asExpected: true,
          text: `It is number ${id} in the memory, as ${tier}.${was}`,
          data,
        }
      },
    }
  },
})

export const demandMemory = ({ memory }: Hands): NonNullable<Hands['memory']> => {
  if (memory) return memory
  throw refusal('memory', 'conflict', 'This server has no memory.')
}
