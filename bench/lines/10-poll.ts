import { alternate, atMost, helper, type Line, median, type Result, ratio } from '../frame.ts'

const poll = async (
  id: string,
  guests: number,
  target: number,
  rounds: number,
): Promise<Result> => {
  const child = helper('inside/poll.ts', ['16', String(guests)])
  try {
    const run = (road: string) => () => child.ask<number>('run', { road })
    const sides = { cycle: run('cycle'), parse: run('parse') }
    await alternate(sides, 10)
    const ran = await alternate(sides, rounds)
    return atMost(target, {
      id,
      what: `poll cycle (parse, picture, diff, render changed) to JSON.parse, ${guests} guests`,
      value: ratio(ran.cycle, ran.parse),
      note: `${median(ran.cycle).toFixed(2)} ms, parse ${median(ran.parse).toFixed(2)} ms`,
    })
  } finally {
    await child.end()
  }
}

export const line: Line = {
  id: 10,
  name: 'poll cycle',
  run: async ({ rounds }) => [
    await poll('10', 800, 1.5, rounds),
    await poll('10b', 10_000, 1.7, rounds),
  ],
}
