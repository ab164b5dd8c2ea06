/**
 * Streams of one hub, and their owners. A stream outlives the request that was let in, so whoever reads
 * it is asked for again: at each revocation, and every 30 s.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Caller } from '../lib/auth/auth.ts'
import { seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Hub, Want } from '../lib/live/hub.ts'
import { type Form, forms, isForm } from '../lib/live/messages.ts'
import { streamResponse, streamTo, wantOf } from '../lib/live/stream.ts'
import { type Ctx, formOf } from './answer.ts'
import { houseHeaders } from './headers.ts'
import type { Needs } from './needs.ts'

export type Streams = {
  /** Opens a stream of these panels, in the form that is asked for; `onEnd` hears when it has ended. */
  open(c: Ctx, panels: string, onEnd?: () => void): Response
  /** Ends the streams of all who have lost their right. */
  check(): void
  close(): void
}

/** How often every stream's owner is asked for. */
const CHECK_MS = seconds(30)
/** Browsers open six connections to a house over HTTP/1.1, all windows together. */
const MOST_OF_A_BROWSER = 4

export const createStreams = (
  { auth, bus, clock }: Pick<Needs, 'auth' | 'bus' | 'clock'>,
  hub: Hub,
): Streams => {
  const callers = new Map<string, Caller>()
  let cancelCheck: (() => void) | undefined

  /** Whose right has ended is told so once; a later try is a plain 401. */
  const check = () => {
    cancelCheck?.()
    cancelCheck = undefined
    const open = new Set(hub.owners())
    for (const [owner, caller] of callers) {
      if (open.has(owner) && auth.holds(caller)) continue
      hub.dismiss(owner, 'logout')
      callers.delete(owner)
    }
    if (callers.size > 0) cancelCheck = clock.after(CHECK_MS, check)
  }
  const stopListening = bus?.on('token.revoked', check)

  const wantIn = (c: Ctx, panels: string): Want => {
    const caller = c.get('caller')
    const owner = caller && ownerOf(caller)
    if (owner && caller) callers.set(owner, caller)
    const headers = {
      acceptEncoding: c.req.header('accept-encoding'),
      lastEventId: c.req.header('last-event-id'),
    }
    const isBrowser = caller?.kind !== 'machine'
    return {
      ...wantOf({ panels, as: wished(c) }, headers, owner),
      ...(isBrowser && { mostOfOwner: MOST_OF_A_BROWSER }),
    }
  }

  return {
    open(c, panels, onEnd) {
      const response = streamFor(c, onEnd ? heard(hub, onEnd) : hub, wantIn(c, panels))
      cancelCheck ??= clock.after(CHECK_MS, check)
      return response
    },
    check,
    close() {
      stopListening?.()
      cancelCheck?.()
    },
  }
}

type Joinable = Pick<Hub, 'join'>

const heard = (hub: Joinable, onEnd: () => void): Joinable => ({
  join: (want, open) =>
    hub.join(want, () => {
      const sink = open()
      sink.onClose(onEnd)
      return sink
    }),
})

/** `as`, else what Accept and the client's name tell, as for the panels. */
const wished = (c: Ctx): Form => {
  const as = c.req.query('as')
  if (as !== undefined && isForm(as)) return as
  if (as !== undefined)
    throw new Problem('invalid', 'I do not know that form of a stream.', {
      next: `There are: ${forms.join(', ')}.`,
    })
  const isStream = (c.req.header('accept') ?? '').includes('text/event-stream')
  return isStream ? 'html' : formOf(c)
}

const ownerOf = ({ kind, session, token }: Caller): string | undefined =>
  session ? `session ${session.id}` : token && `${kind} ${token.id}`

/** The stream as this host can give it. */
export const streamFor = (c: Ctx, hub: Joinable, want: Want): Response => {
  const outgoing = c.env?.outgoing as ServerResponse | undefined
  if (!outgoing) return streamResponse(hub, want)
  const extra: OutgoingHttpHeaders = houseHeaders({
    https: c.get('asker').https,
    requestId: c.get('requestId'),
  })
  streamTo(hub, outgoing, want, extra)
  return RESPONSE_ALREADY_SENT
}
