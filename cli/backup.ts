/** `jarvis backup FILE`: a consistent copy of the database, whether a server runs or not. */
import { resolve } from 'node:path'
import { Problem } from '../lib/errors.ts'
import type { Command } from './command.ts'
import { exit } from './io.ts'
import { withKeeper } from './keeper.ts'

export const command: Command = {
  usage: ['FILE'],
  options: {},
  words: 1,
  notes: 'The copy holds password hashes: keep it as safe as the data folder. FILE must not exist.',
  async run(args, io) {
    const [word] = args.words
    if (!word) throw new Problem('invalid', 'Where to? Name a new file: jarvis backup FILE.')
    const file = resolve(io.cwd, word)
    await withKeeper(io, 'backup', (keeper) => keeper.backup(file))
    io.out(args.values.json ? JSON.stringify({ file }) : `Written: ${file}`)
    return exit.ok
  },
}
