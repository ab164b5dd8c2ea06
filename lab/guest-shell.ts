/** What is said inside a guest, whoever asks: `pct exec`, `qm guest exec`, or the agent's API. */
import { type Answer, inGuest } from './place.ts'
import { runScript } from './shell-answers.ts'
import type { Guest } from './things.ts'
import { quoted } from './words.ts'
import type { World } from './world.ts'

/** One command, or `sh -c` with a script of several. */
export const guestAnswer = (words: string[], guest: Guest, world: World, input = '') => {
  const [program, flag, script] = words
  const shell = /^(?:\/bin\/)?(?:ba|da)?sh$/.test(program ?? '') && flag === '-c'
  const line = shell ? (script ?? '') : words.map(quoted).join(' ')
  const said: Answer = runScript(line, inGuest(guest, world), world, input)
  return { out: said.out ?? '', err: said.err ?? '', code: said.code ?? 0, takes: said.takes ?? 0 }
}
