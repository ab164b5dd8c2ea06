/** `jarvis stop`: presses the kill switch; without a server it leaves the file that the next one finds. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { asProblem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { paths } from '../lib/paths.ts'
import { fileText } from '../lib/safety/kill-switch.ts'
import { type Command, textOf } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit } from './io.ts'
import { callServer } from './socket.ts'

type Stop = { pressed: boolean; by: string | null; reason: string | null }

const WHO = 'command line'

export const command: Command = {
  usage: ['[--reason TEXT]'],
  options: { reason: { type: 'string', value: 'TEXT', help: 'why; stands in the audit trail' } },
  words: 0,
  notes: 'The same as a file named STOP in the data folder. Let go again with: jarvis resume',
  async run(args, io) {
    const data = dataFolder(io)
    const reason = textOf(args, 'reason')
    const say = (stop: Stop, words: string) =>
      io.out(args.values.json ? JSON.stringify(stop) : words)
    try {
      const stop = await callServer<Stop>(data, 'POST', paths.stop(), reason ? { reason } : {})
      say(stop, `STOP is pressed (by ${clean(stop.by ?? '')}). Nothing acts. Let go: jarvis resume`)
    } catch (thrown) {
      if (asProblem(thrown).kind !== 'unreachable') throw thrown
      mkdirSync(data, { recursive: true, mode: 0o700 })
      const file = join(data, 'STOP')
      writeFileSync(file, fileText(WHO, reason))
      say(
        { pressed: true, by: WHO, reason: reason ?? null },
        `No server runs here; ${file} is in place, and the next one will do nothing.`,
      )
    }
    return exit.ok
  },
}
