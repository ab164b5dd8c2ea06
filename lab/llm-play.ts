/** What both faces share: pieces of an answer, and the places where one can break. */
import type { ServerResponse } from 'node:http'
import type { Reply, ScriptedCall } from './llm.ts'

export type Place = 'before' | 'after' | 'in-call'

export const piecesOf = ({ text }: Reply): string[] => (text === undefined ? [] : [text].flat())

/** The text of a call's arguments, in two halves, as they come over the line. */
export const halvesOf = ({ args }: ScriptedCall): [string, string] => {
  const raw = typeof args === 'string' ? args : JSON.stringify(args)
  const middle = Math.ceil(raw.length / 2)
  return [raw.slice(0, middle), raw.slice(middle)]
}

/** Does the answer end at this place? If so it has been ended, in the way that was wished. */
export const endsAt = async (
  response: ServerResponse,
  { cut, hush, silent }: Reply,
  place: Place,
): Promise<boolean> => {
  if (cut === place) {
    await flushed(response)
    response.destroy()
    return true
  }
  if (hush === place) {
    response.end()
    return true
  }
  // Whoever asked has to lose patience.
  return silent === place
}

/** What was written has left this process, so that a cut comes after it and not instead of it. */
export const flushed = (response: ServerResponse) =>
  new Promise<void>((resolve) => response.write('', () => setImmediate(resolve)))

export const startStream = (response: ServerResponse, { headers }: Reply) =>
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  })

export const sendJson = (
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export const sendPage = (response: ServerResponse, page: string) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  response.end(page)
}
