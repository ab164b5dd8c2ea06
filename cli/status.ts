/** `jarvis status`: what the running server sees; 0 all well, 1 something is not, 3 no server. */
import { type Brief, briefText } from '../views/brief.ts'
import type { Command } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit } from './io.ts'
import { callServer } from './socket.ts'

export const command: Command = {
  usage: ['[--alive]'],
  options: {
    alive: { type: 'boolean', help: 'only whether the server answers; for health checks' },
  },
  words: 0,
  async run(args, io) {
    const brief = await callServer<Brief>(dataFolder(io), 'GET', '/local/status')
    if (args.values.alive) return exit.ok
    io.out(args.values.json ? JSON.stringify(brief, null, 2) : briefText(brief))
    return brief.trouble.length === 0 && brief.ageSeconds !== null ? exit.ok : exit.trouble
  },
}
