/** Puts the configuration in its place: whole or not at all, readable by its owner alone. */
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type Environment, loadConfig } from '../config.ts'
import { Problem } from '../errors.ts'

export type WriteOptions = { root: string; overwrite?: boolean }

/**
 * Checks the text as a start would, then writes it. An existing file stays unless `overwrite` is
 * said, and is kept as `FILE.before`. Throws `conflict`, or `invalid` with every mistake.
 */
export const writeConfig = (file: string, text: string, { root, overwrite }: WriteOptions) => {
  if (existsSync(file) && !overwrite)
    throw new Problem('conflict', `${file} exists already.`, {
      next: 'Say --overwrite to replace it; the old one is kept beside it.',
    })
  const fresh = `${file}.new`
  rmSync(fresh, { force: true })
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx', flush: true })
    const env: Environment = { JARVIS_CONFIG: fresh }
    loadConfig({ root, env })
    if (overwrite && existsSync(file)) {
      copyFileSync(file, `${file}.before`)
      renameSync(fresh, file)
    }
    // A link fails where a file appeared meanwhile; a rename would replace it without a word.
    else linkSync(fresh, file)
  } catch (error) {
    throw asWriteProblem(error, file)
  } finally {
    rmSync(fresh, { force: true })
  }
}

/** Throws `failed` when the file could not be written into its folder. */
export const demandWritable = (file: string): void => {
  try {
    accessSync(dirname(file), constants.W_OK | constants.X_OK)
  } catch (error) {
    throw asWriteProblem(error, file)
  }
}

const asWriteProblem = (error: unknown, file: string) => {
  if (error instanceof Problem) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown trouble'
  return new Problem('failed', `${file} cannot be written (${code}).`, {
    cause: error,
    next: 'Name another place with --file, or mend the folder’s rights.',
  })
}
