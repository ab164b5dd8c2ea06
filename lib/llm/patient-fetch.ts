/**
 * A fetch for slow machines at home. Node's own gives up when no header comes for 300 s, and a local
 * model may read longer than that before its first one; here only the connecting has a limit, the rest
 * is watched by whoever asks. It follows no redirect, so a key never goes elsewhere.
 */
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { Readable } from 'node:stream'
import { type Clock, seconds } from '../clock.ts'

const CONNECT_MS = seconds(5)

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

export const createPatientFetch =
  (clock: Clock): Fetch =>
  (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input)
      const request = (url.protocol === 'https:' ? overHttps : overHttp)(url, {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(init.signal && { signal: init.signal }),
        // A connection that was kept may be closed by the other side at this very moment.
        agent: false,
      })
      const cancel = clock.after(CONNECT_MS, () =>
        request.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
      )
      request.on('socket', (socket) => {
        if (socket.connecting) socket.once('connect', cancel)
        else cancel()
      })
      request.once('close', cancel)
      request.on('error', (error) => {
        cancel()
        reject(error)
      })
      request.once('response', (message) => {
        const headers = new Headers()
        for (const [name, value] of Object.entries(message.headers))
          for (const one of [value ?? []].flat()) headers.append(name, one)
        const status = message.statusCode ?? 502
        const isEmpty = status === 204 || status === 205 || status === 304
        if (isEmpty) message.resume()
        const body = isEmpty ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>)
        resolve(new Response(body, { status, headers }))
      })
      request.end(typeof init.body === 'string' ? init.body : undefined)
    })
