/** The routes of deeds and of STOP. */
import { type GuestDeed, paths } from '../lib/paths.ts'
import { type Answer, back, failed, type Operation } from './operation.ts'
import * as shapes from './shapes.ts'

const outcomes: Record<number, Answer> = {
  200: { what: 'Done, and read back.', shape: shapes.deedDone },
  202: {
    what: 'Still under way after 25 s, or waiting for a person: RED, or by the level.',
    shape: shapes.deedStarted,
  },
  404: failed('No such guest or tool; the answer names the nearest.'),
  409: failed('Not now: state, lock, quorum, another deed; nothing was done.'),
  422: failed('Wrong arguments. None can confirm or force anything.'),
  502: failed('Proxmox refused, or the task failed, in its own words.'),
  503: failed('STOP is pressed, or the cluster does not answer.'),
}

const toCard: Answer = {
  what: "A person's own form that needs a decision: the same POST opens its card.",
}

const onGuest = (verb: GuestDeed, what: string, form: Record<string, string> = {}): Operation => ({
  method: 'post',
  path: `/guests/:vmid/${verb}`,
  what,
  scope: 'operate',
  parameters: { vmid: { in: 'path', what: 'The number of the guest.' } },
  form: { ...form, next: 'A path of this site to come back to; for forms' },
  answers: { ...outcomes, 303: back, 307: toCard },
})

const onNode = (verb: 'reboot' | 'shutdown', what: string): Operation => ({
  method: 'post',
  path: `/nodes/:node/${verb}`,
  what,
  scope: 'operate',
  parameters: { node: { in: 'path', what: 'Its name or alias.' } },
  form: { next: 'A path of this site to come back to; for forms' },
  answers: { ...outcomes, 303: back, 307: toCard },
})

const waits = 'Seconds until an answer at the latest, 0 to 25; 25 unless said'

const stopped: Record<number, Answer> = {
  200: { what: 'How it is now.', shape: shapes.stop, as: ['text/plain'] },
  303: back,
}

export const deedOperations: Operation[] = [
  onGuest('start', 'Starts a guest.'),
  onGuest('shutdown', 'Shuts a guest down in order.'),
  onGuest('reboot', 'Restarts a guest.'),
  onGuest('stop', 'Stops a guest hard; what it has not written is lost.'),
  onGuest('snapshot', 'Keeps the disks of a guest as they are.', { name: 'Of the snapshot' }),
  onGuest('rollback', 'Takes a guest back.', { snapshot: 'The name of the snapshot' }),
  onGuest('backup', 'Backs a guest up.', { storage: 'Where to; optional' }),
  onGuest('migrate', 'Moves a guest.', { target: 'The node to move to' }),
  onGuest('delete', 'Deletes a guest and its disks, after a person has typed its number.'),
  onNode('reboot', 'Restarts a node.'),
  onNode('shutdown', 'Shuts a node down.'),
  {
    method: 'post',
    path: paths.guestsTogether(),
    what: 'One verb for several guests: a call each, one list of results; what needs a person shares a card.',
    scope: 'operate',
    form: { verb: 'start, shutdown, reboot, backup or stop', vmid: 'Repeated, 50 at most' },
    answers: {
      200: { what: 'What came of each.', shape: shapes.togetherResults, as: ['text/html'] },
      202: { what: 'Some are under way, or wait for a person.', shape: shapes.togetherResults },
      422: failed('No such verb, or no guests.'),
    },
  },
  {
    method: 'post',
    path: '/power/wake/:node',
    what: 'Wakes a node by magic packets and waits until it is back, 3 min at most.',
    scope: 'operate',
    parameters: { node: { in: 'path', what: 'Its name or alias.' } },
    form: { wait: waits, next: 'A path of this site to come back to; for forms' },
    answers: { ...outcomes, 303: back },
  },
  {
    method: 'post',
    path: paths.wakeAll(),
    what: 'Wakes every node that is not on: a deed each, one list of results.',
    scope: 'operate',
    form: { wait: waits, next: 'A path of this site to come back to; for forms' },
    answers: {
      200: { what: 'All have ended; each tells how.', shape: shapes.wakeResults },
      202: { what: 'Some are still under way.', shape: shapes.wakeResults },
      303: back,
      409: failed('None could be begun; the details tell why, node by node.'),
      503: failed('STOP is pressed.'),
    },
  },
  {
    method: 'get',
    path: paths.tools(),
    what: 'The tools, with the schema of their arguments.',
    scope: 'view',
    answers: { 200: { what: 'The tools.', shape: shapes.tools } },
  },
  {
    method: 'post',
    path: paths.execute(),
    what: 'Uses a tool: JSON {"tool": "guest_start", "args": {"vmid": 303}}.',
    scope: 'operate',
    form: { tool: 'Its name', args: 'Its arguments, an object' },
    answers: outcomes,
  },
  {
    method: 'post',
    path: paths.plan(),
    what: 'Plans a use of a tool: what it would do, and what the judge says. Nothing is done.',
    scope: 'view',
    form: { tool: 'Its name', args: 'Its arguments, an object' },
    answers: {
      200: { what: 'The plan and the verdict.', shape: shapes.plan },
      403: failed('The tool takes another right.'),
      404: failed('No such guest or tool; the answer names the nearest.'),
      422: failed('Wrong arguments.'),
    },
  },
  {
    method: 'get',
    path: '/api/deeds/:id',
    what: 'What became of a deed.',
    scope: 'view',
    parameters: { id: { in: 'path', what: 'Its id.' } },
    answers: { 200: { what: 'The deed.', shape: shapes.deed }, 404: failed('No such deed.') },
  },
  {
    method: 'post',
    path: paths.stop(),
    what: 'Presses STOP: every deed is refused, running ones are cancelled.',
    scope: 'operate',
    form: { reason: 'Why', next: 'A path of this site to come back to; for forms' },
    answers: stopped,
  },
  {
    method: 'post',
    path: paths.stopRelease(),
    what: 'Lets go of STOP. Persons only: a token may not.',
    scope: 'operate',
    form: { next: 'A path of this site to come back to; for forms' },
    answers: stopped,
  },
  {
    method: 'get',
    path: paths.stopState(),
    what: 'Whether STOP is pressed, by whom and since when.',
    scope: 'view',
    answers: { 200: { what: 'How it is.', shape: shapes.stop } },
  },
]
