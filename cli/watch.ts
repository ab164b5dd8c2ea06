/** `serve --watch`: runs the server in a child and starts it anew when a source changes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import type { Io } from './io.ts'

const watched = ['jarvis.ts', 'cli', 'lib', 'routes', 'views', 'static', 'migrations', 'lab']
/** Editors write a file in several steps. */
const QUIET_MS = 150

/** Ends with the signal that stops it; answers the exit code. */
export const serveAndWatch = (argv: string[], io: Io): Promise<number> =>
  new Promise((done) => {
    let child: ChildProcess | undefined
    let again = true
    let cancel: (() => void) | undefined
    const start = () => {
      again = false
      child = spawn(process.execPath, [join(io.root, 'jarvis'), 'serve', ...argv], {
        stdio: 'inherit',
      })
      child.once('exit', () => {
        child = undefined
        if (again) start()
      })
    }
    const restart = () => {
      io.err('jarvis: a source changed, starting anew')
      again = true
      if (child) child.kill('SIGTERM')
      else start()
    }
    const changed = () => {
      cancel?.()
      cancel = io.clock.after(QUIET_MS, restart)
    }
    const watchers: FSWatcher[] = watched
      .map((name) => join(io.root, name))
      .filter((path) => existsSync(path))
      .map((path) => watch(path, { recursive: true }, changed))
    const forget = io.onSignal(() => {
      forget()
      cancel?.()
      for (const watcher of watchers) watcher.close()
      if (!child) return done(0)
      again = false
      child.once('exit', (code) => done(code ?? 0))
      child.kill('SIGTERM')
    })
    start()
  })
