/** Which data folder a command is about: the one that `serve` would use here. */
import { loadConfig } from '../lib/config.ts'
import type { Io } from './io.ts'

/** Throws what a broken configuration throws. */
export const dataFolder = ({ root, env, cwd }: Io): string => loadConfig({ root, env, cwd }).data
