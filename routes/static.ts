/**
 * Files that never change under their address: the hash of the content is part of it, so a browser
 * may keep them for ever. Only what the lists name is served; a path from outside opens no file.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, gzip } from 'node:zlib'
import type { MiddlewareHandler } from 'hono'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { fonts, hudSheets, joined } from '../views/parts/sheets.ts'
import type { Env } from './needs.ts'

/** Served out of node_modules: name → the files that it is made of, in this order. */
const vendored: Record<string, string[]> = {
  // One file: with two, htmx begins before its extension has come, and no stream is opened.
  'htmx.js': ['htmx.org/dist/htmx.min.js', 'htmx.org/dist/ext/hx-sse.min.js'],
  // Loaded by terminal.js when a terminal is opened, and only then; modules, a third smaller.
  'xterm.js': ['@xterm/xterm/lib/xterm.mjs'],
  'xterm.css': ['@xterm/xterm/css/xterm.css'],
  'xterm-fit.js': ['@xterm/addon-fit/lib/addon-fit.mjs'],
  'xterm-search.js': ['@xterm/addon-search/lib/addon-search.mjs'],
  'xterm-links.js': ['@xterm/addon-web-links/lib/addon-web-links.mjs'],
}

/** What every page loads, in this order. */
// live.js only listens; it must do so before htmx begins.
export const pageScripts: string[] = [
  'hud.js',
  'list.js',
  'keys.js',
  'talk.js',
  'live.js',
  'htmx.js',
]

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

type Bytes = Uint8Array<ArrayBuffer>
type Packing = 'br' | 'gzip'
type Asset = { body: Bytes; hash: string; type: string; packed: Map<Packing, Promise<Bytes>> }
export type Assets = { url(name: string): string; find(name: string): Asset | undefined }

// What was read once stays read: the files belong to the program, not to a run of it.
const known = new Map<string, Assets>()

/** The files below `<root>/static`, the joined style sheet and the vendored ones, read once. */
export const assetsOf = (root: string): Assets => {
  const before = known.get(root)
  if (before) return before
  const files = new Map<string, Asset>()
  const url = (name: string) => paths.asset(hashed(name, files.get(name)?.hash))
  const take = (name: string, content: string | Buffer) => {
    const type = types[extname(name)]
    if (!type) return
    const body = new Uint8Array(Buffer.from(content))
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
    files.set(name, { body, hash, type, packed: new Map() })
  }
  const modules = (file: string) => readFileSync(join(root, 'node_modules', file))
  for (const [name, file] of Object.entries(fonts)) take(name, modules(file))
  for (const [name, parts] of Object.entries(vendored))
    take(name, parts.map((file) => modules(file).toString()).join('\n;'))
  const folder = join(root, 'static')
  const text = (...path: string[]) => readFileSync(join(folder, ...path), 'utf8')
  const own = existsSync(folder) ? readdirSync(folder) : []
  for (const name of own.filter((n) => extname(n)))
    take(
      name,
      extname(name) === '.css' ? joined([text(name)], url) : readFileSync(join(folder, name)),
    )
  if (own.includes('hud'))
    take(
      'hud.css',
      joined(
        hudSheets.map((name) => text('hud', name)),
        url,
      ),
    )
  const assets: Assets = { url, find: (name) => files.get(name) }
  known.set(root, assets)
  return assets
}

const hashed = (name: string, hash: string | undefined) =>
  hash ? name.replace(/(\.\w+)$/, `.${hash}$1`) : name

/** `/static/plain.3f2a91c0b7de.css`, and the same without the hash, which is asked for anew each time. */
export const staticFiles =
  (root: string): MiddlewareHandler<Env> =>
  async (c) => {
    const asked = c.req.param('file') ?? ''
    const [, name = asked, hash] = /^(.+)\.([0-9a-f]{12})(?=\.\w+$)/.exec(asked) ?? []
    const asset = assetsOf(root).find(hash ? name + extname(asked) : asked)
    if (!asset || (hash && hash !== asset.hash)) throw new Problem('not-found', 'No such file.')
    const etag = `"${asset.hash}"`
    c.header('ETag', etag)
    c.header('Cache-Control', hash ? 'public, max-age=31536000, immutable' : 'no-cache')
    c.header('Vary', 'Accept-Encoding')
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304)
    c.header('Content-Type', asset.type)
    const packing = packingFor(asset, c.req.header('accept-encoding') ?? '')
    if (!packing) return c.body(asset.body)
    c.header('Content-Encoding', packing)
    return c.body(await packed(asset, packing))
  }

/** Type is packed already. */
const packingFor = ({ type }: Asset, accepted: string): Packing | undefined => {
  if (type.startsWith('font/') || type === 'image/png') return undefined
  return (['br', 'gzip'] as const).find((p) =>
    new RegExp(`\\b${p}\\b(?!;q=0(\\.0+)?\\b)`).test(accepted),
  )
}

const pack = { br: promisify(brotliCompress), gzip: promisify(gzip) }

/** Once a file and packing, off the main thread; the files are few and small. */
const packed = (asset: Asset, packing: Packing): Promise<Bytes> => {
  const before = asset.packed.get(packing)
  if (before) return before
  const made = pack[packing](asset.body).then((body) => new Uint8Array(body))
  asset.packed.set(packing, made)
  return made
}
