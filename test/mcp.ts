/** A real client of MCP over a house: the SDK's own, through the site's front door. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Scope } from '../lib/auth/auth.ts'
import type { House } from './house.ts'

type App = Pick<House['app'], 'request'>

/** Talks to the site itself; `headers` go along with every request. */
export const connectTo = async (app: App, headers: Record<string, string>) => {
  const transport = new StreamableHTTPClientTransport(new URL('http://localhost/mcp'), {
    fetch: async (url, init) => app.request(String(url), init),
    requestInit: { headers },
  })
  const client = new Client({ name: 'claude', version: '1' }, { capabilities: {} })
  await client.connect(transport as never)
  return { client, transport }
}

export const clientOf = (house: House, scope: Scope = 'operate') =>
  connectTo(house.app, { authorization: `Bearer ${house.tokenOf(scope)}` })

export type Answer = {
  isError?: boolean
  content: { type: string; text: string }[]
  structuredContent: {
    state: string
    text: string
    took: number
    data?: Record<string, unknown>
    approval?: { id: number; url: string; expires: string }
    deed?: { id: number; uri: string; url: string }
    rule?: string
    next?: string
  }
}

export const use = async (
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
  options: Parameters<Client['callTool']>[2] = {},
) => (await client.callTool({ name, arguments: args }, undefined, options)) as Answer
