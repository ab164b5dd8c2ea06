/** Opens channels on a connection, patiently: a server that has no session left is asked again. */
import type { Client, ClientChannel } from 'ssh2'
import { type Clock, sleep } from '../clock.ts'
import { Problem } from '../errors.ts'

/** Gone between two commands: nothing was started, so another connection may be tried. */
export class NotStarted extends Error {}
/** Gone while the command was being started: it may run, or not. */
export class ConnectionLost extends Error {}
/** Nobody waits for the beginning any more, cancelled or out of time; likewise, it may run or not. */
export class Silent extends Error {}

export type OpenOptions = {
  clock: Clock
  /** How long a server that refuses is asked again, milliseconds. */
  patienceMs: number
  /** How long one that says nothing at all is waited for. */
  answerMs: number
  signal?: AbortSignal | undefined
  /** Takes a channel that opens when nobody waits any more; closed unless told. */
  late?: (channel: ClientChannel) => void
}

// A finished job's close and the next open reach sshd in one batch, and the session is freed only
// behind it: 2 ms later there is room (OpenSSH 9.2, 41 retries in 224 jobs, none refused at last).
const FIRST_PAUSE_MS = 2
const LONGEST_PAUSE_MS = 100

export type Open = (done: (error: Error | undefined, channel: ClientChannel) => void) => void

/**
 * Starts with `open` until it is not refused, and hands the channel to `use` in that very moment: the
 * answer, the output and the exit code of a short command can come in one packet, and ssh2 tells them
 * all before a promise is through (2 of 224 `echo` were "lost" otherwise). Throws `NotStarted`,
 * `ConnectionLost`, `Silent`, `busy` or what `open` threw.
 */
export const openChannel = async <T>(
  client: Client,
  open: Open,
  use: (channel: ClientChannel) => T,
  options: OpenOptions,
): Promise<T> => {
  const { clock, patienceMs, signal } = options
  const until = clock.now() + patienceMs
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await once(client, open, use, options)
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
    if (clock.now() >= until)
      throw new Problem('busy', 'The host gives no more sessions on this connection.', {
        next: 'MaxSessions in its sshd_config says how many it gives; 10 is the default.',
      })
    await sleep(clock, pause, signal)
  }
}

const once = <T>(
  client: Client,
  open: Open,
  use: (channel: ClientChannel) => T,
  { clock, answerMs, signal, late = (channel) => channel.close() }: OpenOptions,
) =>
  new Promise<T>((resolve, reject) => {
    let waits = true
    const settle = (how: () => void) => {
      if (!waits) return
      waits = false
      cancel()
      client.off('close', gone)
      signal?.removeEventListener('abort', stop)
      how()
    }
    const fail = (error: unknown) => settle(() => reject(error))
    const gone = () => fail(new ConnectionLost('The connection was lost.'))
    const stop = () => fail(new Silent('It was cancelled before it began.'))
    // A host that hangs is noticed by its keepalives after 150 s only.
    const cancel = clock.after(answerMs, () => fail(new Silent('The host does not answer.')))
    client.once('close', gone)
    signal?.addEventListener('abort', stop, { once: true })
    try {
      open((error, channel) => {
        if (error) return fail(error)
        channel.on('error', () => {})
        channel.stderr?.on('error', () => {})
        if (waits) settle(() => resolve(use(channel)))
        else late(channel)
      })
    } catch (error) {
      // ssh2 throws only while it looks at its own state, before it sends anything (client.js 1.17).
      fail(new NotStarted(String(error)))
    }
  })

/** Reason 2 is "connect failed": what sshd answers beyond MaxSessions; 4 is "resource shortage". */
const isRefusal = (error: unknown): boolean => {
  const { reason, message } = error as Error & { reason?: number | string }
  return reason === 2 || reason === 4 || /open failed/i.test(message)
}
