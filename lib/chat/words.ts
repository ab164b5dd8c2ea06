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
