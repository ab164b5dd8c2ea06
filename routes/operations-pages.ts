/** The pages of single things, each also as text and JSON. */
import { panels, paths } from '../lib/paths.ts'
import { type Answer, failed, type Operation, type Parameter } from './operation.ts'
import * as shapes from './shapes.ts'
import { bill } from './shapes-costs.ts'

const as: Parameter = {
  in: 'query',
  what: 'The form, whatever the headers say.',
  schema: { type: 'string', enum: ['html', 'text', 'json'] },
}
const span: Parameter = {
  in: 'query',
  what: 'How far back the graphs look.',
  schema: { type: 'string', enum: ['hour', 'day', 'week', 'month'], default: 'day' },
}

const answers = (what: string): Record<number, Answer> => ({
  200: { what, as: ['text/html', 'text/plain'] },
  422: failed('What is wrong with the question.'),
})

const panelPage = (path: string, what: string, shape: Answer['shape']): Operation => ({
  method: 'get',
  path,
  what,
  scope: 'view',
  parameters: { as },
  answers: { 200: { what, as: ['text/html', 'text/plain'], ...(shape && { shape }) } },
})

const onePage = (path: string, what: string, parameters: Record<string, Parameter>): Operation => ({
  method: 'get',
  path,
  what,
  scope: 'view',
  parameters: { ...parameters, as },
  answers: {
    ...answers('The page; a part that cannot be read says why.'),
    404: failed('There is none; the answer names the nearest.'),
    503: failed('The cluster was never seen.'),
  },
})

const inPath = (what: string): Parameter => ({ in: 'path', what })
const inQuery = (what: string, schema: object = { type: 'string' }): Parameter => ({
  in: 'query',
  what,
  schema,
})

const wallParameters = {
  part: inQuery('The frame alone: wall.'),
  night: inQuery('Between which times this screen is dark: 22:30-06:30, or off.'),
  key: inQuery('A wall key, which becomes a cookie.'),
}
const wallAnswer: Answer = {
  what: 'The screen, also when the cluster is silent: it says so.',
  as: ['text/html', 'text/plain'],
  shape: shapes.wallScreen,
}

export const pageOperations: Operation[] = [
  panelPage(paths.guests(), 'All guests.', shapes.panelShapes.guests),
  onePage('/guests/:vmid', 'One guest: state, past, settings, snapshots, backups, events.', {
    vmid: inPath('Its number.'),
    span,
  }),
  panelPage(paths.nodes(), 'All nodes.', shapes.panelShapes.nodes),
  onePage('/nodes/:node', 'One node: state, past, services, disks, guests, storages, events.', {
    node: inPath('Its name or alias.'),
    span,
  }),
  panelPage(paths.storages(), 'All storages.', shapes.panelShapes.storage),
  onePage('/storage/:storage', 'One shared storage: use, growth, content.', {
    storage: inPath('Its name.'),
    span,
  }),
  onePage('/storage/:node/:storage', 'One storage of a node: use, growth, content.', {
    node: inPath('The node.'),
    storage: inPath('Its name there.'),
    span,
  }),
  {
    method: 'get',
    path: paths.tasks(),
    what: 'Tasks, running ones first; older ones too where a node is chosen.',
    scope: 'view',
    parameters: {
      node: inQuery('Of this node.'),
      type: inQuery('Of this type: vzdump.'),
      outcome: inQuery('With this outcome.', {
        type: 'string',
        enum: ['running', 'ok', 'warnings', 'failed'],
      }),
      object: inQuery('About this: 303.'),
      as,
    },
    answers: {
      200: { what: 'The tasks.', shape: shapes.tasksPage, as: ['text/html', 'text/plain'] },
      404: failed('No such node; the answer names the nearest.'),
      422: failed('What is wrong with the question.'),
    },
  },
  onePage('/tasks/:upid', 'One task with its log.', {
    upid: inPath('Its name: UPID:…'),
    from: inQuery('The first line of the log; without it the last ones.', {
      type: 'integer',
      minimum: 0,
    }),
    follow: inQuery('1 = a browser asks again every 3 s while it runs.'),
  }),
  {
    method: 'get',
    path: paths.diary(),
    what: 'Events, newest first, as a page; the questions are those of /api/events.',
    scope: 'view',
    parameters: {
      kind: inQuery('Kinds or their first words, several with commas.'),
      severity: inQuery('At least so loud.', {
        type: 'string',
        enum: ['info', 'good', 'warn', 'crit'],
      }),
      subject: inQuery('Whom it is about: guest/303.'),
      since: inQuery('Not older than this.', { type: 'string', format: 'date-time' }),
      before: inQuery('Only ids below.', { type: 'integer', minimum: 1 }),
      limit: inQuery('At most so many.', { type: 'integer', minimum: 1, maximum: 1000 }),
      as: {
        in: 'query',
        what: 'The form, whatever the headers say.',
        schema: { type: 'string', enum: ['html', 'text', 'json', 'csv'] },
      },
    },
    answers: {
      200: {
        what: 'The events.',
        shape: shapes.eventsPage,
        as: ['text/html', 'text/plain', 'text/csv'],
      },
      422: failed('Every mistake, by parameter.'),
    },
  },
  {
    method: 'get',
    path: paths.wall(),
    what: 'The status screen for any browser since about 2012; a wall key opens it.',
    scope: 'view',
    parameters: wallParameters,
    answers: { 200: wallAnswer, 401: failed('In its own look: how a screen gets a key.') },
  },
  {
    method: 'get',
    path: '/wall/:panel',
    what: 'One panel for the status screen.',
    scope: 'view',
    parameters: { panel: inPath(`One of ${panels.join(', ')}.`), ...wallParameters },
    answers: { 200: wallAnswer, 404: failed('No such panel; the answer lists them.') },
  },
  panelPage(
    paths.power(),
    'Which machines are on, which can be woken, how warm they are.',
    shapes.panelShapes.power,
  ),
  panelPage(
    paths.costs(),
    'What models have cost: today, this month, what for, the forecast, the last calls.',
    bill,
  ),
  {
    method: 'get',
    path: paths.powerStatus('txt'),
    what: 'The same rows as the page of power, as text.',
    scope: 'view',
    answers: { 200: { what: 'One line a node.', as: ['text/plain'] } },
  },
  {
    method: 'get',
    path: paths.powerStatus('json'),
    what: 'The same rows as the page of power.',
    scope: 'view',
    answers: { 200: { what: 'One row a node.', shape: shapes.panelShapes.power } },
  },
]
