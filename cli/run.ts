/**
 * The command line: picks the command, reads its arguments, and turns whatever goes wrong into a
 * sentence and an exit code. A command's file is loaded only when it is asked for.
 */
import { asProblem, inWords, type Problem } from '../lib/errors.ts'
import { nearest } from '../lib/nearest.ts'
import { helpOf, readArgs } from './command.ts'
import { commands } from './commands.ts'
import { exit, type Io } from './io.ts'

/** Runs one command line (without program and script) and answers the exit code. */
export const runCommand = async (argv: string[], io: Io): Promise<number> => {
  const json = argv.includes('--json')
  try {
    return await dispatch(argv, io)
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (json) io.out(JSON.stringify({ error: problemAsJson(problem) }))
    else io.err(`jarvis: ${inWords(problem)}`)
    if (problem !== thrown && io.env.JARVIS_DEBUG) io.err((thrown as Error)?.stack ?? '')
    return exitCodeOf(problem)
  }
}

const dispatch = async (argv: string[], io: Io): Promise<number> => {
  const named = argv[0] !== undefined && !argv[0].startsWith('-')
  if (!named && argv.includes('--version')) return say(io, io.version)
  if (!named && (argv.includes('--help') || argv.includes('-h'))) return say(io, overview(io))
  const name = named ? argv[0]! : 'serve'
  if (name === 'help') return say(io, overview(io))
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!entry) return unknown(name, io)
  const { command } = await entry.load()
  const rest = (named ? argv.slice(1) : argv).map((word) => (word === '-h' ? '--help' : word))
  const args = readArgs(command, rest)
  if (args.values.help) return say(io, command.help?.(args) ?? helpOf(name, entry.summary, command))
  return command.run(args, io)
}

const say = (io: Io, text: string) => {
  io.out(text)
  return exit.ok
}

const unknown = (name: string, io: Io) => {
  const near = nearest(name, Object.keys(commands))
  io.err(`jarvis: There is no command "${name}".${near ? ` Did you mean "${near}"?` : ''}`)
  io.err(`The commands are: ${Object.keys(commands).join(' ')}. More: jarvis --help`)
  return exit.wrong
}

const overview = (io: Io) => {
  const wide = Math.max(...Object.keys(commands).map((name) => name.length))
  return [
    `Jarvis ${io.version}: a command centre for a Proxmox VE cluster.`,
    '',
    'Usage: jarvis [COMMAND] [OPTIONS]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(wide)}  ${summary}`),
    '',
    'Every command knows --help and --json.',
    'Exit codes: 0 all is well · 1 trouble, or refused · 2 wrong use or configuration ·',
    '            3 nobody answers (no server on this data folder, or no cluster).',
    'Environment: JARVIS_CONFIG (jarvis.yaml) · JARVIS_DATA (data/) · JARVIS_HOST · JARVIS_PORT ·',
    '             JARVIS_LAB=1 (simulated cluster) · JARVIS_SETUP=1 (set up in the browser).',
  ].join('\n')
}

const problemAsJson = ({ kind, message, next, details }: Problem) => ({
  kind,
  message,
  next,
  details,
})

/** Which exit code a problem deserves, see `exit`. */
export const exitCodeOf = ({ kind }: Problem): number => {
  if (kind === 'invalid') return exit.wrong
  if (kind === 'unreachable' || kind === 'timeout') return exit.nobody
  return exit.trouble
}
