/**
 * What a screen reader is told by itself: changes of state in a sentence, never figures. Loud is only
 * what must interrupt: a node lost, quorum lost, STOP, a decision that begins to wait.
 */
import type { News } from '../lib/bus.ts'
import type { EventKind, Events } from '../lib/events/kinds.ts'
import { wordsOf } from '../views/panels/event-words.ts'

export type Announcement = { loud: boolean; text: string }

const loud: ReadonlySet<EventKind> = new Set<EventKind>([
  'node.lost',
  'quorum.lost',
  'stop.pressed',
  'stop.released',
  'approval.requested',
])

const quiet: ReadonlySet<EventKind> = new Set<EventKind>([
  'cluster.stale',
  'cluster.back',
  'quorum.back',
  'node.back',
  'node.appeared',
  'node.vanished',
  'guest.condition',
  'guest.moved',
  'guest.appeared',
  'guest.vanished',
  'storage.filling',
  'storage.lost',
  'storage.back',
  'task.finished',
  'deed.finished',
  'approval.ended',
  'disk.full',
  'disk.back',
])

export const announcement = ({ kind, payload }: News<Events>): Announcement | undefined => {
  const isLoud = loud.has(kind)
  if (!isLoud && !quiet.has(kind)) return undefined
  return { loud: isLoud, text: wordsOf(kind, payload) }
}
