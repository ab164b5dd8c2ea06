/** One sentence for each kind of event. The record is complete, so it is also the list of kinds. */
import type { EventKind, Events } from '../../lib/events/kinds.ts'
import { bytes, dollars, duration } from '../../lib/format.ts'
import { shown } from '../parts/shown.ts'

type Words = { [K in EventKind]: (payload: Events[K]) => string }

const guest = (g: { vmid: number; name: string }) => `${g.vmid} ${shown(g.name, '')}`.trim()
const task = (t: { type: string; object: string; node: string }) =>
  `${shown(t.type)}${t.object ? ` ${shown(t.object)}` : ''} on ${shown(t.node)}`

const deeds: Record<string, string> = {
  guest_start: 'start of',
  guest_shutdown: 'shutdown of',
  guest_reboot: 'reboot of',
  guest_stop: 'hard stop of',
  guest_snapshot: 'snapshot of',
  guest_rollback: 'rollback of',
  guest_backup: 'backup of',
  guest_migrate: 'move of',
  guest_delete: 'deletion of',
  node_reboot: 'reboot of',
  node_shutdown: 'shutdown of',
  wake_node: 'waking of',
  service_restart: 'restart of',
  docker_start: 'start of',
  docker_stop: 'stop of',
  docker_restart: 'restart of',
  compose_up: 'making anew of',
  storage_scan: 'scan of',
  run_command: 'command on',
  guest_command: 'command in',
  tmux_install: 'install of',
  cancel_task: 'end of',
  remember: 'remembering of',
  forget: 'forgetting of',
}
const deed = (d: { tool: string; label: string }) =>
  `${Object.hasOwn(deeds, d.tool) ? deeds[d.tool] : shown(d.tool)} ${shown(d.label)}`
const endings = { failed: 'failed', stopped: 'was stopped', warnings: 'done with warnings' }

export const eventWords: Words = {
  'cluster.polled': (e) => `Reading ${e.version}.`,
  'cluster.stale': (e) => `The cluster does not answer: ${shown(e.text)}`,
  'cluster.back': (e) => `The cluster answers again after ${duration(e.afterMs / 1000)}.`,
  'quorum.lost': (e) => `Quorum is lost: ${e.online} of ${e.total} votes.`,
  'quorum.back': (e) => `Quorum is back: ${e.online} of ${e.total} votes.`,
  'node.changed': (e) => `${shown(e.node)} has new figures.`,
  'node.lost': (e) => `${shown(e.node)} is lost.`,
  'node.back': (e) => `${shown(e.node)} is back.`,
  'node.appeared': (e) => `${shown(e.node)} is new here (${e.reach}).`,
  'node.vanished': (e) => `${shown(e.node)} is no longer in the cluster.`,
  'guest.changed': (e) => `${e.vmid} has new figures.`,
  'guest.condition': (e) => `${guest(e)} is ${e.to}, was ${e.from}.`,
  'guest.moved': (e) => `${guest(e)} moved from ${shown(e.from)} to ${shown(e.to)}.`,
  'guest.renamed': (e) => `${e.vmid} is called ${shown(e.to)} now, was ${shown(e.from)}.`,
  'guest.appeared': (e) => `${guest(e)} is new on ${shown(e.node)}.`,
  'guest.vanished': (e) => `${guest(e)} is gone from ${shown(e.node)}.`,
  'storage.changed': (e) => `${shown(e.id)} has new figures.`,
  'storage.filling': (e) => `${shown(e.id)} fills up: ${bytes(e.used)} of ${bytes(e.total)}.`,
  'storage.lost': (e) => `${shown(e.id)} is not available.`,
  'storage.back': (e) => `${shown(e.id)} is available again.`,
  'task.started': (e) => `${task(e)} started by ${shown(e.user)}.`,
  'task.finished': (e) =>
    e.outcome === 'ok'
      ? `${task(e)} done after ${duration(e.tookS)}.`
      : `${task(e)} ${endings[e.outcome]} after ${duration(e.tookS)}: ${shown(e.text)}`,
  'backup.changed': (e) => `The backups of ${e.vmid} changed.`,
  'deed.started': (e) => `${shown(e.by)} asked for the ${deed(e)}.`,
  'deed.finished': (e) =>
    `${shown(e.text)} Asked by ${shown(e.by)}, ended after ${duration(e.tookS)}.`,
  'approval.requested': (e) =>
    `${shown(e.by)} asks for the ${deed(e)}: it waits for your decision.`,
  'approval.ended': (e) => `The request for the ${deed(e)} is ${shown(e.state)} (${shown(e.by)}).`,
  'safety.tripped': (e) => `Machines may only look from now on: ${shown(e.text)}.`,
  'safety.changed': (e) => `${shown(e.by)} changed what machines may do (${shown(e.key)}).`,
  'safety.elsewhere': (e) =>
    `By its ${e.by} I run in ${shown(e.found)}; the configuration says ${shown(e.told)}. I protect both.`,
  'chat.changed': (e) => `Something was said in talk ${e.conversation}.`,
  'stop.pressed': (e) =>
    `STOP pressed by ${shown(e.by)}${e.reason ? `: ${shown(e.reason)}` : ''}. Nothing acts.`,
  'stop.released': (e) => `${shown(e.by)} let go of STOP after ${duration(e.afterMs / 1000)}.`,
  'llm.booked': (e) => `Call ${e.id} of a model is on the bill.`,
  'llm.budget': (e) =>
    e.percent === 100
      ? `The ${e.span}'s ${dollars(e.limit)} for Claude is spent. I think for nothing until it ends.`
      : `${dollars(e.spent)} of the ${e.span}'s ${dollars(e.limit)} for Claude is spent.`,
  'session.opened': (e) => `${shown(e.account)} logged in from ${shown(e.from)}.`,
  'session.refused': (e) =>
    `Someone at ${shown(e.from)} was refused (${e.tries === 1 ? 'one try' : `${e.tries} tries`}).`,
  'token.created': (e) => `Token ${shown(e.name)} (${shown(e.scope)}) made by ${shown(e.by)}.`,
  'token.revoked': (e) => `Token ${shown(e.name)} revoked by ${shown(e.by)}.`,
  'audit.broken': (e) => `The audit trail does not fit at row ${e.row}: somebody has touched it.`,
  'disk.full': (e) => shown(e.text),
  'disk.back': () => 'The disk takes writes again.',
  'server.started': (e) => `Jarvis ${shown(e.version)} started (${shown(e.mode)}).`,
  'server.stopping': (e) => `Jarvis stops (${shown(e.signal)}).`,
}

export const eventKinds = Object.keys(eventWords) as EventKind[]
export const isKind = (kind: string): kind is EventKind => Object.hasOwn(eventWords, kind)

/** The sentence; a row of an older or newer program, whose payload is another, is told by its kind. */
export const wordsOf = (kind: string, payload: unknown): string => {
  if (!isKind(kind)) return shown(kind)
  try {
    return (eventWords[kind] as (p: unknown) => string)(payload)
  } catch {
    return shown(kind)
  }
}
