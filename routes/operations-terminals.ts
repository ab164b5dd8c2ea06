/** The routes of terminals. */
import { paths } from '../lib/paths.ts'
import { type Answer, back, failed, type Operation, type Parameter } from './operation.ts'
import * as shapes from './shapes-terminals.ts'

const id: Parameter = { in: 'path', what: 'Its id.' }
const noPerson = failed('Only a person before a browser does that, not a token.')
const gone = failed('There is no such terminal, or it has ended.')
const page = (what: string, shape: Answer['shape']): Answer => ({
  what,
  as: ['text/html', 'text/plain'],
  ...(shape && { shape }),
})

export const terminalOperations: Operation[] = [
  {
    method: 'get',
    path: paths.terminals(),
    what: 'The terminals that are open, and where one can be opened.',
    scope: 'admin',
    parameters: {
      at: { in: 'query', what: 'A target: guest/303. Leads to the one that is open there.' },
    },
    answers: { 200: page('The list.', shapes.terminals), 303: back },
  },
  {
    method: 'post',
    path: paths.terminals(),
    what: 'Opens a terminal; its shell starts when somebody looks.',
    scope: 'admin',
    form: { target: 'node/pve, guest/303, host/nas', name: 'What its tab says' },
    answers: {
      201: { what: 'It is open.', shape: shapes.terminal },
      303: back,
      403: noPerson,
      404: failed('There is no such place; the answer names the nearest.'),
      409: failed('It is off.'),
    },
  },
  {
    method: 'post',
    path: paths.tmuxInstall(),
    what: 'Installs tmux on a node, by the tool tmux_install.',
    scope: 'admin',
    form: { node: 'Its name', next: 'A path of this site to come back to' },
    answers: {
      200: { what: 'Done, and read back.', shape: shapes.installed },
      303: back,
      403: noPerson,
      503: failed('STOP is pressed.'),
    },
  },
  {
    method: 'get',
    path: '/terminals/:id',
    what: 'One terminal: the live screen as a page; with the suffix .txt its text and what has scrolled away.',
    scope: 'admin',
    parameters: { id, mode: { in: 'query', what: 'watch: only look.' } },
    answers: { 200: page('The terminal.', shapes.terminal), 404: gone },
  },
  {
    method: 'get',
    path: '/terminals/:id/screen',
    what: 'Its screen as text in a page for any browser since 2012: follows by its script, loads anew every 5 s without.',
    scope: 'admin',
    parameters: { id, part: { in: 'query', what: 'screen: the frame alone.' } },
    answers: { 200: { what: 'The screen.', as: ['text/html'] }, 404: gone },
  },
  {
    method: 'get',
    path: '/terminals/:id/live',
    what: 'Its screen as text, as a stream: first as it is, then each time that it has changed. Ends with the terminal.',
    scope: 'admin',
    parameters: {
      id,
      as: { in: 'query', what: 'text for curl -N, json or wall as server-sent events.' },
    },
    answers: {
      200: { what: 'The stream.', as: ['text/event-stream', 'text/plain'] },
      404: gone,
      503: failed('Too many streams are open.'),
    },
  },
  {
    method: 'post',
    path: '/terminals/:id/ticket',
    what: 'A word that opens its WebSocket, once, within 30 s, for this session only.',
    scope: 'admin',
    parameters: { id },
    form: { mode: 'work or watch' },
    answers: {
      200: { what: 'The ticket.', shape: shapes.ticket },
      403: noPerson,
      404: gone,
    },
  },
  {
    method: 'post',
    path: '/terminals/:id/name',
    what: 'Renames it.',
    scope: 'admin',
    parameters: { id },
    form: { name: 'What its tab says' },
    answers: {
      200: { what: 'Renamed.', shape: shapes.terminal },
      303: back,
      403: noPerson,
      404: gone,
    },
  },
  {
    method: 'post',
    path: '/terminals/:id/end',
    what: 'Ends it and what runs in it.',
    scope: 'admin',
    parameters: { id },
    answers: {
      200: { what: 'Ended.', shape: shapes.ended },
      303: back,
      403: noPerson,
      404: gone,
    },
  },
  {
    method: 'get',
    path: '/ws/terminal/:id',
    what: 'The WebSocket of a terminal: binary frames, whose first byte says what they are.',
    scope: 'admin',
    parameters: {
      id,
      ticket: { in: 'query', what: 'From POST /terminals/{id}/ticket.' },
      cols: { in: 'query', what: 'Columns of the screen.', schema: { type: 'integer' } },
      rows: { in: 'query', what: 'Rows of the screen.', schema: { type: 'integer' } },
    },
    answers: {
      101: { what: 'The socket.' },
      403: failed('A token, a foreign page, or a ticket that is used or old; no socket.'),
      422: failed('Not a WebSocket upgrade.'),
    },
  },
]
