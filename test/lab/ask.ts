/** A plain HTTPS client for the lab, and a clock that leaps to whatever is due next. */
import { type Agent, request } from 'node:https'
import type { Lab } from '../../lab/lab.ts'
import type { Clock } from '../../lib/clock.ts'
import { NOON } from '../clock.ts'

export type Answer = {
  status: number
  reason: string
  /** Values of a header in the order sent. */
  header: (name: string) => string[]
  text: string
  data: unknown
  message?: string
  errors?: Record<string, string>
  total?: number
}
export type How = {
  token?: { id: string; secret: string } | null
  /** Which node is asked. */
  node?: number
  form?: Record<string, string | number>
  body?: string
  headers?: Record<string, string>
  agent?: Agent
  /** Path as it is, without `/api2/json` in front. */
  raw?: boolean
}

export const ask = (lab: Lab, verb: string, path: string, how: How = {}): Promise<Answer> => {
  const { token = lab.tokens.root, node = 0, form, headers = {}, agent, raw } = how
  const [host, port] = lab.nodes[node]!.address.split(':')
  const body = form
    ? new URLSearchParams(Object.entries(form).map(([k, v]) => [k, String(v)])).toString()
    : how.body
  const sent: Record<string, string> = {
    ...(token ? { Authorization: `PVEAPIToken=${token.id}=${token.secret}` } : {}),
    ...(body !== undefined && !headers['Transfer-Encoding']
      ? { 'Content-Length': String(Buffer.byteLength(body)) }
      : {}),
    ...(form ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
    ...headers,
  }
  return new Promise((resolve, reject) => {
    const q = request({
      host: host!,
      port: Number(port),
      method: verb,
      path: raw ? path : `/api2/json${path}`,
      ca: lab.ca,
      headers: sent,
      agent: agent ?? false,
    })
    q.on('error', reject)
    q.on('response', (s) => {
      let text = ''
      s.setEncoding('utf8')
      s.on('data', (part) => (text += part))
      s.on('error', reject)
      s.on('end', () => {
        const pairs = s.rawHeaders.flatMap((h, i, all) =>
          i % 2 ? [] : [[h.toLowerCase(), all[i + 1]!] as const],
        )
        const json = s.headers['content-type']?.startsWith('application/json')
          ? JSON.parse(text)
          : {}
        resolve({
          status: s.statusCode!,
          reason: s.statusMessage ?? '',
          text,
          data: undefined,
          ...json,
          ...(typeof json.status === 'number' ? { status: s.statusCode! } : {}),
          header: (name) => pairs.filter(([k]) => k === name.toLowerCase()).map(([, v]) => v),
        })
      })
    })
    q.end(body)
  })
}

/** The rows of a list. */
export const rows = ({ data }: Answer) => data as Record<string, unknown>[]
export const fields = ({ data }: Answer) => data as Record<string, unknown>

/** Time stands still unless somebody waits; then it leaps. A day costs a millisecond. */
export const leapingClock = (start = NOON): Clock => {
  let now = start
  let serial = 0
  let pumping = false
  const timers = new Map<number, { due: number; work: () => void }>()
  const pump = () => {
    if (pumping || timers.size === 0) return
    pumping = true
    setTimeout(() => {
      pumping = false
      const next = [...timers].sort((a, b) => a[1].due - b[1].due || a[0] - b[0])[0]
      if (!next) return
      timers.delete(next[0])
      now = Math.max(now, next[1].due)
      next[1].work()
      pump()
    }, 1)
  }
  return {
    now: () => now,
    after: (ms, work) => {
      const id = ++serial
      timers.set(id, { due: now + Math.max(0, ms), work })
      pump()
      return () => void timers.delete(id)
    },
  }
}

/** Follows a task to its end and answers its exit status. */
export const outcome = async (lab: Lab, accepted: Answer, how: How = {}): Promise<string> => {
  const upid = String(accepted.data)
  const node = upid.split(':')[1]
  for (let i = 0; i < 500; i++) {
    const { exitstatus } = fields(await ask(lab, 'GET', `/nodes/${node}/tasks/${upid}/status`, how))
    if (exitstatus !== undefined) return String(exitstatus)
  }
  throw new Error(`${upid} does not end`)
}
