/** Talks as text: what a question may be, how a talk is called, found and handed out. */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Conversation, Step, Turn } from './rows.ts'

const LONGEST = 64_000

/** Throws `invalid` for nothing and for too much. */
export const asked = (text: string): string => {
  const question = text.replaceAll('\0', '').trim()
  if (!question) throw new Problem('invalid', 'Ask, or tell me what to mend.')
  if (question.length > LONGEST)
    throw new Problem('invalid', `That is longer than ${LONGEST} characters.`, {
      next: 'Send the part that matters.',
    })
  return question
}

const MOST_TYPED = 1500
const MOST_TYPED_LINES = 12

/** Nobody types that much: it was copied from somewhere, and others have written it. */
export const isPasted = (question: string): boolean =>
  question.length > MOST_TYPED || question.split('\n').length > MOST_TYPED_LINES

export const titleOf = (question: string): string => {
  const line = clean(question.split('\n')[0]!).trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line || 'A talk'
}

/** Words in quotes, so that nothing in them is an operator of FTS5. */
export const matchFor = (words: string): string | undefined => {
  const found = words.match(/[\p{L}\p{N}]+/gu)?.slice(0, 12)
  return found?.map((word) => `"${word}"*`).join(' ')
}

/** The whole talk, as it is exported. */
export const markdownOf = ({ title }: Conversation, turns: (Turn & { steps: Step[] })[]): string =>
  [
    `# ${title}`,
    ...turns.flatMap(({ question, steps, why, mind, startedAt }) => [
      `## You, ${new Date(startedAt).toISOString()}\n\n${question}`,
      ...steps.map((s) =>
        s.kind === 'say' ? s.text : `- \`${s.tool}\` ${s.args ?? ''}: ${s.text || s.state}`,
      ),
      ...(why ? [`*${why}*`] : []),
      ...(mind ? [`(${mind})`] : []),
    ]),
  ].join('\n\n')

const MOST_QUESTION = 300
const MOST_ANSWER = 600
const MOST_GIST = 1600

/** What stays of a talk: questions and last words, the newest of them, so short that it can be told again. */
export const gistOf = (turns: (Turn & { steps: Step[] })[]): string => {
  const told = turns.map(({ question, steps, why }) => {
    const answer = steps.filter((s) => s.kind === 'say').at(-1)?.text ?? why ?? 'no answer'
    return `Asked: ${question.slice(0, MOST_QUESTION)}\nAnswered: ${answer.slice(0, MOST_ANSWER)}`
  })
  return told.join('\n').slice(-MOST_GIST)
}
