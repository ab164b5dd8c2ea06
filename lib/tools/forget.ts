/** Forgets one thing. It is RED, since a machine that forgets on command could be talked out of anything. */
import * as z from 'zod'
import { asProblem } from '../errors.ts'
import { harmless } from '../untrusted.ts'
import { demandMemory } from './remember.ts'
import { defineTool, type Found } from './tool.ts'

export const forget = defineTool({
  name: 'forget',
  title: 'Forget something',
  description: 'Forgets one entry of the memory by its number, as memory_search tells it.',
  topic: 'house',
  proof: 'it is no longer in the memory',
  idempotent: true,
  words: { noun: 'Forgetting', doing: 'being forgotten', afterFailure: 'See /memory.' },
  tasks: [],
  withoutQuorum: true,
  input: z.strictObject({ id: z.int().min(1).meta({ description: 'Number of the entry.' }) }),
  key: ({ id }) => `memory/${id}`,
  find: async (hands, { id }, { by }): Promise<Found> => {
    const memory = demandMemory(hands)
    const { tier, text, source, madeAt, edited, pinned } = memory.find(id)
    const label = `number ${id} of the memory`
    return {
      label,
      targets: [],
      state: [id, madeAt, edited?.at ?? '', pinned?.at ?? ''].join('|'),
      plan: {
        before: `It stands there as ${tier}, told by ${harmless(source, 60)}${pinned ? `, pinned by ${harmless(pinned.by, 60)}` : ''}.`,
        calls: [`forget ${id}: ${harmless(text, 400)}`],
        expected: 'It is not in the memory.',
        undo: 'bring it back under /memory, within ten minutes',
        goes: harmless(text, 400),
        stays: 'All else that is remembered',
      },
      whyNot: undefined,
      async run() {
        memory.forget(id, by)
        return { outcome: Promise.resolve({ result: 'ok' }) }
      },
      async readBack() {
        try {
          memory.find(id)
        } catch (thrown) {
          if (asProblem(thrown).kind === 'not-found')
            return { asExpected: true, text: `${label} is forgotten.`, data: { id } }
          throw thrown
        }
        return { asExpected: false, text: `${label} still stands there.` }
      },
    }
  },
})
