/** How an answer is judged: each piece of it as a word of its own, and nothing that is not so. */
import { createIntents } from '../../../lib/chat/intents.ts'
import type { Scene } from './household.ts'
import { type Piece, type Question, questions } from './questions.ts'

export type Mark = {
  asks: string
  mark: 'right' | 'wrong' | 'left'
  intent: string
  text: string
  lacks: string[]
}

const flat = (text: string) => text.replace(/\u2009/g, ' ').toLowerCase()
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
const holds = (answer: string, word: string) =>
  new RegExp(
    `(?<![\\p{L}\\p{N}_-]|\\d\\.)${escaped(flat(word))}(?![\\p{L}\\p{N}_]|-\\p{L}|\\.\\d)`,
    'u',
  ).test(answer)
const any = (answer: string, piece: Piece) =>
  (typeof piece === 'string' ? [piece] : piece).some((word) => holds(answer, word))

const intents = createIntents()

export const marked = ({ asks, right }: Question, scene: Scene): Mark => {
  const answer = intents.answer(asks, scene)
  const { intent = '', text = '' } = answer ?? {}
  if (!answer) return { asks, mark: 'left', intent, text, lacks: [] }
  if (!right) return { asks, mark: 'wrong', intent, text, lacks: ['to be left to a model'] }
  const { has, not = [] } = right(scene)
  const lacks = [
    ...has.filter((piece) => !any(flat(text), piece)).map(String),
    ...not.filter((word) => holds(flat(text), word)).map((word) => `not ${word}`),
  ]
  return { asks, mark: lacks.length > 0 ? 'wrong' : 'right', intent, text, lacks }
}

/** Right answers of the hundred, less two for each wrong one. */
export const scored = (scene: Scene) => {
  const marks = questions.map((question) => marked(question, scene))
  const count = (mark: Mark['mark']) => marks.filter((m) => m.mark === mark).length
  return {
    marks,
    right: count('right'),
    wrong: count('wrong'),
    score: count('right') - 2 * count('wrong'),
  }
}
