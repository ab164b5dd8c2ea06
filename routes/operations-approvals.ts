/** The routes of decisions. Tokens read; only a person in a session opens, confirms and refuses. */
import { paths } from '../lib/paths.ts'
import { type Answer, back, failed, type Operation, page } from './operation.ts'
import * as shapes from './shapes-approvals.ts'

const id = { id: { in: 'path', what: 'The number of the request.' } } as const

const list: Record<number, Answer> = {
  200: { what: 'What waits and what has ended.', shape: shapes.approvals, as: ['text/plain'] },
}

const noPerson = failed('Not a person in a session: a token decides nothing.')

export const approvalOperations: Operation[] = [
  {
    method: 'get',
    path: paths.approvals(),
    what: 'Requests that wait for a person, oldest first, and how the others ended.',
    scope: 'view',
    answers: {
      200: { ...list[200]!, as: ['text/html', 'text/plain'] },
    },
  },
  ...(['txt', 'json'] as const).map(
    (as): Operation => ({
      method: 'get',
      path: paths.approvalsAs(as),
      what: `The same as ${as === 'txt' ? 'text' : 'JSON'}.`,
      scope: 'view',
      answers: {
        200:
          as === 'json'
            ? { what: 'The requests.', shape: shapes.approvals }
            : { what: 'The requests.', as: ['text/plain'] },
      },
    }),
  ),
  {
    method: 'get',
    path: '/approvals/:id',
    what: 'One request: what would be done, and how it ended. Nothing in it confirms anything.',
    scope: 'view',
    parameters: id,
    answers: {
      200: { what: 'The request.', shape: shapes.approval, as: ['text/html', 'text/plain'] },
      404: failed('No such request.'),
    },
  },
  {
    method: 'get',
    path: '/approvals/:id/open',
    what: 'Leads back to the closed card: opening is a POST.',
    scope: 'view',
    parameters: id,
    answers: { 303: back, 404: failed('No such request.') },
  },
  {
    method: 'post',
    path: '/approvals/:id/open',
    what: 'Judges a request anew and answers the armed card, good for two minutes in this session.',
    scope: 'operate',
    parameters: id,
    form: { typed: 'What was typed already, kept' },
    answers: {
      200: page('The card.'),
      403: noPerson,
      404: failed('No such request.'),
      409: page('It is over, or cannot be done now.'),
    },
  },
  {
    method: 'post',
    path: '/approvals/:id/confirm',
    what: 'Carries out what the armed card tells, once.',
    scope: 'operate',
    parameters: id,
    form: { nonce: 'Of the card', hash: 'Of the card', typed: 'The number that it asks for' },
    answers: {
      303: back,
      403: noPerson,
      404: failed('No such request.'),
      409: page('Too late, used, changed since, or graver than it was.'),
      422: page('The number is another one.'),
    },
  },
  {
    method: 'post',
    path: '/approvals/:id/deny',
    what: 'Refuses a request.',
    scope: 'operate',
    parameters: id,
    answers: {
      303: back,
      403: noPerson,
      404: failed('No such request.'),
      409: page('It is over.'),
    },
  },
]
