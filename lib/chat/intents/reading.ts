/**
 * A question read in every way that its words allow: each word is a name, stands for something, or says
 * nothing. One word that is none of these, and there is no reading at all.
 */
import type { Picture } from '../../cluster/picture.ts'
import { namesOf, type Subject } from './names.ts'
import { meanings, mistyped, type Tag, wordsOf } from './vocabulary.ts'

export type Reading = { tags: Set<Tag>; subjects: Subject[] }

/** Longer questions are stories, and longer texts were piped in. */
const MOST_LETTERS = 120
const MOST_WORDS = 14
/** So many ways to read one question, or steps to find them, and it is not understood. */
const MOST_READINGS = 64
const MOST_STEPS = 4000
const LONGEST_NAME = 3

type Piece = { words: number; tag?: Tag; subject?: Subject }

/** Empty when a word is not known, or when there are too many ways. */
export const readingsOf = (question: string, picture: Picture): Reading[] => {
  const asked = question.trim()
  if (asked.length > MOST_LETTERS || asked.includes('\n')) return []
  const words = wordsOf(asked)
  if (words.length === 0 || words.length > MOST_WORDS) return []
  const ways = piecesOf(words, picture)
  const found: Reading[] = []
  let steps = 0
  const follow = (at: number, tags: Tag[], subjects: Subject[]): void => {
    if (++steps > MOST_STEPS || found.length > MOST_READINGS) return
    if (at === words.length) return void found.push({ tags: new Set(tags), subjects })
    for (const { words: taken, tag, subject } of ways[at]!)
      follow(
        at + taken,
        tag && tag !== 'fill' ? [...tags, tag] : tags,
        subject ? [...subjects, subject] : subjects,
      )
  }
  follow(0, asked.endsWith('?') ? ['ask'] : [], [])
  return steps > MOST_STEPS || found.length > MOST_READINGS ? [] : found
}

/** For each place, what may begin there. A slip is thought of only where nothing fits as it stands. */
const piecesOf = (words: string[], picture: Picture): Piece[][] => {
  const names = namesOf(picture)
  const spans = (at: number) =>
    Array.from({ length: Math.min(LONGEST_NAME, words.length - at) }, (_, i) => i + 1)
  const named = (at: number, find: (words: string[]) => Subject[]): Piece[] =>
    spans(at).flatMap((n) =>
      find(words.slice(at, at + n)).map((subject) => ({ words: n, subject })),
    )
  return words.map((word, at) => {
    const tags = meanings(word, at === words.length - 1)
    const exact = [...named(at, names.called), ...tags.map((tag) => ({ words: 1, tag }))]
    // `home asistant`: the first word is somebody else's name.
    if (exact.length > 0)
      return [...exact, ...named(at, (some) => (some.length > 1 ? names.nearly(some) : []))]
    return [...named(at, names.nearly), ...mistyped(word).map((tag) => ({ words: 1, tag }))]
  })
}
