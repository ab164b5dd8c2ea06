/** `jarvis restore FILE`: puts a backup in place; what was there is kept beside it. */
import { join, resolve } from 'node:path'
import { restore } from '../lib/db/backup.ts'
import { lockFolder } from '../lib/db/lock.ts'
import { readMigrations } from '../lib/db/migrate.ts'
import { Problem } from '../lib/errors.ts'
import type { Command } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit } from './io.ts'

export const command: Command = {
  usage: ['FILE'],
  options: {},
  words: 1,
  notes: 'The server must be stopped. What was in place is kept beside it as jarvis.db.replaced-N.',
  async run(args, io) {
    const [word] = args.words
    if (!word) throw new Problem('invalid', 'Which backup? Name its file: jarvis restore FILE.')
    const data = dataFolder(io)
    const lock = await lockFolder(data, 'restore')
    try {
      const newest = readMigrations(join(io.root, 'migrations')).length
      const target = join(data, 'jarvis.db')
      const kept = await restore(resolve(io.cwd, word), target, newest)
      const words = `Restored: ${target}${kept ? `. What was there is kept: ${kept}` : ''}`
      io.out(args.values.json ? JSON.stringify({ restored: target, kept: kept ?? null }) : words)
    } finally {
      lock.release()
    }
    return exit.ok
  },
}
