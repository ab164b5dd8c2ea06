import { alternate, atMost, helper, type Line, median, ratio } from '../frame.ts'

export const line: Line = {
  id: 9,
  name: 'render of 800 rows',
  async run({ quick, rounds }) {
    const child = helper('inside/render.ts')
    try {
      const times = quick ? 5 : 20
      const run = (road: string) => () => child.ask<number>('run', { road, times })
      const sides = { product: run('product'), plain: run('plain'), react: run('react') }
      await alternate(sides, 1)
      const ran = await alternate(sides, rounds)
      return [
        atMost(2, {
          id: '9',
          what: 'render of 800 guest rows, to plain strings',
          value: ratio(ran.product, ran.plain),
          note: `${median(ran.product).toFixed(2)} ms, plain ${median(ran.plain).toFixed(2)} ms, React ${ratio(ran.react, ran.plain).toFixed(1)} x`,
        }),
      ]
    } finally {
      await child.end()
    }
  },
}
