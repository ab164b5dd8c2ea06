/** What every answer carries, so that a mistake in a page stays a mistake in that page. */
import type { Context } from 'hono'
import type { Env } from './needs.ts'

/**
 * The content security policy. `nonce` allows the one style element of a page that needs it: a page
 * sets the header itself with `c.get('nonce')`, and the guard leaves it as it is.
 */
export const contentPolicy = (nonce?: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self'${nonce ? ` 'nonce-${nonce}'` : ''}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

const PLAIN_POLICY = contentPolicy()

const ALWAYS: [string, string][] = [
  // `no-referrer` would make browsers send `Origin: null` with our own forms (Fetch standard,
  // "append a request Origin header"), and every login would look like a forgery.
  ['Referrer-Policy', 'same-origin'],
  ['X-Content-Type-Options', 'nosniff'],
  // frame-ancestors for browsers that do not know it (iOS before 10).
  ['X-Frame-Options', 'DENY'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
]

/** A year; browsers ignore it over a certificate that they do not trust (RFC 6797, 8.1). */
const HSTS = 'max-age=31536000'

type House = { https: boolean; requestId: string }

/** What every answer carries, as an object for those that write their head themselves. */
export const houseHeaders = ({ https, requestId }: House): Record<string, string> => ({
  ...Object.fromEntries(ALWAYS),
  ...(https ? { 'Strict-Transport-Security': HSTS } : {}),
  'X-Request-Id': requestId,
})

export const dress = (c: Context<Env>, { mayKeep, ...house }: House & { mayKeep: boolean }) => {
  const headers = c.res.headers
  for (const [name, value] of Object.entries(houseHeaders(house))) headers.set(name, value)
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', PLAIN_POLICY)
  if (!mayKeep) headers.set('Cache-Control', 'no-store')
}
