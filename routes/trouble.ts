/** For forms: trouble that a person can mend goes back onto his page instead of to an error page. */
import { Problem, type ProblemKind } from '../lib/errors.ts'

const mendable = new Set<ProblemKind>(['unauthorized', 'invalid', 'conflict', 'busy', 'not-found'])

export type Tried<T> = { value: T; problem?: undefined } | { problem: Problem }

/** The value, or the Problem that it failed with; what is our own fault is thrown on. */
export const known = async <T>(work: Promise<T>): Promise<Tried<T>> => {
  try {
    return { value: await work }
  } catch (error) {
    if (error instanceof Problem && mendable.has(error.kind)) return { problem: error }
    throw error
  }
}
