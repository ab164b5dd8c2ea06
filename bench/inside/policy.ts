/** The shell policy by itself, over the whole corpus: microseconds a line, one after the other. */
import { createShellPolicy } from '../../lib/safety/shell/policy.ts'
import { corpus, labelled } from '../../test/lib/safety/corpus.ts'
import { answering } from '../frame.ts'

const lines = [
  ...corpus('benign'),
  ...corpus('evasive'),
  ...corpus('black'),
  ...labelled('changes').map((c) => c.line),
]
const policy = createShellPolicy()

answering({
  /** Microseconds of every decision, `times` rounds. */
  decide({ times }: { times: number }) {
    const took: number[] = []
    for (let round = 0; round < times; round++)
      for (const line of lines) {
        const since = process.hrtime.bigint()
        policy.judge(line)
        took.push(Number(process.hrtime.bigint() - since) / 1000)
      }
    return took
  },
})
