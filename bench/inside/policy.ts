/** The shell policy by itself: microseconds of every decision, one after the other. */
import { createShellPolicy } from '../../lib/safety/shell/policy.ts'
import { answering } from '../frame.ts'

const policy = createShellPolicy()

answering({
  decide({ times, lines }: { times: number; lines: string[] }) {
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
