/**
 * One open stream. Who does not read is not waited for: over the cap his updates are skipped, when he
 * has read what he has he gets one whole frame, and after a minute of not reading he is let go.
 * Nothing else caps it: 47 MB offered to a stalled reader grew the process by 47 MB (measured).
 */
import type { Clock } from '../clock.ts'
import type { Form } from './messages.ts'
import { gzipHead, type Packet, type Parcel } from './packet.ts'

/** Where a stream's bytes go; `stream.ts` makes one for each kind of host. */
export type Sink = {
  write(packet: Packet): void
  /** Bytes that were written and not yet taken by the kernel. */
  pending(): number
  onDrain(hear: () => void): void
  onClose(hear: () => void): void
  /** Ends the body as the protocol wants it, then the connection. */
  end(): void
  /** Ends the connection at once. */
  destroy(): void
}

export type Viewer = {
  readonly form: Form
  readonly owner: string | undefined
  /** Counts up with each newcomer. */
  readonly since: number
  readonly gzip: boolean
  readonly isStale: boolean
  send(parcel: Parcel): void
  /** Ends the stream: cleanly where the viewer reads, at once where he does not. */
  end(): void
  destroy(): void
}

export type ViewerNeeds = {
  sink: Sink
  clock: Clock
  form: Form
  gzip: boolean
  owner: string | undefined
  since: number
  capBytes: number
  dropAfterMs: number
  /** The whole of what he looks at, as it is now. */
  whole: () => Parcel
  onDrop: () => void
}

export const createViewer = (needs: ViewerNeeds): Viewer => {
  const { sink, clock, form, gzip, owner, capBytes, dropAfterMs } = needs
  let stale = false
  let ended = false
  let cancelDrop: (() => void) | undefined

  const calm = () => {
    stale = false
    cancelDrop?.()
    cancelDrop = undefined
  }
  const stall = () => {
    stale = true
    cancelDrop = clock.after(dropAfterMs, () => {
      needs.onDrop()
      sink.destroy()
    })
  }

  const send = (parcel: Parcel) => {
    if (stale || ended || parcel.isEmpty) return
    if (sink.pending() > capBytes) stall()
    else sink.write(gzip ? parcel.gzip() : parcel.plain())
  }

  sink.onDrain(() => {
    if (!stale || ended) return
    calm()
    send(needs.whole())
  })
  sink.onClose(calm)
  if (gzip) sink.write(gzipHead)

  return {
    form,
    owner,
    since: needs.since,
    gzip,
    get isStale() {
      return stale
    },
    send,
    end() {
      ended = true
      if (stale) sink.destroy()
      else sink.end()
    },
    destroy: () => sink.destroy(),
  }
}
