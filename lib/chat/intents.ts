/**
 * Answers that need no model: look-ups in the picture by a table of words and names. It knows no deeds,
 * no reasons and no advice; whatever it does not understand to the last word is left to a model, since a
 * wrong answer costs more than a question.
 */
import type { Subject } from './intents/names.ts'
import { type Reading, readingsOf } from './intents/reading.ts'
import type { World } from './intents/saying.ts'
import { type Row, table } from './intents/table.ts'
import type { Tag } from './intents/vocabulary.ts'

export type IntentAnswer = {
  /** The row of the table: `node-cpu`. */
  intent: string
  /** Markdown without a link or a tag in it; a list of events has a line for each. */
  text: string
  /** Free text of others is in it: words of Proxmox, events. */
  tainted: boolean
}

export type Intents = {
  /** Pure: the same question and world get the same answer. Undefined = not for this table. */
  answer(question: string, world: World): IntentAnswer | undefined
}

export const createIntents = (): Intents => ({
  answer(question, world) {
    const meant = new Map<string, { row: Row; subjects: Subject[]; tags: Set<Tag> }>()
    for (const reading of readingsOf(question, world.picture)) {
      const subjects = inOrder(reading.subjects)
      const row = table.find((one) => fits(one, reading, subjects))
      const key = [row?.intent, ...subjects.map((s) => s.key), kindOf(reading.tags)].join(' ')
      if (row) meant.set(key, { row, subjects, tags: reading.tags })
    }
    // Two ways to understand it are none.
    const [only, other] = meant.values()
    if (!only || other) return undefined
    const { row, subjects, tags } = only
    const text = row.say(world, subjects, kindOf(tags))
    return text === undefined
      ? undefined
      : { intent: row.intent, text, tainted: row.tainted ?? false }
  },
})

/** A node before its store. */
const inOrder = (subjects: Subject[]) => [...subjects].sort((a, b) => (a.kind < b.kind ? -1 : 1))

const fits = (row: Row, { tags }: Reading, subjects: Subject[]): boolean =>
  row.of === subjects.map((s) => s.kind).join(' ') &&
  row.needs.every((group) => group.some((tag) => tags.has(tag))) &&
  [...tags].every((tag) => row.may.has(tag))

const kindOf = (tags: Set<Tag>) =>
  tags.has('guest') || tags.has('vm') === tags.has('ct')
    ? undefined
    : tags.has('vm')
      ? 'qemu'
      : 'lxc'
