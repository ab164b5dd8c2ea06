/** The routes for clients that speak OpenAI's language. */
import { paths } from '../lib/paths.ts'
import type { Operation } from './operation.ts'

const refused = { what: 'Refused, in the form that such clients expect: {"error": {…}}.' }

export const openAiOperations: Operation[] = [
  {
    method: 'get',
    path: paths.models(),
    what: 'The one model that there is: Jarvis.',
    scope: 'view',
    answers: { 200: { what: 'A list, as OpenAI answers it.' } },
  },
  {
    method: 'post',
    path: paths.completions(),
    what: 'Talks to Jarvis as to a model of OpenAI: `messages`, and `stream` for an answer in pieces. His tools are his own, with the rights of the token.',
    scope: 'view',
    answers: {
      200: { what: 'The answer; in pieces with `stream`.', as: ['text/event-stream'] },
      401: refused,
      422: refused,
      503: refused,
    },
  },
]
