/** `jarvis mcp` and `/mcp` of the real program, with the SDK's own client at the other end. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { use } from '../mcp.ts'
import { launch, root, run, withFolder } from './driver.ts'

const stdio = suite('jarvis mcp')

const envOf = (folder: string) => ({
  JARVIS_DATA: folder,
  JARVIS_LAB: '1',
  JARVIS_HOST: '127.0.0.1',
  JARVIS_PORT: '0',
})
const base = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }

const start = async (env: Record<string, string>) => {
  const server = launch(['serve'], env)
  const line = await server.said(/^Jarvis is ready.*$/m)
  return { server, url: /(http:\/\/[^/\s]+)/.exec(line)![1]! }
}

const tokenOf = async (env: Record<string, string>, scope: string) =>
  (await run(['token', 'create', '--name', `a ${scope}`, '--scope', scope], { env })).out

const spoken = async (env: Record<string, string>, more: Record<string, string>) => {
  const said: string[] = []
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'jarvis'), 'mcp'],
    env: { ...base, ...env, ...more },
    stderr: 'pipe',
  })
  transport.stderr?.on('data', (chunk) => void said.push(String(chunk)))
  const client = new Client({ name: 'desktop', version: '1' }, { capabilities: {} })
  return { client, transport, said }
}

stdio('over standard input and over HTTP: the same tools, with the rights of the token', () =>
  withFolder(async (folder) => {
    const env = envOf(folder)
    const { server, url } = await start(env)
    const [view, operate] = [await tokenOf(env, 'view'), await tokenOf(env, 'operate')]
    const file = join(folder, 'token')
    writeFileSync(file, `${operate}\n`)

    const { client, transport, said } = await spoken(env, { JARVIS_TOKEN_FILE: file })
    await client.connect(transport as never)
    const { tools } = await client.listTools()
    assert.ok(tools.some((t) => t.name === 'guest_start'))
    const asked = await use(client, 'guest_shutdown', { vmid: 302 })
    assert.is(asked.structuredContent.state, 'needs-approval')
    assert.match(
      asked.structuredContent.approval!.url,
      new RegExp(`^${url.replace('127.0.0.1', '[^/]+')}/approvals/`),
    )

    const web = new Client({ name: 'web', version: '1' }, { capabilities: {} })
    const wire = new StreamableHTTPClientTransport(new URL('/mcp', url), {
      requestInit: { headers: { Authorization: `Bearer ${operate}` } },
    })
    await web.connect(wire as never)
    assert.equal((await web.listTools()).tools, tools)
    await wire.terminateSession()
    await web.close()

    // The server is started anew, and the client notices nothing.
    server.process.kill('SIGTERM')
    await server.ended
    const again = await start(env)
    assert.equal((await client.listTools()).tools, tools)
    await client.close()
    assert.is(said.join(''), '')

    const looking = await spoken(env, { JARVIS_TOKEN: view })
    await looking.client.connect(looking.transport as never)
    const seen = (await looking.client.listTools()).tools
    assert.ok(seen.every((t) => t.annotations?.readOnlyHint))
    await looking.client.close()
    again.server.process.kill('SIGTERM')
    await again.server.ended
  }),
)

const hello = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'script', version: '1' },
  },
})

stdio(
  'without a token, without a server, with a wrong token: told apart, and in JSON-RPC too',
  () =>
    withFolder(async (folder) => {
      const env = envOf(folder)
      const none = await run(['mcp'], { env })
      assert.is(none.code, 2)
      assert.match(none.err, 'A token is missing')
      const alone = await run(['mcp'], { env: { ...env, JARVIS_TOKEN: 'jv_x' }, piped: hello })
      assert.is(alone.code, 3)
      assert.match(JSON.parse(alone.out).error.message, /No server runs/)

      const { server } = await start(env)
      const wrong = await run(['mcp'], { env: { ...env, JARVIS_TOKEN: 'jv_x' }, piped: hello })
      assert.is(wrong.code, 1)
      assert.match(JSON.parse(wrong.out).error.message, /not known, or no longer good/)

      const token = await tokenOf(env, 'operate')
      const ping = JSON.stringify({ jsonrpc: '2.0', id: 'p', method: 'ping' })
      const piped = [hello, 'no json', ping].join('\n')
      const script = await run(['mcp'], { env: { ...env, JARVIS_TOKEN: token }, piped })
      assert.is(script.code, 0, script.err)
      const answers = script.out.split('\n').map((line) => JSON.parse(line))
      assert.equal(
        answers.map((a) => [a.id, a.error?.code]).sort(),
        [
          [1, undefined],
          ['p', undefined],
          [null, -32_700],
        ].sort(),
      )
      server.process.kill('SIGTERM')
      await server.ended
    }),
)

stdio.run()
