/** How an event reads: whom it is about and how loud it is. */
import type { News } from '../bus.ts'
import { type Events, type Severity, severities } from './kinds.ts'

/** `node/Home`, `guest/303`, `storage/Home/local`, `cluster` or `jarvis`. */
export const subjectOf = ({ kind, payload }: News<Events>): string => {
  if ('target' in payload) return payload.target
  if ('vmid' in payload) return `guest/${payload.vmid}`
  if ('upid' in payload)
    return /^[1-9]\d{2,8}$/.test(payload.object)
      ? `guest/${payload.object}`
      : `node/${payload.node}`
  if ('node' in payload) return `node/${payload.node}`
  if (kind.startsWith('storage.') && 'id' in payload) return `storage/${payload.id}`
  return /^(cluster|quorum)\./.test(kind) ? 'cluster' : 'jarvis'
}

/** The severity of the kind, except where the payload decides. */
export const severityOf = (news: News<Events>): Severity => {
  if (news.kind === 'task.finished') {
    const { outcome } = news.payload
    return outcome === 'ok' || outcome === 'stopped' ? 'info' : 'warn'
  }
  if (news.kind === 'deed.finished') return news.payload.state === 'done' ? 'good' : 'warn'
  if (news.kind === 'guest.condition') return news.payload.to === 'running' ? 'good' : 'info'
  return severities[news.kind] ?? 'info'
}
