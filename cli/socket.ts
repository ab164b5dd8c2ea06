/** Talks to the server that runs on a data folder, over its control socket. */
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { Problem, type ProblemKind } from '../lib/errors.ts'
import { socketOf } from './control-path.ts'

const PATIENCE_MS = 30_000

export type Answer = { status: number; body: unknown }

/**
 * One call. Throws `unreachable` when no server listens, and the server's own problem when it
 * refuses, so that a command behaves the same with and without a server.
 */
export const callServer = async <T>(
  data: string,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> => {
  const answer = await send(data, method, path, body)
  if (answer.status < 400) return answer.body as T
  throw problemOf(answer)
}

const send = (data: string, method: string, path: string, body: unknown) =>
  new Promise<Answer>((done, fail) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const call = request(
      {
        socketPath: socketOf(data),
        method,
        path,
        headers: {
          host: 'localhost',
          accept: 'application/json',
          ...(text && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          }),
        },
        timeout: PATIENCE_MS,
      },
      (response) => {
        let read = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => (read += chunk))
        response.on('end', () => done({ status: response.statusCode ?? 0, body: parsed(read) }))
        response.on('error', (cause) => fail(nobody(data, cause)))
      },
    )
    call.on('error', (cause) => fail(nobody(data, cause)))
    call.on('timeout', () =>
      call.destroy(new Problem('timeout', 'The server did not answer within 30 s.')),
    )
    call.end(text)
  })

/** `fetch` over the control socket, streams included, for clients that bring a token of their own. */
export const fetchOver =
  (data: string): typeof fetch =>
  (input, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((done, fail) => {
      const { pathname, search } = new URL(String(input))
      const text = typeof body === 'string' ? body : undefined
      const call = request(
        {
          socketPath: socketOf(data),
          method,
          path: pathname + search,
          headers: {
            ...Object.fromEntries(new Headers(headers)),
            host: 'localhost',
            ...(text !== undefined && { 'content-length': Buffer.byteLength(text) }),
          },
          ...(signal && { signal }),
        },
        (response) => {
          const { statusCode: status = 0, headers } = response
          const given = Object.entries(headers).map(([name, value]) => [name, String(value)])
          const stream = Readable.toWeb(response) as ReadableStream<Uint8Array>
          done(
            new Response(status === 204 ? null : stream, {
              status,
              headers: given as [string, string][],
            }),
          )
        },
      )
      call.on('error', (cause) => fail(nobody(data, cause)))
      call.end(text)
    })

/**
 * An answer that comes as lines of JSON, each as soon as it is there. Throws as `callServer` does, also
 * when it breaks off; an aborted signal just ends it.
 */
export async function* linesFrom<T>(
  data: string,
  method: 'GET' | 'POST',
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal } = {},
): AsyncGenerator<T> {
  const headers = { 'content-type': 'application/json' }
  const text = body === undefined ? {} : { body: JSON.stringify(body), headers }
  try {
    const asked = { method, ...text, ...(signal && { signal }) }
    const answer = await fetchOver(data)(`http://localhost${path}`, asked)
    if (answer.status >= 400)
      throw problemOf({ status: answer.status, body: parsed(await answer.text()) })
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of answer.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as T
    }
  } catch (cause) {
    if (!signal?.aborted) throw nobody(data, cause)
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Only a call that surely never arrived may be made again elsewhere. */
const nobody = (data: string, cause: unknown) => {
  if (cause instanceof Problem) return cause
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (['ENOENT', 'ECONNREFUSED', 'ENOTDIR', 'ENOTSOCK'].includes(code))
    return new Problem('unreachable', `No server runs on the data folder ${data}.`, {
      cause,
      next: 'Start one with ./jarvis serve, or name its folder with JARVIS_DATA.',
    })
  return new Problem('failed', `The server broke off (${code}).`, {
    cause,
    next: 'Whether it was done is not known; look before trying again.',
  })
}

type Refusal = {
  error?: {
    kind?: ProblemKind
    message?: string
    next?: string | null
    details?: Record<string, string>
  }
}

const problemOf = ({ status, body }: Answer): Problem => {
  const told = (body as Refusal | undefined)?.error
  if (told?.message && told.kind)
    return new Problem(told.kind, told.message, {
      ...(told.next && { next: told.next }),
      ...(told.details && { details: told.details }),
    })
  return new Problem('failed', `The server answered ${status}.`)
}
