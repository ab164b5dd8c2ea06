/**
 * Files that never change under their address: the hash of the content is part of it, so a browser
 * may keep them for ever. Only what this list names is served; a path from outside opens no file.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import type { Env } from './needs.ts'

/** Served out of node_modules under /static/, name → file; each one is named here. */
const vendored: Record<string, string> = {}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

type Asset = { body: Uint8Array<ArrayBuffer>; hash: string; type: string }
export type Assets = { url(name: string): string; find(name: string): Asset | undefined }

// What was read once stays read: the files belong to the program, not to a run of it.
const known = new Map<string, Assets>()

/** The files below `<root>/static` and the vendored ones, read once. */
export const assetsOf = (root: string): Assets => {
  const before = known.get(root)
  if (before) return before
  const files = new Map<string, Asset>()
  const folder = join(root, 'static')
  const take = (name: string, file: string) => {
    const type = types[extname(name)]
    if (!type) return
    const body = new Uint8Array(readFileSync(file))
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
    files.set(name, { body, hash, type })
  }
  for (const name of existsSync(folder) ? readdirSync(folder) : []) take(name, join(folder, name))
  for (const [name, file] of Object.entries(vendored)) take(name, join(root, 'node_modules', file))
  const assets: Assets = {
    url: (name) => paths.asset(hashed(name, files.get(name)?.hash)),
    find: (name) => files.get(name),
  }
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
    if (c.req.header('if-none-match')?.includes(etag)) return c.body(null, 304)
    c.header('Content-Type', asset.type)
    return c.body(asset.body)
  }
