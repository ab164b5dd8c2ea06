/** The routes of the memory. */
import { paths } from '../lib/paths.ts'
import { back, failed, type Operation, type Parameter } from './operation.ts'
import * as shapes from './shapes-memory.ts'

const id: Parameter = { in: 'path', what: 'Its number.' }
const asked: Record<string, Parameter> = {
  q: { in: 'query', what: 'Words to look for; the best comes first.' },
  tier: { in: 'query', what: 'Of this tier alone.' },
}
const noPerson = failed('Only a person before a browser does that, not a token.')
const gone = failed('I remember no such thing.')
const wrong = failed('What is wrong with the question.')

const deed = (
  path: string,
  what: string,
  refused: string,
  form?: Record<string, string>,
): Operation => ({
  method: 'post',
  path,
  what,
  scope: 'admin',
  parameters: { id },
  ...(form && { form }),
  answers: {
    200: { what: 'Done.', shape: shapes.entry },
    303: back,
    403: noPerson,
    404: gone,
    409: failed(refused),
  },
})

export const memoryOperations: Operation[] = [
  {
    method: 'get',
    path: paths.memory(),
    what: 'What is remembered: by tier as a page; all of it as text and JSON.',
    scope: 'operate',
    parameters: {
      ...asked,
      before: { in: 'query', what: 'On the page: only ids below.', schema: { type: 'integer' } },
      as: {
        in: 'query',
        what: 'The form, whatever the headers say.',
        schema: { type: 'string', enum: ['html', 'text', 'json'] },
      },
    },
    answers: {
      200: { what: 'The memory.', as: ['text/html', 'text/plain'], shape: shapes.memory },
      422: wrong,
    },
  },
  {
    method: 'post',
    path: paths.memory(),
    what: 'Tells a preference or a fact.',
    scope: 'admin',
    form: {
      tier: 'preference or fact',
      text: 'One line of at most 2000 characters',
      about: 'A subject: guest/303; may be empty',
      key: 'What of it: ip; what stood there before is replaced',
    },
    answers: {
      201: { what: 'It is remembered.', shape: shapes.entry },
      303: back,
      403: noPerson,
      409: failed('There is no room for more of these.'),
      422: failed('Every mistake, by field.'),
    },
  },
  {
    method: 'get',
    path: paths.memoryFile('md'),
    what: 'The memory as markdown: the same file that a model is given.',
    scope: 'operate',
    parameters: asked,
    answers: { 200: { what: 'The file.', as: ['text/markdown'] }, 422: wrong },
  },
  {
    method: 'get',
    path: paths.memoryFile('txt'),
    what: 'The memory as aligned text.',
    scope: 'operate',
    parameters: asked,
    answers: { 200: { what: 'One line an entry.', as: ['text/plain'] }, 422: wrong },
  },
  {
    method: 'get',
    path: paths.memoryFile('json'),
    what: 'The memory as JSON.',
    scope: 'operate',
    parameters: asked,
    answers: { 200: { what: 'The memory.', shape: shapes.memory }, 422: wrong },
  },
  {
    method: 'get',
    path: '/memory/:id',
    what: 'One entry, and what it has replaced.',
    scope: 'operate',
    parameters: { id },
    answers: {
      200: { what: 'The entry.', as: ['text/html', 'text/plain'], shape: shapes.entryPage },
      404: gone,
    },
  },
  deed('/memory/:id', 'Puts an entry right; what is not sent stays.', 'That subject has one.', {
    text: 'One line of at most 2000 characters',
    about: 'A subject: guest/303; empty = none',
    key: 'What of it: ip; empty = none',
  }),
  deed(
    '/memory/:id/pin',
    'Pins an entry: it always comes along and does not end.',
    'Others have written it; it does not stay.',
    { on: '0 = it is not pinned any more' },
  ),
  deed('/memory/:id/verify', 'It is still so.', 'It cannot be verified.'),
  deed(
    '/memory/:id/forget',
    'Forgets it; for ten minutes it can be brought back.',
    'It is pinned.',
  ),
  deed('/memory/:id/restore', 'Brings back what was forgotten.', 'Something newer stands there.'),
]
