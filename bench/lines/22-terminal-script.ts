import { brotliCompressSync as brotli, constants } from 'node:zlib'
import { assetsOf, pageScripts } from '../../routes/static.ts'
import { atMost, type Line, root } from '../frame.ts'

/** As in line 21: React, Socket.IO, zustand, xterm with its add-ons and style, brotli 11. */
const SEED_BYTES = 162_889

const files = [
  'terminal.js',
  'xterm.js',
  'xterm.css',
  'xterm-fit.js',
  'xterm-search.js',
  'xterm-links.js',
]

const packed = (name: string): number => {
  const { body } = assetsOf(root).find(name)!
  return brotli(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
}

/** What a page with an open terminal has loaded, the scripts of every page included. */
export const line: Line = {
  id: 22,
  name: 'script of the terminal',
  run: async () => {
    const each = [...pageScripts, ...files].map((name) => ({ name, bytes: packed(name) }))
    const bytes = each.reduce((sum, one) => sum + one.bytes, 0)
    const told = each
      .filter(({ name }) => files.includes(name))
      .map((one) => `${one.name} ${(one.bytes / 1000).toFixed(1)} kB`)
    return [
      atMost(0.75, {
        id: '22',
        what: "script with a terminal open, brotli, to the seed's stack",
        value: bytes / SEED_BYTES,
        note: `${(bytes / 1000).toFixed(1)} kB: ${told.join(', ')}`,
      }),
    ]
  },
}
