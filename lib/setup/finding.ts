/** One line of the doctor's report. */
import { asProblem } from '../errors.ts'

export type Finding = {
  name: string
  /** `warn`: it works, but not all of it or not for ever. */
  state: 'ok' | 'warn' | 'bad'
  text: string
  /** The command that mends it, or what to do. */
  mend?: string | undefined
  /** The cluster refused for lack of a right. */
  refused?: true
}

export const ok = (name: string, text: string): Finding => ({ name, state: 'ok', text })
export const warn = (name: string, text: string, mend?: string): Finding => ({
  name,
  state: 'warn',
  text,
  mend,
})
export const bad = (name: string, text: string, mend?: string): Finding => ({
  name,
  state: 'bad',
  text,
  mend,
})

/** Runs a check; what it throws becomes its finding, so that one broken thing hides no other. */
export const checked = async (
  name: string,
  check: () => Finding | Finding[] | Promise<Finding | Finding[]>,
): Promise<Finding[]> => {
  try {
    return [await check()].flat()
  } catch (thrown) {
    const { kind, message, next } = asProblem(thrown)
    return [
      { ...bad(name, message, next), ...(kind === 'forbidden' && { refused: true as const }) },
    ]
  }
}
