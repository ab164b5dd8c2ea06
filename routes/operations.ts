/** Every route of the site with what it asks and answers: the one table behind the description of the API. */
import { panels, paths } from '../lib/paths.ts'
import { back, failed, type Operation } from './operation.ts'
import { approvalOperations } from './operations-approvals.ts'
import { auditOperations } from './operations-audit.ts'
import { chatOperations } from './operations-chat.ts'
import { deedOperations } from './operations-deeds.ts'
import {
  doorOperations,
  lookOperation,
  settingsOperations,
  setupOperations,
} from './operations-door.ts'
import { mcpOperations } from './operations-mcp.ts'
import { memoryOperations } from './operations-memory.ts'
import { openAiOperations } from './operations-openai.ts'
import { pageOperations } from './operations-pages.ts'
import { safetyOperations } from './operations-safety.ts'
import { terminalOperations } from './operations-terminals.ts'
import * as shapes from './shapes.ts'

const panelOperations: Operation[] = [
  ...panels.map(
    (name): Operation => ({
      method: 'get',
      path: paths.panel(name, 'json'),
      what: `The panel ${name} as JSON.`,
      scope: 'view',
      answers: { 200: { what: 'The panel.', shape: shapes.panelShapes[name] } },
    }),
  ),
  {
    method: 'get',
    path: '/f/:panel',
    what: 'One panel as an HTML fragment; as aligned text with the suffix .txt, for Accept: text/plain and for curl, wget and httpie; as JSON with .json.',
    scope: 'view',
    parameters: { panel: { in: 'path', what: `One of ${panels.join(', ')}.` } },
    answers: {
      200: {
        what: 'The panel, also when it is stale: it says so.',
        as: ['text/html', 'text/plain'],
      },
      404: failed('No such panel; the answer lists them.'),
    },
  },
]

const readOperations: Operation[] = [
  {
    method: 'get',
    path: paths.live(),
    what: 'The panels as a stream that does not end: first the whole of each, then what changed. Server-sent events with ids, resumed by Last-Event-ID; a heartbeat (event beat) each 15 s; event logout when the caller may not look any more.',
    scope: 'view',
    parameters: {
      panels: { in: 'query', what: `Some of ${panels.join(', ')}, with commas; all without it.` },
      as: {
        in: 'query',
        what: 'html for htmx, wall for the status screen, json: an object a message, text: a line a change, no events.',
        schema: { type: 'string', enum: ['html', 'wall', 'json', 'text'] },
      },
    },
    answers: {
      200: { what: 'The stream.', as: ['text/event-stream', 'text/plain'] },
      404: failed('No such panel; the answer lists them.'),
      503: failed('As many streams are open as there may be, or the server stops.'),
    },
  },
  {
    method: 'get',
    path: paths.hud(),
    what: 'The overview: all panels.',
    scope: 'view',
    answers: {
      200: {
        what: 'The page; as JSON what it is drawn from.',
        as: ['text/html', 'text/plain'],
        shape: shapes.state,
      },
    },
  },
  {
    method: 'get',
    path: paths.state(),
    what: 'The picture of the cluster. Bytes, fractions 0-1, seconds, ISO 8601; what is not known is null.',
    scope: 'view',
    answers: { 200: { what: 'The picture.', shape: shapes.state } },
  },
  {
    method: 'get',
    path: paths.events(),
    what: 'Events, newest first.',
    scope: 'view',
    parameters: {
      since: {
        in: 'query',
        what: 'Not older than this.',
        schema: { type: 'string', format: 'date-time' },
      },
      before: { in: 'query', what: 'Only ids below.', schema: { type: 'integer', minimum: 1 } },
      kind: {
        in: 'query',
        what: 'Kinds or their first words, several with commas: node.lost,task',
        schema: { type: 'string' },
      },
      severity: {
        in: 'query',
        what: 'At least so loud.',
        schema: { type: 'string', enum: ['info', 'good', 'warn', 'crit'] },
      },
      subject: { in: 'query', what: 'Whom it is about: guest/303.', schema: { type: 'string' } },
      limit: {
        in: 'query',
        what: 'At most so many.',
        schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
      },
    },
    answers: {
      200: { what: 'Events.', shape: shapes.eventsPage },
      422: failed('Every mistake, by parameter.'),
    },
  },
  {
    method: 'get',
    path: paths.openapi(),
    what: 'This description.',
    scope: 'view',
    answers: { 200: { what: 'OpenAPI 3.1.' } },
  },
]

const watchOperations: Operation[] = [
  {
    method: 'get',
    path: paths.health(),
    what: 'Alive.',
    scope: 'none',
    answers: { 200: { what: 'ok', as: ['text/plain'] } },
  },
  {
    method: 'get',
    path: paths.ready(),
    what: 'Ready, or what is missing.',
    scope: 'view',
    answers: {
      200: { what: 'Ready.', shape: shapes.readiness, as: ['text/plain'] },
      503: { what: 'Not ready, with the reasons.', shape: shapes.readiness, as: ['text/plain'] },
    },
  },
  {
    method: 'get',
    path: paths.metrics(),
    what: 'Figures in the text format of Prometheus.',
    scope: 'view',
    answers: { 200: { what: 'Metrics.', as: ['text/plain'] } },
  },
  {
    method: 'get',
    path: '/static/:file',
    what: 'A file of the pages; never changes under an address with a hash.',
    scope: 'none',
    parameters: { file: { in: 'path', what: 'Name with hash.' } },
    answers: { 200: { what: 'The file.', as: ['text/css'] }, 404: failed('No such file.') },
  },
]

const labOperations: Operation[] = [
  {
    method: 'get',
    path: paths.lab(),
    what: 'The switches of the simulated cluster.',
    scope: 'view',
    answers: {
      200: { what: 'The switches.', shape: shapes.scenarios, as: ['text/html'] },
      404: failed('This is a real cluster.'),
    },
  },
  {
    method: 'post',
    path: '/lab/scenarios/:name',
    what: 'Switches a fault on or off.',
    scope: 'operate',
    parameters: { name: { in: 'path', what: 'The scenario.' } },
    form: { on: '1 or 0', target: 'Where, for scenarios that ask it' },
    answers: {
      200: { what: 'The switches, for scripts.', shape: shapes.scenarios },
      303: back,
      404: failed('No such scenario, or no lab.'),
      422: failed('What is wrong with the fields.'),
    },
  },
]

export const operations: Operation[] = [
  ...panelOperations,
  ...readOperations,
  ...pageOperations,
  ...auditOperations,
  ...deedOperations,
  ...mcpOperations,
  ...openAiOperations,
  ...approvalOperations,
  ...terminalOperations,
  ...chatOperations,
  ...memoryOperations,
  ...watchOperations,
  ...labOperations,
  ...doorOperations,
  lookOperation,
  ...settingsOperations,
  ...safetyOperations,
  ...setupOperations,
]
