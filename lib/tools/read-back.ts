/** Looking again after a deed, until it is as expected or the patience ends. */
import { type Clock, sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import type { ReadBack } from './tool.ts'

// What a node tells was seen to lag behind the end of a task by up to 1.3 s (PVE 9.2.11).
const READ_BACK_MS = 5000
const READ_EVERY_MS = 250

export type Again = {
  clock: Clock
  /** What is looked at: `How 303 homeassistant is now could not be read: …` */
  label: string
  patient: boolean
  /** Milliseconds; 5 s unless said. */
  patienceMs?: number | undefined
  everyMs?: number | undefined
}

/** The last look counts; what went wrong in looking is told as such. */
export const lookAgain = async (
  { clock, label, patient, patienceMs = READ_BACK_MS, everyMs = READ_EVERY_MS }: Again,
  look: () => Promise<ReadBack>,
): Promise<ReadBack> => {
  const until = clock.now() + (patient ? patienceMs : 0)
  for (;;) {
    const seen = await look().catch(
      (thrown): ReadBack => ({
        asExpected: false,
        text: `How ${label} is now could not be read: ${asProblem(thrown).message}`,
      }),
    )
    if (seen.asExpected || clock.now() >= until) return seen
    await sleep(clock, everyMs)
  }
}
