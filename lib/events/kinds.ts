/**
 * Every event of the product with its payload: ids and figures, no prose from the cluster except
 * in fields named `text`. A kind's first word is its subject and decides how long it is kept.
 */
import type { GuestCondition, Reach } from '../cluster/picture.ts'
import type { Upid, Vmid } from '../proxmox/types.ts'

export type Severity = 'info' | 'good' | 'warn' | 'crit'

export type Events = {
  'cluster.polled': { version: number }
  'cluster.stale': { kind: string; text: string }
  'cluster.back': { afterMs: number }
  'quorum.lost': { online: number; total: number }
  'quorum.back': { online: number; total: number }
  'node.changed': { node: string }
  'node.lost': { node: string }
  'node.back': { node: string }
  'node.appeared': { node: string; reach: Reach }
  'node.vanished': { node: string }
  'guest.changed': { vmid: Vmid }
  'guest.condition': {
    vmid: Vmid
    node: string
    name: string
    from: GuestCondition
    to: GuestCondition
  }
  'guest.moved': { vmid: Vmid; name: string; from: string; to: string }
  'guest.renamed': { vmid: Vmid; from: string; to: string }
  'guest.appeared': { vmid: Vmid; node: string; name: string }
  'guest.vanished': { vmid: Vmid; node: string; name: string }
  'storage.changed': { id: string }
  'storage.filling': { id: string; used: number; total: number }
  'storage.lost': { id: string }
  'storage.back': { id: string }
  'task.started': { upid: Upid; node: string; type: string; object: string; user: string }
  'task.finished': {
    upid: Upid
    node: string
    type: string
    object: string
    user: string
    outcome: 'ok' | 'warnings' | 'stopped' | 'failed'
    text?: string | undefined
    tookS: number
  }
  'backup.changed': { vmid: Vmid }
  'deed.started': { id: number; tool: string; target: string; label: string; by: string }
  'deed.finished': {
    id: number
    tool: string
    target: string
    label: string
    by: string
    state: 'done' | 'warnings' | 'failed' | 'stopped' | 'unknown'
    text: string
    tookS: number
  }
  'approval.requested': { id: number; tool: string; target: string; label: string; by: string }
  'approval.ended': { id: number; tool: string; label: string; state: string; by: string }
  /** Machines did wrong too often: they only look until a person mends it. */
  'safety.tripped': { text: string }
  'safety.changed': { key: string; by: string }
  /** Jarvis runs in something else than the configuration says; both are protected. */
  'safety.elsewhere': { told: string; found: string; by: 'MAC' | 'address' }
  /** Something in a talk is new, for whoever watches it; turn 0 = of the talk itself. */
  'chat.changed': { conversation: number; turn: number }
  'stop.pressed': { by: string; reason?: string | undefined }
  'stop.released': { by: string; afterMs: number }
  'llm.booked': { id: number }
  'llm.budget': { span: 'day' | 'month'; percent: 80 | 100; spent: number; limit: number }
  'session.opened': { account: string; from: string }
  'session.refused': { from: string; tries: number }
  'token.created': { name: string; scope: string; by: string }
  'token.revoked': { name: string; by: string }
  'audit.broken': { row: number; why: string }
  'disk.full': { text: string }
  'disk.back': Record<string, never>
  'server.started': { version: string; mode: string }
  'server.stopping': { signal: string }
}

export type EventKind = keyof Events & string

/** Told on the bus for the screen alone, never stored: they come with every poll. */
export const passing: ReadonlySet<EventKind> = new Set<EventKind>([
  'cluster.polled',
  'node.changed',
  'guest.changed',
  'storage.changed',
  'backup.changed',
  'llm.booked',
  'chat.changed',
])

/** How loud an event is; what is not listed is `info`. */
export const severities: Partial<Record<EventKind, Severity>> = {
  'cluster.stale': 'warn',
  'cluster.back': 'good',
  'quorum.lost': 'crit',
  'quorum.back': 'good',
  'node.lost': 'crit',
  'node.back': 'good',
  'node.vanished': 'warn',
  'storage.filling': 'warn',
  'storage.lost': 'warn',
  'approval.requested': 'warn',
  'safety.tripped': 'crit',
  'safety.elsewhere': 'warn',
  'stop.pressed': 'warn',
  'stop.released': 'good',
  'llm.budget': 'warn',
  'session.refused': 'warn',
  'audit.broken': 'crit',
  'disk.full': 'crit',
  'disk.back': 'good',
}
