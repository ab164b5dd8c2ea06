/**
 * The ways a stream reaches its reader. The best writes the shared, already framed buffer straight to
 * the socket: a third to three quarters of Socket.IO's work, where Node's own chunked writer makes
 * three writes of each update. Where there is no such socket (HTTP/2, HTTP/1.0, a pipelined
 * request) it is `outgoing.write`, and where there is no Node response at all, a web stream.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Hub, Want } from './hub.ts'
import { type Form, isForm } from './messages.ts'
import { LAST_CHUNK } from './packet.ts'
import type { Sink } from './viewer.ts'

/** The wish behind a query and its headers; a panel or form that does not exist is told by `join`. */
export const wantOf = (
  query: { panels?: string | undefined; as?: string | undefined },
  headers: { acceptEncoding?: string | undefined; lastEventId?: string | undefined },
  owner?: string,
): Want => ({
  panels: (query.panels ?? '').split(',').filter(Boolean),
  form: query.as !== undefined && isForm(query.as) ? query.as : 'html',
  gzip: takesGzip(headers.acceptEncoding ?? ''),
  lastEventId: headers.lastEventId,
  owner,
})

const takesGzip = (accepted: string) =>
  accepted.split(',').some((one) => /^\s*(x-)?gzip\s*(;\s*q=(1|0\.0*[1-9]).*)?$/i.test(one))

const headersFor = ({ form, gzip }: { form: Form; gzip: boolean }): Record<string, string> => ({
  'Content-Type': `${form === 'text' ? 'text/plain' : 'text/event-stream'}; charset=utf-8`,
  'Cache-Control': 'no-store, no-transform',
  // nginx holds an answer back until its buffer is full, unless told.
  'X-Accel-Buffering': 'no',
  Vary: 'Accept-Encoding',
  ...(gzip ? { 'Content-Encoding': 'gzip' } : {}),
})

/**
 * Streams on Node's own response; the route then answers RESPONSE_ALREADY_SENT. `extra` are the
 * headers of the house, which nobody else adds to such an answer. Throws before a byte is sent.
 */
export const streamTo = (
  hub: Pick<Hub, 'join'>,
  outgoing: ServerResponse,
  want: Want,
  extra: OutgoingHttpHeaders = {},
): void =>
  hub.join(want, () => {
    const one = outgoing.req?.httpVersionMajor === 1
    outgoing.writeHead(200, {
      ...extra,
      ...headersFor(want),
      ...(one ? { Connection: 'close' } : {}),
    })
    outgoing.flushHeaders()
    return one && outgoing.chunkedEncoding && outgoing.socket
      ? socketSink(outgoing.socket)
      : outgoingSink(outgoing)
  })

type Socket = NonNullable<ServerResponse<IncomingMessage>['socket']>

/** From here on nobody may call `outgoing.write`: the frames are ours. */
export const socketSink = (socket: Socket): Sink => ({
  // Not asked for `socket.writable` first: that getter costs a tenth of the write (2 of 15 us), and a
  // socket that has ended meanwhile only drops what comes.
  write: ({ framed }) => void socket.write(framed),
  pending: () => socket.writableLength,
  onDrain: (hear) => void socket.on('drain', hear),
  onClose(hear) {
    // The server hears it too; here it must not be the one that nobody hears.
    socket.on('error', () => {})
    closing(socket, hear)
  },
  end() {
    if (!socket.writable) return void socket.destroy()
    socket.write(LAST_CHUNK)
    // An HTTP server's sockets stay half open after `end`; not every host has `destroySoon`.
    if (typeof socket.destroySoon === 'function') socket.destroySoon()
    else socket.end()
  },
  destroy: () => void socket.destroy(),
})

export const outgoingSink = (outgoing: ServerResponse): Sink => ({
  write: ({ body }) => void (outgoing.writable && outgoing.write(body)),
  pending: () => outgoing.writableLength,
  onDrain: (hear) => void outgoing.on('drain', hear),
  onClose: (hear) => closing(outgoing, hear),
  end: () => void outgoing.end(),
  destroy: () => void outgoing.destroy(),
})

/** A reader who left before he was served has closed already: the event will not come again. */
const closing = (stream: Socket | ServerResponse, hear: () => void) => {
  if (stream.destroyed) queueMicrotask(hear)
  else stream.once('close', hear)
}

/** The stream as a web Response, for hosts that have nothing else. */
export const streamResponse = (
  hub: Pick<Hub, 'join'>,
  want: Want,
  extra: Record<string, string> = {},
) => {
  let body: ReadableStream<Uint8Array> | undefined
  hub.join(want, () => {
    const web = webSink()
    body = web.body
    return web.sink
  })
  return new Response(body ?? null, { headers: { ...extra, ...headersFor(want) } })
}

/** Counts bytes: the default strategy of a web stream counts chunks, whatever their size. */
const webSink = (): { sink: Sink; body: ReadableStream<Uint8Array> } => {
  const heard = { drain: () => {}, close: [] as (() => void)[] }
  let controller: ReadableStreamDefaultController<Uint8Array>
  let open = true
  const close = () => {
    if (!open) return
    open = false
    for (const hear of heard.close) hear()
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start(c) {
        controller = c
      },
      pull() {
        heard.drain()
      },
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1 }),
  )
  const sink: Sink = {
    write: ({ body: bytes }) => {
      if (open) controller.enqueue(bytes)
    },
    pending: () => (open ? 1 - (controller.desiredSize ?? 1) : 0),
    onDrain(hear) {
      heard.drain = hear
    },
    onClose: (hear) => void heard.close.push(hear),
    end() {
      if (open) controller.close()
      close()
    },
    destroy() {
      if (open) controller.error(new Error('The stream was let go.'))
      close()
    },
  }
  return { sink, body }
}
