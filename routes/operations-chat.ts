/** The routes of the talks. */
import { paths } from '../lib/paths.ts'
import { back, failed, type Operation, type Parameter } from './operation.ts'
import * as shapes from './shapes-chat.ts'

const id: Parameter = { in: 'path', what: 'Its number.' }
const gone = failed('There is no such talk of yours.')
const busy = failed('Eight questions are being thought about already.')
const halted = failed('STOP is pressed.')
const text = { text: 'The question, at most 64000 characters' }
const as: Parameter = {
  in: 'query',
  what: 'The form, whatever the headers say.',
  schema: { type: 'string', enum: ['html', 'text', 'json'] },
}

export const chatOperations: Operation[] = [
  {
    method: 'get',
    path: paths.chat(),
    what: 'Your talks with Jarvis, newest first.',
    scope: 'operate',
    parameters: { q: { in: 'query', what: 'Words that were said in them.' }, as },
    answers: { 200: { what: 'The talks.', as: ['text/html', 'text/plain'], shape: shapes.talks } },
  },
  {
    method: 'post',
    path: paths.chat(),
    what: 'Asks Jarvis. The answer is made on the server, whoever watches.',
    scope: 'operate',
    form: { ...text, talk: 'The talk that it belongs to; empty = a new one' },
    answers: {
      201: { what: 'It is being thought about.', shape: shapes.asked },
      303: back,
      404: gone,
      422: failed('There is no question in it.'),
      429: busy,
      503: halted,
    },
  },
  {
    method: 'get',
    path: paths.lastTalk(),
    what: 'Leads to the newest talk, or to the list where there is none.',
    scope: 'operate',
    answers: { 303: back },
  },
  {
    method: 'get',
    path: '/chat/:id',
    what: 'A talk with its turns: questions, tools, answers, what they took.',
    scope: 'operate',
    parameters: {
      id,
      before: { in: 'query', what: 'Only turns below.', schema: { type: 'integer' } },
      as,
    },
    answers: {
      200: { what: 'The talk.', as: ['text/html', 'text/plain'], shape: shapes.talk },
      404: gone,
    },
  },
  {
    method: 'post',
    path: '/chat/:id',
    what: 'Asks in this talk.',
    scope: 'operate',
    parameters: { id },
    form: text,
    answers: {
      201: { what: 'It is being thought about.', shape: shapes.asked },
      303: back,
      404: gone,
      422: failed('There is no question in it.'),
      429: busy,
      503: halted,
    },
  },
  {
    method: 'get',
    path: '/chat/:id/talk.md',
    what: 'The talk as markdown.',
    scope: 'operate',
    parameters: { id },
    answers: { 200: { what: 'The file.', as: ['text/markdown'] }, 404: gone },
  },
  {
    method: 'get',
    path: '/chat/:id/live',
    what: 'The last turn as it is being answered, for curl -N: text that grows; or server-sent events, turn (the whole turn each time, five a second at most) and end. Ends with the turn, or where a person has to decide.',
    scope: 'operate',
    parameters: {
      id,
      as: {
        in: 'query',
        what: 'text, json or html; without it as Accept says, json for text/event-stream.',
        schema: { type: 'string', enum: ['text', 'json', 'html'] },
      },
    },
    answers: {
      200: { what: 'The stream.', as: ['text/event-stream', 'text/plain'] },
      404: gone,
      429: failed('A hundred listeners are here already.'),
    },
  },
  {
    method: 'post',
    path: '/chat/:id/name',
    what: 'Gives a talk another name.',
    scope: 'operate',
    parameters: { id },
    form: { title: 'At most 120 characters' },
    answers: {
      200: { what: 'The talk.', shape: shapes.talk },
      303: back,
      404: gone,
      422: failed('A talk needs a name.'),
    },
  },
  {
    method: 'post',
    path: '/chat/:id/delete',
    what: 'Deletes a talk for good; what was done stays in the audit trail.',
    scope: 'operate',
    parameters: { id },
    answers: { 204: { what: 'It is gone.' }, 303: back, 404: gone },
  },
  {
    method: 'post',
    path: '/chat/:id/turns/:turn/stop',
    what: 'Ends an answer; what a tool has begun by then goes on.',
    scope: 'operate',
    parameters: { id, turn: { in: 'path', what: 'The number of the turn.' } },
    answers: { 200: { what: 'It ends.', shape: shapes.asked }, 303: back, 404: gone },
  },
]
