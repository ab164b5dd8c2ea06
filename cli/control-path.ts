/** Where the control socket of a data folder lies; the server and the command line both ask here. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the socket of a data folder is now; a folder with a long path points to a short one. */
export const socketOf = (data: string): string => {
  const pointer = pointerOf(data)
  if (existsSync(pointer)) return readFileSync(pointer, 'utf8').trim()
  return join(data, 'control.sock')
}

/** Names the real place when the folder's own path is too long for a socket. */
export const pointerOf = (data: string) => join(data, 'control.path')
