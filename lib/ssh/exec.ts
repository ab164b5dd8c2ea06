/**
 * One command on one channel: its output up to a cap, its end as the other side told it, and its
 * process group really gone when it was stopped from here.
 */
import type { Client, ClientChannel } from 'ssh2'
import type { Clock } from '../clock.ts'
import { openChannel } from './channel.ts'
import { createMarkReader, killLine, type Started } from './command.ts'

export type ExecResult = {
  /** Decoded as UTF-8; what is none becomes U+FFFD. `bytes` is standard output as it came. */
  stdout: string
  stderr: string
  bytes: Buffer
  /** Exit code; null when the command ended by a signal, or nobody knows how. */
  code: number | null
  signal: string | null
  /** The time was over; the process group was ended. */
  timedOut: boolean
  /** The caller's signal was raised; likewise. */
  cancelled: boolean
  /** More output than the cap; likewise. */
  truncated: boolean
  /** Its end was never told (the link broke, or it could not be ended): it may be running still. */
  lost: boolean
  durationMs: number
}

export type RunOptions = {
  clock: Clock
  timeoutMs: number
  signal?: AbortSignal | undefined
  input?: string | Uint8Array | undefined
  /** Bytes of standard output and of standard error, each. */
  capBytes: number
}

/** How long a stopped command may take to be gone: 2 s of grace on the host, and the way there. */
const END_MS = 6000

export type Stopped = 'timedOut' | 'cancelled' | 'truncated'

export type Hooks = {
  /** The command could not be ended: its session counts for ever, so the connection is spent. */
  onStuck(): void
  /** The login shell's path, once it is known. */
  onShell(path: string): void
}

/** Follows a command that was just started. Never rejects. */
export const follow = (
  client: Client,
  channel: ClientChannel,
  { mark }: Started,
  { clock, timeoutMs, signal, input, capBytes }: RunOptions,
  { onStuck, onShell }: Hooks,
): Promise<ExecResult> =>
  new Promise((resolve) => {
    const began = clock.now()
    const out = createPail(capBytes)
    const err = createPail(capBytes)
    const marks = createMarkReader(mark)
    let stopped: Stopped | undefined
    let ended: { code: number | null; signal: string | null } | undefined
    let cancelEnd: (() => void) | undefined
    let killing = false

    const stop = (why: Stopped) => {
      if (stopped) return
      stopped = why
      cancelTime()
      cancelEnd = clock.after(END_MS, () => {
        onStuck()
        channel.close()
        finish()
      })
      endGroup()
    }
    // The id may come later than the stop: a start-up file can be slow.
    const endGroup = () => {
      const pid = marks.pid()
      if (!stopped || killing || pid === undefined) return
      killing = true
      void kill(client, pid, clock)
    }
    const cancelTime = clock.after(timeoutMs, () => stop('timedOut'))
    const onAbort = () => stop('cancelled')
    const finish = () => {
      cancelTime()
      cancelEnd?.()
      signal?.removeEventListener('abort', onAbort)
      client.off('close', finish)
      err.add(marks.rest())
      onShell(marks.shell())
      resolve({
        stdout: out.text(),
        stderr: err.text(),
        bytes: out.bytes(),
        code: ended?.code ?? null,
        signal: ended?.signal ?? null,
        timedOut: stopped === 'timedOut',
        cancelled: stopped === 'cancelled',
        truncated: out.isFull() || err.isFull(),
        lost: ended === undefined,
        durationMs: clock.now() - began,
      })
    }

    channel.on('data', (chunk: Buffer) => {
      if (!out.add(chunk)) stop('truncated')
    })
    channel.stderr.on('data', (chunk: Buffer) => {
      if (!err.add(marks.read(chunk))) stop('truncated')
      endGroup()
    })
    channel.on('exit', (code: number | null, name?: string) => {
      ended = { code, signal: name ?? null }
    })
    channel.once('close', finish)
    client.once('close', finish)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    channel.end(input)
  })

/** Ends a command that began when nobody waited for it any more. */
export const endLate = (
  client: Client,
  channel: ClientChannel,
  started: Started,
  how: RunOptions,
  hooks: Hooks,
): void => void follow(client, channel, started, { ...how, signal: AbortSignal.abort() }, hooks)

/** The result of a command that was cancelled before it began, or whose beginning is not known. */
export const unknownEnd = (
  known: { cancelled: boolean; lost: boolean },
  durationMs: number,
): ExecResult => ({
  stdout: '',
  stderr: '',
  bytes: Buffer.alloc(0),
  code: null,
  signal: null,
  timedOut: false,
  truncated: false,
  ...known,
  durationMs,
})

/** Over a second channel, past the queue: sshd gives ten sessions and the queue uses five. */
const kill = async (client: Client, pid: number, clock: Clock): Promise<void> => {
  const drain = (channel: ClientChannel) => {
    channel.resume()
    channel.stderr.resume()
    channel.end()
  }
  const how = { clock, patienceMs: END_MS, answerMs: END_MS }
  try {
    await openChannel(client, (done) => client.exec(killLine(pid), done), drain, how)
  } catch {
    // The link is gone or the server gives no session; `timeout` on the host ends the command then.
  }
}

/** Holds bytes up to its size; `add` answers whether all of them went in. */
const createPail = (size: number) => {
  const chunks: Buffer[] = []
  let held = 0
  let full = false
  const bytes = () => Buffer.concat(chunks)
  return {
    bytes,
    isFull: () => full,
    /** Decoded as a whole: a character may come in two chunks. The cap may cut the last one. */
    text: () => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes()),
    add(chunk: Buffer): boolean {
      const part = chunk.subarray(0, size - held)
      if (part.length > 0) chunks.push(part)
      held += part.length
      if (part.length < chunk.length) full = true
      return !full
    },
  }
}
