/** `/api/openapi.json`: the table of operations, written as OpenAPI 3.1. */
import * as z from 'zod'
import type { Answer, Operation } from './operation.ts'
import { operations } from './operations.ts'
import { failure } from './shapes.ts'

type Described = Record<string, Record<string, object>>

/** The whole document; made anew for each question, which is rare. */
export const describe = (version: string) => {
  const described: Described = {}
  for (const operation of operations) {
    const path = templated(operation.path)
    described[path] = { ...described[path], [operation.method]: one(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Jarvis',
      version,
      description:
        'Reads the cluster and its events. A token: ./jarvis token create --name NAME --scope view',
    },
    paths: described,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'jv_…' },
        session: { type: 'apiKey', in: 'cookie', name: 'jv_session' },
      },
      schemas: { Failure: schemaOf(failure) },
    },
  }
}

/** `/f/:panel` as `/f/{panel}`. */
const templated = (path: string) => path.replace(/:(\w+)/g, '{$1}')

const one = (o: Operation) => ({
  operationId: idOf(o),
  summary: o.what,
  'x-scope': o.scope,
  security: o.scope === 'none' ? [] : [{ token: [] }, { session: [] }],
  parameters: Object.entries(o.parameters ?? {}).map(([name, p]) => ({
    name,
    in: p.in,
    required: p.in === 'path',
    description: p.what,
    schema: p.schema ?? { type: 'string' },
  })),
  ...(o.form && { requestBody: bodyOf(o.form) }),
  responses: Object.fromEntries(
    Object.entries({ ...o.answers, ...(o.scope !== 'none' && refusals) }).map(([status, a]) => [
      status,
      answerOf(a),
    ]),
  ),
})

const refusals: Record<number, Answer> = {
  401: { what: 'Who is asking?', shape: failure },
  403: { what: 'Not allowed.', shape: failure },
}

const idOf = ({ method, path }: Operation) =>
  `${method}${path.replace(/[:/.-]+(\w)/g, (_, c: string) => c.toUpperCase()).replace(/\W/g, '') || 'Home'}`

const bodyOf = (fields: Record<string, string>) => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(fields).map(([name, what]) => [
            name,
            { type: 'string', description: what },
          ]),
        ),
      },
    },
  },
})

const answerOf = ({ what, as = [], shape }: Answer) => ({
  description: what,
  content: {
    ...Object.fromEntries(as.map((type) => [type, { schema: { type: 'string' } }])),
    ...(shape && {
      'application/json': {
        schema: shape === failure ? { $ref: '#/components/schemas/Failure' } : schemaOf(shape),
      },
    }),
  },
})

const schemaOf = (shape: z.ZodType) => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape) as Record<string, unknown>
  return schema
}
