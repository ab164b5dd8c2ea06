import { OpenAI } from 'openai'
import { desk, openTalk, settled } from '../../test/chat.ts'
import { atMost, type Line, median, moment, quantile } from '../frame.ts'

const ASKS = 40

/**
 * The same model, asked the very same thing: by OpenAI's own client alone, and through a whole turn
 * (rows, memory, the cluster's summary, the choice, the client). What is between the two is ours.
 */
export const line: Line = {
  id: 27,
  name: 'first word',
  async run({ quick }) {
    const house = await openTalk({
      llmConfig: { claude: undefined },
      script: { llama: [{ text: ['Good ', 'evening.'] }], window: 16_384 },
    })
    const client = new OpenAI({
      apiKey: 'none',
      baseURL: `${house.llm.llamaUrl}/v1`,
      maxRetries: 0,
    })
    const through = async (i: number): Promise<number> => {
      const since = moment()
      const text = `please tell me in one sentence how the house is, for the time ${i}`
      const { id } = house.chat.ask({ text, caller: desk, origin: 'web' })
      const first = await new Promise<number>((done) => {
        const stop = house.chat.follow(id, ({ type }) => {
          if (type !== 'text') return
          stop()
          done(moment() - since)
        })
      })
      await settled(house, id)
      return first
    }
    const alone = async (): Promise<number> => {
      const { body } = house.llm.asked.at(-1)!
      const since = moment()
      const stream = await client.chat.completions.create(body as never)
      let first: number | undefined
      for await (const part of stream as unknown as AsyncIterable<Chunk>)
        if (part.choices[0]?.delta.content) first ??= moment() - since
      return first!
    }
    try {
      const mine: number[] = []
      const theirs: number[] = []
      // The first of each opens connections and loads the client.
      for (let i = 0; i < (quick ? 5 : ASKS) + 2; i++) {
        mine.push(await through(i))
        theirs.push(await alone())
      }
      const added = mine.slice(2).map((ms, i) => ms - theirs[i + 2]!)
      return [
        atMost(15, {
          id: '27',
          what: 'time that Jarvis adds to the first word of a local model, p50',
          unit: 'ms',
          value: median(added),
          note: `p90 ${quantile(added, 0.9).toFixed(1)} ms; alone ${median(theirs.slice(2)).toFixed(1)} ms, through ${median(mine.slice(2)).toFixed(1)} ms`,
        }),
      ]
    } finally {
      await house.shut()
    }
  },
}

type Chunk = { choices: { delta: { content?: string | null } }[] }
