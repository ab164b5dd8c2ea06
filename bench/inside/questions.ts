/** The hundred questions by themselves: marks, and microseconds of every answer. */
import { createIntents } from '../../lib/chat/intents.ts'
import { household, nodeOff } from '../../test/lib/chat/household.ts'
import { questions } from '../../test/lib/chat/questions.ts'
import { scored } from '../../test/lib/chat/score.ts'
import { eightHundred } from '../../test/pictures.ts'
import { answering } from '../frame.ts'

const intents = createIntents()
const large = { ...household(), picture: eightHundred() }

answering({
  marks: () => [household(), nodeOff()].map(scored),
  answer({ rounds, isLarge }: { rounds: number; isLarge: boolean }) {
    const scene = isLarge ? large : household()
    const took: number[] = []
    for (let round = 0; round < rounds; round++)
      for (const { asks } of questions) {
        const since = process.hrtime.bigint()
        intents.answer(asks, scene)
        took.push(Number(process.hrtime.bigint() - since) / 1000)
      }
    return took
  },
})
