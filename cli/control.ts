/**
 * The server's own door for its command line: the same site over a Unix socket in the data folder.
 * The file mode is the lock: whoever may open the socket could read the database as well.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import type { Env } from '../routes/needs.ts'
import { pointerOf, socketOf } from './control-path.ts'

// The kernel's limit is 107 bytes on Linux and 103 on macOS; beyond it bind(2) fails.
const LONGEST = 100
const TEMPORARY = 'jarvis-control-'

export type Control = { path: string; close(): Promise<void> }
export type ControlNeeds = {
  data: string
  fetch: (request: Request, env: Env['Bindings']) => Response | Promise<Response>
}

/**
 * Listens; the caller holds the data folder's lock, so a socket that is found is a dead one.
 * The socket is 0600 from its first moment on, because the umask is narrow while it is made.
 */
export const listenControl = async ({ data, fetch }: ControlNeeds): Promise<Control> => {
  sweep(data)
  const path = placeFor(data)
  const server = createServer(
    getRequestListener(
      (request, env) => fetch(request, { ...env, local: true } as Env['Bindings']),
      {
        hostname: 'localhost',
      },
    ),
  )
  await listen(server, path)
  chmodSync(path, 0o600)
  return {
    path,
    close: async () => {
      await new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      })
      sweep(data)
    },
  }
}

const placeFor = (data: string): string => {
  const path = join(data, 'control.sock')
  if (Buffer.byteLength(path) <= LONGEST) return path
  const short = join(mkdtempSync(join(tmpdir(), TEMPORARY)), 'control.sock')
  writeFileSync(pointerOf(data), `${short}\n`, { mode: 0o600 })
  return short
}

const listen = (server: Server, path: string) =>
  new Promise<void>((done, fail) => {
    const before = process.umask(0o177)
    try {
      server.once('error', fail)
      server.listen(path, () => {
        server.off('error', fail)
        done()
      })
    } finally {
      process.umask(before)
    }
  })

/** Removes what an earlier run left: the socket, and a temporary folder that is surely ours. */
const sweep = (data: string) => {
  const path = socketOf(data)
  rmSync(path, { force: true })
  const folder = dirname(path)
  if (basename(folder).startsWith(TEMPORARY)) rmSync(folder, { recursive: true, force: true })
  rmSync(pointerOf(data), { force: true })
}
