import { brotliCompressSync as brotli, constants } from 'node:zlib'
import { assetsOf, pageScripts } from '../../routes/static.ts'
import { atMost, type Line, root } from '../frame.ts'

/** React, Socket.IO, zustand, xterm with its add-ons and style: measured once, brotli 11. */
const SEED_BYTES = 162_889

const packed = (name: string): number => {
  const asset = assetsOf(root).find(name)
  if (!asset) throw new Error(`There is no ${name}.`)
  return brotli(asset.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
}

/** Every script that a page of the product loads; the wall has one of its own. */
export const line: Line = {
  id: 21,
  name: 'script of the pages',
  run: async () => {
    const each = pageScripts.map((name) => ({ name, bytes: packed(name) }))
    const bytes = each.reduce((sum, one) => sum + one.bytes, 0)
    const told = each.map((one) => `${one.name} ${(one.bytes / 1000).toFixed(1)} kB`).join(', ')
    const wall = packed('wall.js')
    return [
      atMost(0.25, {
        id: '21',
        what: "script of the HUD, brotli, to the seed's stack",
        value: bytes / SEED_BYTES,
        note: `${(bytes / 1000).toFixed(1)} kB: ${told}`,
      }),
      atMost(40_000, { id: '21b', what: 'the same in bytes', value: bytes, unit: 'B' }),
      atMost(0.1, {
        id: '21c',
        what: "script of the wall, brotli, to the seed's stack",
        value: wall / SEED_BYTES,
        note: `${wall} B`,
      }),
    ]
  },
}
