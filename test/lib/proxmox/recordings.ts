/** The recorded exchanges of a real server, read from the folder that PVE_RECORDINGS names. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Said } from './server.ts'

export type Recording = {
  name: string
  request: { method: string; path: string; headers: [string, string][]; body: string | null }
  status: number
  statusText: string
  headers: [string, string][]
  bodyKind: 'json' | 'text'
  body: unknown
  rawBody?: string
}

export const readRecordings = (folder: string): Recording[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Recording, 'name'>),
    }))

/** The answer with its status line, every header as sent and the body; only the length is made to fit. */
export const bytesOf = (r: Recording): Said => {
  const plain = r.rawBody ?? (r.bodyKind === 'json' ? JSON.stringify(r.body) : String(r.body ?? ''))
  const coded = r.headers.some(([k, v]) => /^content-encoding$/i.test(k) && v === 'gzip')
  const body = coded ? gzipSync(plain) : Buffer.from(plain)
  const headers = r.headers.map(([k, v]) => [
    k,
    /^content-length$/i.test(k) ? String(body.length) : v,
  ])
  const head = headers.map(([k, v]) => `${k}: ${v}\r\n`).join('')
  const measured = headers.some(([k]) => /^content-length$/i.test(k!))
  return {
    bytes: Buffer.concat([
      Buffer.from(`HTTP/1.1 ${r.status} ${r.statusText}\r\n${head}\r\n`),
      body,
    ]),
    close: !measured || r.status >= 400,
  }
}

export const header = (r: Recording, name: string) =>
  r.request.headers.find(([k]) => k.toLowerCase() === name)?.[1]

/** A form in which a key comes twice with different texts: the client has one value a key or a list. */
const odd = new Set([
  'err-param-repeated-key',
  'err-body-json-as-form',
  'err-body-json-without-type',
])

/** Whether our client can send this very request: its methods, form bodies, tokens, known nodes. */
export const canSend = (r: Recording): boolean => {
  const { method, path, body } = r.request
  const type = header(r, 'content-type')
  const writes = method === 'POST' || method === 'PUT'
  return (
    (writes || method === 'GET' || method === 'DELETE') &&
    path.startsWith('/api2/json/') &&
    (writes || !body) &&
    (type === undefined || type === 'application/x-www-form-urlencoded') &&
    header(r, 'transfer-encoding') === undefined &&
    r.status !== 301 &&
    r.status !== 308 &&
    (/^PVEAPIToken=[^%=]+=./.test(header(r, 'authorization') ?? '') ||
      path.endsWith('/access/ticket') ||
      (header(r, 'cookie') !== undefined &&
        (!writes || header(r, 'csrfpreventiontoken') !== undefined))) &&
    !odd.has(r.name) &&
    // Names that are checked before a call: a node that is none, a UPID that is none stay at home.
    !/\/nodes\/(pve9|-bad-)\//.test(path)
  )
}
