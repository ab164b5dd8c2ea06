import { atMost, type Line } from '../frame.ts'
import { hangScreen, openScene } from '../wall.ts'

/** A poll each 5 s. */
const HOUR = 720
const WARM = 60

/** An hour of updates at a faster clock: what the page holds after it, to what it held after 5 min. */
export const line: Line = {
  id: 23,
  name: 'wall hour',
  async run({ quick }) {
    const scene = await openScene()
    const screen = await hangScreen(scene)
    try {
      let frames = 0
      const polls = async (count: number) => {
        for (let i = 0; i < count; i++) {
          const told = scene.poll()
          if (told) frames += 1
          await screen.live(told)
        }
      }
      while (scene.watched() === 0) await new Promise((done) => setImmediate(done))
      await polls(WARM)
      const before = await screen.weigh()
      await polls(quick ? WARM : HOUR)
      const after = await screen.weigh()
      const note = `${frames} frames; ${Math.round(before.heap / 1024)} to ${Math.round(after.heap / 1024)} KiB`
      return [
        atMost(1.1, {
          id: '23',
          what: 'script memory of a wall page after an hour of updates, to after 5 min',
          value: after.heap / before.heap,
          note,
        }),
        atMost(1.1, {
          id: '23b',
          what: 'its nodes and listeners',
          value: (after.nodes + after.listeners) / (before.nodes + before.listeners),
          note: `${before.nodes} to ${after.nodes} nodes, ${before.listeners} to ${after.listeners} listeners`,
        }),
      ]
    } finally {
      await screen.close()
      await scene.close()
    }
  },
}
