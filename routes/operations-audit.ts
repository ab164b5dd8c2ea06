/** The audit trail: as a page, as data, whole, and the look at its chain. */
import { paths } from '../lib/paths.ts'
import { type Answer, back, failed, type Operation, type Parameter } from './operation.ts'
import * as shapes from './shapes-audit.ts'

const asked = (what: string, schema: object = { type: 'string' }): Parameter => ({
  in: 'query',
  what,
  schema,
})

const filters: Record<string, Parameter> = {
  who: asked('Account, token name or jarvis.'),
  what: asked('The tool or deed: guest_start, token.create.'),
  target: asked('What it was done to: guest/303.'),
  verdict: asked('run, ask or refuse.'),
  outcome: asked('How it ended: done, failed, refused.'),
  tier: asked('GREEN, YELLOW, RED or BLACK.'),
  since: asked('Not older than this.', { type: 'string', format: 'date-time' }),
  until: asked('Older than this.', { type: 'string', format: 'date-time' }),
  text: asked('Words that are in it, each from its beginning; two letters or more.'),
}

const paged: Record<string, Parameter> = {
  ...filters,
  before: asked('Only below this row: the `next` of the page before.', {
    type: 'integer',
    minimum: 1,
  }),
  limit: asked('At most so many acts; an act is what was begun with how it ended.', {
    type: 'integer',
    minimum: 1,
    maximum: 500,
    default: 50,
  }),
}

const mistakes = { 422: failed('Every mistake, by parameter.') }

const one = (
  path: string,
  what: string,
  parameters: Record<string, Parameter>,
  answer: Partial<Answer>,
): Operation => ({
  method: 'get',
  path,
  what,
  scope: 'operate',
  parameters,
  answers: { 200: { what: 'The rows.', ...answer }, ...mistakes },
})

export const auditOperations: Operation[] = [
  one(
    paths.audit(),
    'Who did what, by which right and with which end, newest first.',
    {
      ...paged,
      as: asked('The form, whatever the headers say.', {
        type: 'string',
        enum: ['html', 'text', 'json'],
      }),
    },
    { as: ['text/html', 'text/plain'], shape: shapes.auditPage },
  ),
  one(paths.auditAs('txt'), 'The same page as text.', paged, { as: ['text/plain'] }),
  one(paths.auditAs('json'), 'The same page as data.', paged, { shape: shapes.auditPage }),
  one(
    paths.auditAs('csv'),
    'Every row that fits, oldest first, as a table; cells that begin like a formula get an apostrophe.',
    filters,
    { as: ['text/csv'] },
  ),
  one(
    paths.auditAs('jsonl'),
    'Every row that fits, oldest first, an object a line. `hash` is the SHA-256 of previous, id, at and the entry as JSON with sorted keys and no spaces, with a line break between them.',
    filters,
    { as: ['application/jsonl'] },
  ),
  {
    method: 'post',
    path: paths.auditCheck(),
    what: 'Walks the whole chain of the trail and tells whether it fits, and where not.',
    scope: 'operate',
    answers: {
      200: { what: 'What was found.', shape: shapes.auditChain, as: ['text/plain'] },
      303: back,
    },
  },
]
