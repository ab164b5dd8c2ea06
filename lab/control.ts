/** The lab's remote control: plain HTTP on loopback, for scripts and drills. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { asProblem, inWords } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { LabScenarios } from './scenarios.ts'

const codes: Record<string, number> = { 'not-found': 404, invalid: 400, conflict: 409 }

/** GET /lab/scenarios; POST /lab/scenarios/:name `{"on":true,"target":"agent1"}`. */
export const openControl = async (scenarios: LabScenarios, log: Log) => {
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'Content-Type': 'application/json', Connection: 'close' })
      response.end(`${JSON.stringify(body)}\n`)
    }
    try {
      // A browser on this machine must not be led here by a foreign page (DNS rebinding included).
      if (
        request.headers.origin ||
        !/^(127\.0\.0\.1|localhost):\d+$/.test(request.headers.host ?? '')
      )
        return reply(403, { error: 'The remote control of the lab does not talk to browsers.' })
      const name = /^\/lab\/scenarios\/([\w-]+)$/.exec(request.url ?? '')?.[1]
      if (request.method === 'GET' && request.url === '/lab/scenarios')
        return reply(200, scenarios.list())
      if (request.method !== 'POST' || !name)
        return reply(404, { error: 'GET /lab/scenarios, POST /lab/scenarios/:name' })
      const { on, target, settled } = await readJson(request)
      if (on === false) scenarios.off(name)
      else
        scenarios.on(name, typeof target === 'string' ? target : undefined, {
          settled: settled === true,
        })
      log.info('lab: scenario switched', { name, on: on !== false })
      reply(
        200,
        scenarios.list().find((s) => s.name === name),
      )
    } catch (thrown) {
      const problem = asProblem(thrown)
      reply(codes[problem.kind] ?? 500, { error: inWords(problem) })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const readJson = async (request: AsyncIterable<Buffer>): Promise<Record<string, unknown>> => {
  let text = ''
  for await (const part of request) {
    text += part.toString()
    if (text.length > 10_000) throw new Error('too long')
  }
  if (text.trim() === '') return {}
  const value: unknown = JSON.parse(text)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
