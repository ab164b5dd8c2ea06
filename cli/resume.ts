/** `jarvis resume`: a person lets go of STOP, with the password of the account, on a terminal. */
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import type { Command } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit } from './io.ts'
import { callServer } from './socket.ts'

export const command: Command = {
  usage: ['[ACCOUNT]'],
  options: {},
  words: 1,
  notes: 'Asks for the password of the account; a pipe or a file will not do.',
  async run(args, io) {
    if (!io.isTTY)
      throw new Problem('forbidden', 'Only a person at a terminal may let go of STOP.', {
        next: 'Run it on a terminal, or use the button in the browser.',
      })
    const data = dataFolder(io)
    // Asked first, so that nobody types a password for a server that is not there.
    await callServer(data, 'GET', '/local/status')
    const [name] = args.words
    const password = await io.askHidden(`Password${name ? ` of ${clean(name)}` : ''}:`)
    const stop = await callServer<{ pressed: boolean }>(data, 'POST', '/local/resume', {
      ...(name && { name }),
      password,
    })
    io.out(args.values.json ? JSON.stringify(stop) : 'STOP is released.')
    return exit.ok
  },
}
