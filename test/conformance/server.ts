/**
 * The tools, resources and prompts that the official suite calls by name, in a server that speaks over
 * our sessions and our site. Each is as the suite's own description of its scenario wants it.
 */
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import * as t from '@modelcontextprotocol/sdk/types.js'
import { sleep, systemClock } from '../../lib/clock.ts'

const text = (words: string) => ({ type: 'text' as const, text: words })
/** One red pixel, and a silence of no length. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA='
const image = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
const embedded = (uri: string, mimeType: string, words: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: words },
})

type Extra = Parameters<Parameters<Server['setRequestHandler']>[1]>[1]
type Content = t.CallToolResult['content']
type Use = (args: Record<string, unknown>, extra: Extra, server: Server) => Promise<Content>

const wait = (ms: number) => sleep(systemClock, ms)

const asking =
  (properties: Record<string, unknown>, required?: string[]): Use =>
  async ({ message = 'Please answer.' }, extra) => {
    const { action, content } = await extra.sendRequest(
      {
        method: 'elicitation/create',
        params: {
          message: String(message),
          requestedSchema: { type: 'object', properties, ...(required && { required }) },
        },
      } as t.ServerRequest,
      t.ElicitResultSchema,
    )
    return [text(`Elicitation completed: action=${action}, content=${JSON.stringify(content)}`)]
  }

const titled = (...words: string[]) =>
  words.map((title, i) => ({ const: `value${i + 1}`, title: `${title}` }))

const tools: Record<string, Use> = {
  test_simple_text: async () => [text('This is a simple text response for testing.')],
  test_image_content: async () => [image],
  test_audio_content: async () => [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }],
  test_embedded_resource: async () => [
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ],
  test_multiple_content_types: async () => [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ],
  async test_tool_with_logging(_args, extra) {
    for (const data of ['started', 'processing data', 'completed']) {
      await extra.sendNotification({
        method: 'notifications/message',
        params: { level: 'info', data: `Tool execution ${data}` },
      } as t.ServerNotification)
      await wait(50)
    }
    return [text('Logged three times.')]
  },
  async test_tool_with_progress(_args, extra) {
    const progressToken = extra._meta?.progressToken
    for (const progress of [0, 50, 100]) {
      if (progressToken !== undefined)
        await extra.sendNotification({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100 },
        } as t.ServerNotification)
      await wait(50)
    }
    return [text('Done in three steps.')]
  },
  test_error_handling: async () => {
    throw new Error('This tool intentionally returns an error for testing')
  },
  async test_sampling({ prompt }, extra) {
    const { content } = await extra.sendRequest(
      {
        method: 'sampling/createMessage',
        params: {
          messages: [{ role: 'user', content: text(String(prompt)) }],
          maxTokens: 100,
        },
      } as t.ServerRequest,
      t.CreateMessageResultSchema,
    )
    return [text(`LLM response: ${content.type === 'text' ? content.text : content.type}`)]
  },
  test_elicitation: asking(
    {
      username: { type: 'string', description: "User's response" },
      email: { type: 'string', description: "User's email address" },
    },
    ['username', 'email'],
  ),
  test_elicitation_sep1034_defaults: asking({
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  }),
  test_elicitation_sep1330_enums: asking({
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: {
      type: 'string',
      oneOf: titled('First Option', 'Second Option', 'Third Option'),
    },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: {
      type: 'array',
      items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    },
    titledMulti: {
      type: 'array',
      items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') },
    },
  }),
  async test_reconnection(_args, extra) {
    // Cuts the line in the middle of the call; the answer is heard when the client comes again.
    extra.closeSSEStream?.()
    await wait(100)
    return [text('Reconnection test completed')]
  },
}

const inputOf: Record<string, object> = {
  test_sampling: { properties: { prompt: { type: 'string' } }, required: ['prompt'] },
  test_elicitation: { properties: { message: { type: 'string' } }, required: ['message'] },
}

const described = [
  ...Object.keys(tools).map((name) => ({
    name,
    description: `Of the conformance suite: ${name}`,
    inputSchema: { type: 'object' as const, ...inputOf[name] },
  })),
  {
    name: 'json_schema_2020_12_tool',
    description: 'Tool with JSON Schema 2020-12 features',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object' as const,
      $defs: {
        address: {
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
  },
]

type Prompt = {
  arguments?: { name: string; description: string; required: boolean }[]
  messages(args: Record<string, string>): t.PromptMessage[]
}
const user = (content: t.PromptMessage['content']): t.PromptMessage => ({ role: 'user', content })
const argument = (name: string) => ({ name, description: name, required: true })

const prompts: Record<string, Prompt> = {
  test_simple_prompt: { messages: () => [user(text('This is a simple prompt for testing.'))] },
  test_prompt_with_arguments: {
    arguments: [argument('arg1'), argument('arg2')],
    messages: ({ arg1, arg2 }) => [
      user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
    ],
  },
  test_prompt_with_embedded_resource: {
    arguments: [argument('resourceUri')],
    messages: ({ resourceUri = '' }) => [
      user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.')),
    ],
  },
  test_prompt_with_image: {
    messages: () => [user(image), user(text('Please analyze the image above.'))],
  },
}

const read = (uri: string): t.ReadResourceResult['contents'][number] => {
  if (uri === 'test://static-text')
    return {
      uri,
      mimeType: 'text/plain',
      text: 'This is the content of the static text resource.',
    }
  if (uri === 'test://static-binary') return { uri, mimeType: 'image/png', blob: PNG }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1]
  if (id !== undefined)
    return {
      uri,
      mimeType: 'application/json',
      text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
    }
  throw Object.assign(new Error('There is no such resource.'), { code: -32_002 })
}

const resources = [
  { uri: 'test://static-text', name: 'static-text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', mimeType: 'image/png' },
  { uri: 'test://watched-resource', name: 'watched-resource', mimeType: 'text/plain' },
]

export const createSuiteServer = (): Server => {
  const server = new Server(
    { name: 'jarvis-conformance', version: '1.0.0' },
    {
      capabilities: {
        tools: {},
        resources: { subscribe: true },
        prompts: {},
        completions: {},
        logging: {},
      },
    },
  )
  server.setRequestHandler(t.ListToolsRequestSchema, () => ({ tools: described }))
  server.setRequestHandler(t.CallToolRequestSchema, async ({ params }, extra) => {
    const use = tools[params.name]
    try {
      if (!use) throw new Error(`There is no tool ${params.name}.`)
      return { content: await use(params.arguments ?? {}, extra as Extra, server) }
    } catch (thrown) {
      return { content: [text((thrown as Error).message)], isError: true }
    }
  })
  server.setRequestHandler(t.ListResourcesRequestSchema, () => ({ resources }))
  server.setRequestHandler(t.ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: 'test://template/{id}/data', name: 'template' }],
  }))
  server.setRequestHandler(t.ReadResourceRequestSchema, ({ params }) => ({
    contents: [read(params.uri)],
  }))
  server.setRequestHandler(t.SubscribeRequestSchema, () => ({}))
  server.setRequestHandler(t.UnsubscribeRequestSchema, () => ({}))
  server.setRequestHandler(t.ListPromptsRequestSchema, () => ({
    prompts: Object.entries(prompts).map(([name, p]) => ({
      name,
      description: `Of the conformance suite: ${name}`,
      arguments: p.arguments ?? [],
    })),
  }))
  server.setRequestHandler(t.GetPromptRequestSchema, ({ params }) => {
    const prompt = prompts[params.name]
    if (!prompt) throw Object.assign(new Error('There is no such prompt.'), { code: -32_602 })
    return { messages: prompt.messages(params.arguments ?? {}) }
  })
  server.setRequestHandler(t.CompleteRequestSchema, () => ({
    completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false },
  }))
  return server
}
