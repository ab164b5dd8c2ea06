/**
 * A stage for drawn pages: one HTML document around a body, served on loopback under the product's
 * strict policy, so that a style attribute or an inline script shows as a violation.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { html } from 'hono/html'
import type { Html } from '../../views/layout.ts'
import { sprite } from '../../views/parts/glyph.ts'
import { fonts, hudSheets, joined } from '../../views/parts/sheets.ts'
import type { Mode } from '../../views/parts/shell.ts'

const root = join(import.meta.dirname ?? '.', '..', '..')
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'"

export type Scene = { title: string; body: Html; mode?: Mode | undefined; now: number }

export const document = ({ title, body, mode, now }: Scene): Html => html`<!doctype html>
<html lang="en"${mode ? html` data-mode="${mode}"` : ''} data-now="${now}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/static/hud.css"></head>
<body>
${sprite()}${body}
<script src="/static/hud.js"></script>
</body>
</html>`

const types: Record<string, string> = {
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

const asset = (name: string): Uint8Array | string | undefined => {
  if (name === 'hud.css')
    return joined(
      hudSheets.map((file) => readFileSync(join(root, 'static', 'hud', file), 'utf8')),
      (file) => `/static/${file}`,
    )
  const vendored = fonts[name]
  if (vendored) return readFileSync(join(root, 'node_modules', vendored))
  return name === 'hud.js' || name === 'wall.css'
    ? readFileSync(join(root, 'static', name))
    : undefined
}

/** `pages` draws a page by its path; undefined = no such page. */
export const openStage = async (pages: (path: string) => string | undefined) => {
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const name = path.startsWith('/static/') ? path.slice(8) : ''
    const body = name ? asset(name) : pages(path)
    response.setHeader('Content-Security-Policy', POLICY)
    response.setHeader('Content-Type', types[extname(name)] ?? 'text/html; charset=utf-8')
    response.statusCode = body === undefined ? 404 : 200
    response.end(body ?? 'nothing here')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((done) => server.close(() => done()))
    },
  }
}
