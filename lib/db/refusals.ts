/**
 * Told when the database refuses to store, until it stores again: a full disk and any other refusal
 * are different troubles with different words. Reads go on meanwhile.
 */
import type { Bus } from '../bus.ts'
import { inWords, messageOf, Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'

export type Refusals = {
  /** The banner's words; undefined = all is well. */
  trouble(): string | undefined
  refused(error: unknown): void
  stored(): void
}

export const createRefusals = (needs: { log: Log; bus: Pick<Bus<Events>, 'emit'> }): Refusals => {
  const { log, bus } = needs
  let words: string | undefined
  let full = false

  return {
    trouble: () => words,
    refused(error) {
      const first = words === undefined
      const isFull = error instanceof Problem && error.details?.disk === 'full'
      words = isFull
        ? `${messageOf(error)} ${UNWRITTEN}`
        : `What happens cannot be stored: ${error instanceof Problem ? inWords(error) : messageOf(error)} ${UNWRITTEN}`
      if (first) log.error('db: nothing can be stored', { reason: messageOf(error) })
      if (!isFull || full) return
      full = true
      bus.emit('disk.full', { text: messageOf(error) })
    },
    stored() {
      if (words === undefined) return
      const wasFull = full
      words = undefined
      full = false
      log.info('db: storing again')
      if (wasFull) bus.emit('disk.back', {})
    },
  }
}

const UNWRITTEN = 'What you see is true; what happens now is not written down.'
