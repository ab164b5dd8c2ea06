/** Reading a request as pveproxy does, with all it refuses before anybody looks at the path. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from './answer.ts'

const LIMIT = 512 * 1024
const FORM = 'application/x-www-form-urlencoded'

export type Asked = {
  verb: string
  /** Below `/api2/json`, with a leading slash, still escaped. */
  path: string
  extjs: boolean
  query: URLSearchParams
}

const bare = (status: number, text: string) => new Refusal(status, text, { form: 'text' })

/** From the header alone; throws the refusal that needs no body and no login. */
export const readHead = (request: IncomingMessage): Asked => {
  const verb = request.method ?? 'GET'
  if (!['GET', 'POST', 'PUT', 'DELETE'].includes(verb))
    throw new Refusal(501, `method '${verb}' not available`, { form: 'empty' })
  if (/chunked/i.test(request.headers['transfer-encoding'] ?? ''))
    throw bare(501, 'chunked transfer encoding not supported')
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > 0 && (verb === 'GET' || verb === 'DELETE'))
    throw bare(501, `Unexpected content for method '${verb}'`)
  if (length > LIMIT) throw bare(501, 'for data too large')
  if (
    length > 0 &&
    !/^(application\/x-www-form-urlencoded|application\/json)$/.test(typeOf(request))
  )
    throw bare(506, `upload 'Content-Type '${typeOf(request)}' not implemented`)

  const url = request.url ?? '/'
  const cut = url.indexOf('?')
  const where = cut < 0 ? url : url.slice(0, cut)
  const found = /^\/+api2\/+([^/]+)(\/.*)$/.exec(where)
  if (!found) throw bare(501, 'no such uri')
  const path = found[2]!.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '')
  if (found[1] !== 'json' && found[1] !== 'extjs')
    throw bare(501, `no formatter for uri ${path}, ${found[1]}`)
  const query = new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))
  return { verb, path, extjs: found[1] === 'extjs', query }
}

// No content type means a form, whatever the body looks like.
const typeOf = (request: IncomingMessage) =>
  (request.headers['content-type'] ?? FORM).split(';')[0]!.trim().toLowerCase()

/** Query and body in one; the query wins, `_dc` is dropped, a repeated key becomes a list. */
export const readParameters = async (
  request: IncomingMessage,
  asked: Asked,
): Promise<Record<string, unknown>> => {
  const body = await bodyOf(request)
  const given =
    typeOf(request) === 'application/json' && request.headers['content-type']
      ? fromJson(body, asked.verb)
      : fromForm(new URLSearchParams(body))
  const all = { ...given, ...fromForm(asked.query) }
  delete all._dc
  return all
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > LIMIT) throw bare(501, 'for data too large')
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

const fromForm = (form: URLSearchParams): Record<string, unknown> => {
  const out: Record<string, unknown> = {}
  for (const key of new Set(form.keys())) {
    const values = form.getAll(key)
    out[key] = values.length > 1 ? values : values[0]
  }
  return out
}

// The place in the Perl source leaks into the answer on PVE 9.2.11, so it does here.
const SOURCE = 'at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line'
const fromJson = (body: string, verb: string): Record<string, unknown> => {
  if (verb === 'GET' || verb === 'DELETE') return {}
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw bare(
      500,
      `malformed JSON string, neither tag, array, object, number, string or atom, at character offset ${body.length} (before "(end of string)") ${SOURCE} 934.\n`,
    )
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bare(500, `Not a HASH reference ${SOURCE} 978.\n`)
  return { ...value }
}
