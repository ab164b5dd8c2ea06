/** `jarvis serve`: starts the house, says where the door is, and closes it at a signal. */

import type { Jarvis } from '../jarvis.ts'
import { type Config, loadConfig } from '../lib/config.ts'
import { createLog, type Log } from '../lib/log.ts'
import { paths } from '../lib/paths.ts'
import type { Command } from './command.ts'
import { exit, type Io } from './io.ts'

/** Long enough to flush what waits; a service manager's patience is longer. */
const STOP_WITHIN_MS = 2500

export const command: Command = {
  usage: ['[--watch]'],
  options: {
    watch: { type: 'boolean', help: 'start anew when a source changes (for development)' },
  },
  words: 0,
  notes: 'Stops within 3 s at SIGTERM or SIGINT; a second signal ends it at once.',
  async run(args, io) {
    if (args.values.watch) {
      const { serveAndWatch } = await import('./watch.ts')
      return serveAndWatch(args.values.json ? ['--json'] : [], io)
    }
    const reload = () => loadConfig({ root: io.root, env: io.env, cwd: io.cwd })
    const config = reload()
    const log = createLog(io.clock, {
      write: io.err,
      least: io.env.JARVIS_DEBUG ? 'debug' : 'info',
    })
    const stopped = untilStopped(io)
    const { startJarvis } = await import('../jarvis.ts')
    const { version, clock } = io
    const start = startJarvis({ config, log, version, clock, reload, onFatal: stopped.fatal })
    const jarvis = await Promise.race([start, stopped.again])
    if (!jarvis) return exit.trouble
    io.out(args.values.json ? JSON.stringify(readyOf(jarvis)) : readyLine(jarvis, config.mode))
    const why = await stopped.asked
    return close(jarvis, why, stopped.again, io, log)
  },
}

type Why = { signal: string } | { fatal: unknown }

/** Listens from the very start, so that a signal during the start is not lost. */
export const untilStopped = (io: Pick<Io, 'onSignal'>) => {
  let count = 0
  let fatal: (error: unknown) => void = () => {}
  let repeat: () => void = () => {}
  const again = new Promise<undefined>((done) => (repeat = () => done(undefined)))
  const asked = new Promise<Why>((done) => {
    fatal = (error) => done({ fatal: error })
    io.onSignal((signal) => {
      count += 1
      if (count === 1) done({ signal })
      else repeat()
    })
  })
  return { asked, again, fatal }
}

/** Stops within the time, or leaves what hangs behind; an impatient signal ends the wait. */
export const close = async (
  jarvis: Pick<Jarvis, 'stop'>,
  why: Why,
  again: Promise<undefined>,
  io: Pick<Io, 'clock'>,
  log: Log,
): Promise<number> => {
  const code = 'fatal' in why ? exit.trouble : exit.ok
  if ('signal' in why) log.info('serve: stopping', { signal: why.signal })
  else log.error('serve: cannot go on', { reason: String(why.fatal) })
  let cancel = () => {}
  const late = new Promise<'late'>((done) => {
    cancel = io.clock.after(STOP_WITHIN_MS, () => done('late'))
  })
  const end = await Promise.race([
    jarvis.stop().then(() => 'stopped' as const),
    late,
    again.then(() => 'impatient' as const),
  ])
  cancel()
  if (end === 'late') log.warn('serve: something would not end in time, leaving it')
  return end === 'impatient' ? exit.trouble : code
}

const readyOf = ({ url, welcomeCode, viewToken }: Jarvis) => ({
  ready: true,
  url,
  welcome: welcomeCode ? url + paths.welcome(welcomeCode) : null,
  token: viewToken ?? null,
})

const states: Record<Config['mode'], string> = {
  real: '',
  lab: ' (LAB, a simulated cluster)',
  setup: ' to be set up',
}

/** One line, so that whoever looks for it in a journal has everything at once. */
const readyLine = (jarvis: Jarvis, mode: Config['mode']): string => {
  const { url, welcome, token } = readyOf(jarvis)
  return [
    `Jarvis is ready${states[mode]}: ${url}`,
    ...(welcome ? [`first visit: ${welcome}`] : []),
    ...(token
      ? [`try: curl -H 'Authorization: Bearer ${token}' ${url}${paths.panel('guests')}`]
      : []),
  ].join('  ')
}
