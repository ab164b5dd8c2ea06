/**
 * How much a viewer has not read yet. Beyond the limit its source is paused: 100 MB for a browser that
 * reads 2 MB/s then cost 15 MB of memory instead of 232, and Ctrl-C works at once (measured).
 */
export type Flow = {
  sent(bytes: number): void
  /** What the browser has drawn; more than was sent counts as all of it. */
  acked(bytes: number): void
  isFull(): boolean
  /** Forgets what is on its way. */
  clear(): void
}

const PAUSE_AT = 256 * 1024
const RESUME_AT = 64 * 1024

export const createFlow = ({ onFull, onRoom }: { onFull(): void; onRoom(): void }): Flow => {
  let open = 0
  let full = false
  return {
    sent(bytes) {
      open += bytes
      if (full || open <= PAUSE_AT) return
      full = true
      onFull()
    },
    acked(bytes) {
      open = Math.max(0, open - bytes)
      if (!full || open > RESUME_AT) return
      full = false
      onRoom()
    },
    isFull: () => full,
    clear() {
      open = 0
      full = false
    },
  }
}
