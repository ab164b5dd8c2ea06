/** The fields of a request's body, whether a form or a script sent them: text, nothing else. */
import type { Context } from 'hono'
import { Problem } from '../lib/errors.ts'
import type { Env } from './needs.ts'

export type Fields = Record<string, string>

/** Throws `invalid` for a body that cannot be read. Files and nested values are left out. */
export const fieldsOf = async (c: Context<Env>): Promise<Fields> => {
  const isJson = /^application\/json\b/i.test(c.req.header('content-type') ?? '')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => undefined)
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Problem('invalid', 'The body of the request cannot be read.', {
      next: isJson ? 'Send one JSON object.' : 'Send a form, or JSON with its Content-Type.',
    })
  const texts = Object.entries(body).flatMap(([key, v]): [string, string][] =>
    typeof v === 'string' ? [[key, v]] : typeof v === 'number' ? [[key, String(v)]] : [],
  )
  return Object.fromEntries(texts)
}
