/** The routes of who may: coming in, leaving, sessions, tokens, wall keys, the password. */
import { paths } from '../lib/paths.ts'
import { type Answer, back, failed, type Operation, page } from './operation.ts'
import * as shapes from './shapes.ts'

export const doorOperations: Operation[] = [
  {
    method: 'get',
    path: paths.login(),
    what: 'The login form.',
    scope: 'none',
    parameters: { next: { in: 'query', what: 'Where to go afterwards; a path of this site.' } },
    answers: { 200: page('The form.') },
  },
  {
    method: 'post',
    path: paths.login(),
    what: 'Opens a session.',
    scope: 'none',
    form: { name: 'The account', password: 'Its password', next: 'A path of this site' },
    answers: {
      303: back,
      401: page('Wrong.'),
      429: page('Too many tries; Retry-After says when.'),
    },
  },
  {
    method: 'post',
    path: paths.logout(),
    what: 'Ends the session.',
    scope: 'view',
    answers: { 303: back },
  },
  {
    method: 'get',
    path: paths.welcome(),
    what: 'The first start: choose a password.',
    scope: 'none',
    parameters: { code: { in: 'query', what: 'The one-time code of the console.' } },
    answers: { 200: page('The form.') },
  },
  {
    method: 'post',
    path: paths.welcome(),
    what: 'Creates the account.',
    scope: 'none',
    form: { code: 'The one-time code', name: 'The account', password: 'Its password' },
    answers: { 303: back, 422: page('What is wrong.'), 429: page('Too many tries.') },
  },
]

export const lookOperation: Operation = {
  method: 'post',
  path: paths.look(),
  what: 'Keeps the look of the pages on this device, in cookies.',
  scope: 'none',
  form: { mode: 'hud, calm or contrast', density: 'comfortable or dense' },
  answers: { 303: back, 422: failed('No such look.') },
}

const settled: Record<number, Answer> = {
  200: { what: 'Done, for scripts.', shape: shapes.done },
  303: back,
  404: failed('There is no such one.'),
}

/** A thing of the settings that can be ended: by DELETE, or by POST from a form. */
const ending = (path: string, what: string): Operation[] =>
  (['post', 'delete'] as const).map((method) => ({
    method,
    path: `${path}/:id`,
    what,
    scope: 'admin',
    parameters: { id: { in: 'path', what: 'Its id.' } },
    answers: settled,
  }))

const making = (path: string, what: string, form: Record<string, string>): Operation => ({
  method: 'post',
  path,
  what,
  scope: 'admin',
  form,
  answers: {
    201: {
      what: 'Made; the secret is shown this once.',
      shape: shapes.freshKey,
      as: ['text/html'],
    },
    422: failed('What is wrong with the fields.'),
  },
})

export const settingsOperations: Operation[] = [
  {
    method: 'get',
    path: paths.settings(),
    what: 'The profile: sessions and the password; as JSON all sessions, tokens and wall keys.',
    scope: 'admin',
    answers: { 200: page('The page.') },
  },
  ...[paths.tokens(), paths.wallKeys(), paths.appearance()].map(
    (path): Operation => ({
      method: 'get',
      path,
      what: `A tab of the settings: ${path.slice(path.lastIndexOf('/') + 1)}.`,
      scope: 'admin',
      answers: { 200: page('The page.') },
    }),
  ),
  {
    method: 'post',
    path: paths.appearance(),
    what: 'How pages look on this device, and how the person is addressed.',
    scope: 'admin',
    form: {
      mode: 'hud, calm or contrast',
      density: 'comfortable or dense',
      keys: 'on or off: single keys as shortcuts',
      address: "sir, ma'am, name or nothing",
    },
    answers: settled,
  },
  {
    method: 'post',
    path: paths.password(),
    what: 'Changes the password and ends the other sessions.',
    scope: 'admin',
    form: { current: 'The password now', next: 'The new one', again: 'The new one again' },
    answers: { ...settled, 401: failed('Wrong password.'), 422: failed('Not a good password.') },
  },
  ...ending(`${paths.settings()}/sessions`, 'Ends a session.'),
  making(paths.tokens(), 'Makes a token for a script.', {
    name: 'What it is for',
    scope: 'view, operate or admin',
    expires: 'Its lifetime: 30d; empty = for ever',
  }),
  ...ending(paths.tokens(), 'Revokes a token.'),
  making(paths.wallKeys(), 'Makes a key for a screen on the wall.', {
    name: 'Where it hangs',
    expires: 'Its lifetime: 30d; empty = for ever',
  }),
  ...ending(paths.wallKeys(), 'Revokes a wall key.'),
]

const stage = {
  stage: {
    in: 'path',
    what: 'The step: address, certificate, access, plan, check, nodes or write.',
  },
} as const

export const setupOperations: Operation[] = [
  {
    method: 'get',
    path: paths.setup(),
    what: 'What is connected, or how to connect a cluster.',
    scope: 'admin',
    answers: { 200: page('The page.'), 303: back },
  },
  {
    method: 'get',
    path: `${paths.setup()}/:stage`,
    what: 'One step of the set-up, for a person in a browser; `checks` is the report of the doctor.',
    scope: 'admin',
    parameters: stage,
    answers: { 200: page('The page.'), 303: back, 409: failed('Another person is setting up.') },
  },
  {
    method: 'post',
    path: `${paths.setup()}/:stage`,
    what: 'Takes one step of the set-up; its fields are those of the page.',
    scope: 'admin',
    parameters: stage,
    answers: {
      200: page('Written.'),
      303: back,
      403: failed('Not a person.'),
      422: page('What is wrong.'),
    },
  },
]
