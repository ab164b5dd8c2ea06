/** What machines may do and what is protected, as operations: read by admins, changed by persons. */
import { paths } from '../lib/paths.ts'
import { back, failed, type Operation } from './operation.ts'
import * as shapes from './shapes-safety.ts'

const PERSON = 'Only a person: a session, never a token.'

const answers = (shape: (typeof shapes)[keyof typeof shapes]): Operation['answers'] => ({
  200: { what: 'As it is now, for scripts.', shape, as: ['text/plain'] },
  303: back,
  403: failed(PERSON),
  422: failed('What is wrong with the fields.'),
})

const change = (
  what: Parameters<typeof paths.machinesDeed>[0],
  says: string,
  form: Record<string, string>,
): Operation => ({
  method: 'post',
  path: paths.machinesDeed(what),
  what: says,
  scope: 'admin',
  form,
  answers: { ...answers(shapes.machines), 409: failed('It is not so any more.') },
})

const marking = (
  what: Parameters<typeof paths.protectionDeed>[0],
  says: string,
  form: Record<string, string>,
): Operation => ({
  method: 'post',
  path: paths.protectionDeed(what),
  what: says,
  scope: 'admin',
  form,
  answers: {
    ...answers(shapes.protection),
    404: failed('There is no such thing.'),
    409: failed('It stays protected, and why.'),
  },
})

export const safetyOperations: Operation[] = [
  {
    method: 'get',
    path: paths.machines(),
    what: 'What machines may do: level, breaker, reading only, night, limits, stricter lines.',
    scope: 'admin',
    answers: {
      200: { what: 'The page.', as: ['text/html', 'text/plain'], shape: shapes.machines },
    },
  },
  change('level', 'Sets the level of autonomy. Raising it answers 409 and what it allows first.', {
    level: '1 to 5',
    agreed: 'The same level, once one has read what it allows',
  }),
  change('reading', 'Nothing is changed by anybody, or again.', { readOnly: 'on or off' }),
  change('night', 'The hours at which level 4 asks.', {
    from: 'Hour, 0 to 23',
    until: 'Hour, 0 to 23',
    off: '1 = no night',
  }),
  change('limits', 'How much machines may do within an hour; what is not sent stays.', {
    yellowPerNode: 'Changes that can be undone, on one node',
    redPerNode: 'Changes that may lose data, on one node',
    perTarget: 'Changes to one thing',
    nodeDeeds: 'Deeds on nodes',
    perTool: 'One tool by one caller',
    sameDeeds: 'The same deed to the same thing',
  }),
  change('raises', 'Adds a stricter line to the table of tiers.', {
    tool: 'Name; empty = every change',
    target: 'guest/303, node/pve, storage/tank; empty = all',
    from: 'Hour, 0 to 23; empty = any',
    until: 'Hour, 0 to 23',
    tier: 'YELLOW, RED or BLACK',
    why: 'The reason',
  }),
  change('mend', 'Lets machines act again after the breaker fell.', {}),
  ...(['post', 'delete'] as const).map(
    (method): Operation => ({
      method,
      path: `${paths.machinesDeed('raises')}/:id`,
      what: 'Takes a stricter line out.',
      scope: 'admin',
      parameters: { id: { in: 'path', what: 'Its id.' } },
      answers: { ...answers(shapes.machines), 404: failed('No such line.') },
    }),
  ),
  {
    method: 'get',
    path: paths.protection(),
    what: 'What is protected and why, and what hangs on what.',
    scope: 'admin',
    answers: {
      200: { what: 'The page.', as: ['text/html', 'text/plain'], shape: shapes.protection },
    },
  },
  marking('mark', 'Protects a thing.', {
    kind: 'guest, node or storage',
    id: '303, pve or tank',
    why: 'The reason',
  }),
  marking(
    'unmark',
    'Takes back a mark, or what a name or tag protects; never what carries Jarvis.',
    {
      key: 'guest/303',
    },
  ),
  marking('again', 'Lets names and tags count again.', { key: 'guest/303' }),
]
