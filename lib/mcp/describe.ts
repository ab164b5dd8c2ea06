/**
 * A tool as MCP describes one: schemas, and hints that are true. They are for the client's dialogue
 * with its user; what may happen is decided by the door alone, which reads none of them.
 */
import type { Tool } from '../tools/tool.ts'

/** What every answer looks like; one shape for all, since a model pays for each word of it. */
const answer = {
  type: 'object',
  properties: {
    state: { enum: ['done', 'warnings', 'failed', 'refused', 'running', 'needs-approval'] },
    text: { type: 'string' },
    data: { type: 'object' },
    took: { type: 'number', description: 'seconds' },
    approval: { type: 'object' },
    deed: { type: 'object' },
    rule: { type: 'string' },
    next: { type: 'string' },
  },
  required: ['state', 'text', 'took'],
} as const

export type Described = {
  name: string
  title: string
  description: string
  inputSchema: { type: 'object'; [key: string]: unknown }
  outputSchema: typeof answer
  annotations: {
    title: string
    readOnlyHint: boolean
    destructiveHint: boolean
    idempotentHint: boolean
    openWorldHint: boolean
  }
}

/** `mayHarm`: whether it is RED by itself, or by what it is given. */
export const describe = (tool: Tool, mayHarm: boolean): Described => {
  const { name, title, description } = tool
  const looks = tool.kind === 'look'
  return {
    name,
    title,
    description,
    inputSchema: withoutDialect(tool.schema),
    outputSchema: answer,
    annotations: {
      title,
      readOnlyHint: looks,
      destructiveHint: !looks && mayHarm,
      idempotentHint: tool.kind === 'look' || tool.idempotent === true,
      openWorldHint: false,
    },
  }
}

/** MCP's own default is the dialect that the schemas are written in. */
const withoutDialect = (schema: object) => {
  const { $schema: _dialect, ...rest } = schema as Record<string, unknown>
  return { type: 'object' as const, ...rest }
}
