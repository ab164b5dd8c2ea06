/** How a password reaches a command: a file, a pipe, or a question that does not show what is typed. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../lib/errors.ts'
import { type Args, textOf } from './command.ts'
import type { Io } from './io.ts'

export const passwordOption = {
  'password-file': {
    type: 'string',
    value: 'FILE',
    help: 'read the password from a file (else it is asked for, or read from a pipe)',
  },
} as const

/** Never from an option: those stand in the process list. `twice` asks again, for a new password. */
export const readPassword = async (
  args: Args,
  io: Io,
  question: string,
  twice = false,
): Promise<string> => {
  const file = textOf(args, 'password-file')
  if (file) return firstLine(readSecretFile(resolve(io.cwd, file)))
  if (!io.isTTY) {
    const piped = firstLine(await io.input())
    if (piped) return piped
    throw new Problem('invalid', 'No password was given.', {
      next: 'Pipe it in, or name a file with --password-file.',
    })
  }
  const typed = await io.askHidden(question)
  if (twice && (await io.askHidden('Once more:')) !== typed)
    throw new Problem('invalid', 'The two are not the same; nothing was changed.')
  return typed
}

const firstLine = (text: string) => text.split(/\r?\n/)[0] ?? ''

export const readSecretFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code
    throw new Problem('invalid', `${file} cannot be read (${why}).`, { cause })
  }
}
