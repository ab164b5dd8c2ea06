/**
 * `jarvis mcp`: MCP on standard input and output, for clients that start a program. A wire and nothing
 * more: each message goes to the running server with a token, whose rights are all that it has.
 */
import type { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { asProblem, inWords, messageOf, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { type Args, type Command, textOf } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit, type Io } from './io.ts'
import { readSecretFile } from './secret-input.ts'
import { fetchOver } from './socket.ts'

export const command: Command = {
  usage: ['[--token-file FILE] [--url http://jarvis.home:4000]'],
  options: {
    'token-file': { type: 'string', value: 'FILE', help: 'where the token stands' },
    url: { type: 'string', value: 'URL', help: 'a server elsewhere; else the one on this machine' },
  },
  words: 0,
  notes: [
    'The token comes from --token-file, JARVIS_TOKEN_FILE or JARVIS_TOKEN; make one with',
    './jarvis token create --name NAME --scope view|operate. Standard output is for the client alone.',
  ].join('\n'),
  async run(args, io) {
    const token = tokenFor(args, io)
    const url = textOf(args, 'url')
    const server = url
      ? { url: new URL(paths.mcp(), url), fetch: globalThis.fetch }
      : { url: new URL(paths.mcp(), 'http://localhost'), fetch: fetchOver(dataFolder(io)) }
    const wire = await createWire({ ...server, token, out: (m) => io.out(JSON.stringify(m)) })
    const deaf = io.onSignal(() => void wire.close())
    try {
      await Promise.race([speak(io, wire), wire.closed])
    } finally {
      deaf()
      await wire.close()
    }
    if (!wire.fault()) return exit.ok
    throw wire.fault()
  },
}

const tokenFor = (args: Args, { env, cwd }: Io): string => {
  const file = textOf(args, 'token-file') ?? env.JARVIS_TOKEN_FILE
  const token = (file ? readSecretFile(resolveIn(cwd, file)) : (env.JARVIS_TOKEN ?? '')).trim()
  if (/^jv_\S+$/.test(token)) return token
  throw new Problem('invalid', token ? 'That is no token: jv_….' : 'A token is missing.', {
    next: 'Name its file: --token-file FILE, or JARVIS_TOKEN_FILE in the environment.',
  })
}

const resolveIn = (cwd: string, file: string) => (file.startsWith('/') ? file : `${cwd}/${file}`)

const speak = async (io: Io, wire: Wire) => {
  for await (const lines of io.lines())
    for (const line of lines) if (line.trim() !== '') await wire.hear(line)
  await wire.quiet()
}

type Wire = {
  hear(line: string): Promise<void>
  /** Everything that was asked is answered. */
  quiet(): Promise<void>
  close(): Promise<void>
  closed: Promise<void>
  /** Why it never got through, if so. */
  fault(): Problem | undefined
}

type WireNeeds = {
  url: URL
  fetch: typeof globalThis.fetch
  token: string
  out(message: unknown): void
}

type Request = JSONRPCMessage & { id: string | number; method: string }
/** Ours, so that its answer is not taken for one of the client's. */
const AGAIN = 'jarvis-again'

const createWire = async ({ url, fetch, token, out }: WireNeeds): Promise<Wire> => {
  const { StreamableHTTPClientTransport: Transport } = await import(
    '@modelcontextprotocol/sdk/client/streamableHttp.js'
  )
  const waiting = new Set<string | number>()
  let quiet = () => {}
  let closed = () => {}
  const whenClosed = new Promise<void>((done) => (closed = done))
  let opening: Request | undefined
  let fault: Problem | undefined
  let transport: StreamableHTTPClientTransport

  const answered = (id: string | number) => {
    waiting.delete(id)
    if (waiting.size === 0) quiet()
  }
  const open = async () => {
    transport = new Transport(url, {
      fetch,
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    })
    const own = transport
    let began = () => {}
    const whenBegun = new Promise<void>((done) => (began = done))
    own.onmessage = (message) => {
      const id = 'id' in message && !('method' in message) ? message.id : undefined
      if (id === opening?.id || id === AGAIN) {
        const result = 'result' in message ? message.result : undefined
        if (typeof result?.protocolVersion === 'string')
          own.setProtocolVersion(result.protocolVersion)
        began()
      }
      if (id !== AGAIN) out(message)
      if (id !== undefined && id !== AGAIN) answered(id)
    }
    await own.start()
    return { own, whenBegun }
  }
  let { own } = await open()

  /** The server was started anew: the same introduction once more, and the client notices nothing. */
  let renewal: Promise<void> | undefined
  const renew = async () => {
    await own.close()
    const next = await open()
    own = next.own
    await own.send({ ...opening!, id: AGAIN } as JSONRPCMessage)
    await next.whenBegun
    await own.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  }
  const renewed = () => {
    renewal ??= renew().finally(() => (renewal = undefined))
    return renewal
  }

  const send = async (message: JSONRPCMessage) => {
    try {
      await renewal
      await own.send(message)
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code !== 404 || !opening) throw thrown
      await renewed()
      await own.send(message)
    }
  }
  const isRequest = (m: JSONRPCMessage): m is Request => 'method' in m && 'id' in m

  return {
    async hear(line) {
      const message = parsed(line)
      if (!message) return out(rpcError(null, -32_700, 'That is no JSON.'))
      if (isRequest(message)) waiting.add(message.id)
      const isOpening = isRequest(message) && message.method === 'initialize'
      if (isOpening) opening = message
      const sent = send(message).catch((thrown: unknown) => {
        const problem = problemOf(thrown)
        if (!isRequest(message)) return
        out(rpcError(message.id, -32_000, inWords(problem)))
        answered(message.id)
        if (!isOpening) return
        fault = problem
        closed()
      })
      // Nothing may be sent before the session is there.
      if (isOpening) await sent
    },
    quiet: () =>
      waiting.size === 0 ? Promise.resolve() : new Promise<void>((done) => (quiet = done)),
    async close() {
      closed()
      await own.terminateSession().catch(() => undefined)
      await own.close().catch(() => undefined)
    },
    closed: whenClosed,
    fault: () => fault,
  }
}

const parsed = (line: string): JSONRPCMessage | undefined => {
  try {
    const message: unknown = JSON.parse(line)
    return typeof message === 'object' && message !== null ? (message as JSONRPCMessage) : undefined
  } catch {
    return undefined
  }
}

const rpcError = (id: string | number | null, code: number, message: string) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message },
})

/** The server's refusal is a JSON of ours inside of the package's sentence. */
const problemOf = (thrown: unknown): Problem => {
  const text = messageOf(thrown)
  const told = /"message":("(?:[^"\\]|\\.)*")/.exec(text)?.[1]
  const code = (thrown as { code?: unknown }).code
  if (code === 401 || code === 403 || told)
    return new Problem(code === 401 ? 'unauthorized' : 'forbidden', sentence(told) ?? text, {
      next: 'A token: ./jarvis token create --name NAME --scope view|operate',
    })
  return asProblem(thrown).kind === 'broken' ? new Problem('unreachable', text) : asProblem(thrown)
}

const sentence = (json: string | undefined) =>
  json === undefined ? undefined : (JSON.parse(json) as string)
