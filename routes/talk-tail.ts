/**
 * `GET /chat/:id/live`: the last turn of a talk as it is being answered, for `curl -N` and scripts. The
 * text grows word by word; JSON and HTML are told whole each time, as server-sent events. It ends with
 * the turn, or where a person has to decide.
 */
import { covers } from '../lib/auth/auth.ts'
import { seconds } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import type { Want } from '../lib/live/hub.ts'
import { eventOf, type Form, greetingOf, heartbeatOf } from '../lib/live/messages.ts'
import { parcel } from '../lib/live/packet.ts'
import { wantOf } from '../lib/live/stream.ts'
import { createViewer, type Sink } from '../lib/live/viewer.ts'
import { endLine, type TurnView, turnJson, turnLines, turnRow } from '../views/parts/talk.ts'
import { type Ctx, formOf } from './answer.ts'
import { callerIn } from './deeds.ts'
import type { FeedNeeds } from './feed.ts'
import { streamFor } from './streams.ts'
import { idIn } from './talk-id.ts'
import { turnView } from './talk-view.ts'
import { chatOf } from './talks.ts'

export type Tails = {
  open(c: Ctx): Response
  /** Ends those whose right has ended. */
  check(): void
  close(): void
}

const PACE_MS = 200
const QUIET_MS = seconds(15)
const CAP_BYTES = 1 << 20
const DROP_MS = seconds(60)
const MOST = 100
/** What is longer is told whole less often. */
const LONG = 16_000

type TailForm = Extract<Form, 'text' | 'json' | 'html'>

export const createTails = (needs: FeedNeeds): Tails => {
  const { clock, auth, log } = needs
  const open = new Set<{ holds(): boolean; end(): void }>()

  const join = (want: Want, turn: number, holds: () => boolean, sink: Sink) => {
    const chat = chatOf(needs)
    const form = want.form as TailForm
    const says = createWords(form)
    const now = () => {
      const shown = chat.turn(turn)
      return shown && turnView(needs, shown)
    }
    let cancelPace: (() => void) | undefined
    let cancelQuiet: (() => void) | undefined
    const send = (text: string) => {
      viewer.send(parcel(text))
      cancelQuiet?.()
      cancelQuiet = clock.after(QUIET_MS, () => send(says.quiet()))
    }
    const tell = () => {
      cancelPace = undefined
      const view = now()
      if (!view) return tail.end()
      const words = says.next(view)
      if (words) send(words)
      if (view.state === 'running' || view.state === 'queued') return
      send(says.end(view))
      tail.end()
    }
    const viewer = createViewer({
      sink,
      clock,
      form,
      gzip: want.gzip,
      owner: want.owner,
      since: 0,
      capBytes: CAP_BYTES,
      dropAfterMs: DROP_MS,
      whole: () => {
        const view = now()
        return parcel(view ? says.whole(view) : '')
      },
      onDrop: () => log.info('live: a listener who does not read was let go', { form }),
    })
    const gone = () => {
      stopFollowing()
      cancelPace?.()
      cancelQuiet?.()
      open.delete(tail)
    }
    const tail = {
      holds,
      end() {
        gone()
        viewer.end()
      },
    }
    const stopFollowing = chat.follow(turn, (news) => {
      if (news.type === 'end') {
        cancelPace?.()
        return tell()
      }
      cancelPace ??= clock.after(says.length() > LONG ? PACE_MS * 5 : PACE_MS, tell)
    })
    open.add(tail)
    sink.onClose(gone)
    send(greetingOf(form))
    tell()
  }

  return {
    open(c) {
      const caller = callerIn(c)
      const { turns } = chatOf(needs).read(idIn(c), caller)
      const turn = turns.at(-1)
      if (!turn) throw new Problem('not-found', 'Nothing was ever said in this talk.')
      if (open.size >= MOST) throw new Problem('busy', `${MOST} listeners are here already.`)
      if (c.req.method === 'HEAD') return c.body(null, 200)
      const headers = { acceptEncoding: c.req.header('accept-encoding') }
      const want = wantOf({ as: formIn(c) }, headers)
      const holds = () => auth.holds(caller) && covers(caller.scope, 'operate')
      return streamFor(c, { join: (w, begin) => join(w, turn.id, holds, begin()) }, want)
    },
    check() {
      for (const tail of [...open]) if (!tail.holds()) tail.end()
    },
    close() {
      for (const tail of [...open]) tail.end()
    },
  }
}

const formIn = (c: Ctx): TailForm => {
  const as = c.req.query('as')
  if (as === 'text' || as === 'json' || as === 'html') return as
  if (as !== undefined)
    throw new Problem('invalid', 'I do not know that form of a stream.', {
      next: 'There are: text, json, html.',
    })
  const isStream = (c.req.header('accept') ?? '').includes('text/event-stream')
  return isStream ? 'json' : formOf(c)
}

/** What is new of a turn, in each form. */
const createWords = (form: TailForm) => {
  let said = ''
  const full = (view: TurnView) =>
    form === 'text'
      ? turnLines(view)
      : eventOf(
          form,
          'turn',
          form === 'json' ? JSON.stringify(turnJson(view)) : String(turnRow(view)),
        )
  const begun = (text: string) => (said === '' || said.endsWith('\n') ? text : `\n${text}`)
  return {
    length: () => said.length,
    whole(view: TurnView) {
      said = full(view)
      return begun(said)
    },
    next(view: TurnView) {
      const now = full(view)
      const before = said
      if (now === before) return ''
      said = now
      if (form !== 'text') return now
      if (now.startsWith(before)) return now.slice(before.length)
      // Another mind has begun anew, or a call that waited has ended: from the line that is different.
      let same = 0
      while (now[same] === before[same]) same++
      const line = now.lastIndexOf('\n', same - 1) + 1
      return `${before.endsWith('\n') ? '' : '\n'}${now.slice(line)}`
    },
    end: (view: TurnView) =>
      form === 'text'
        ? `${said.endsWith('\n') ? '' : '\n'}${endLine(view)}`
        : eventOf(form, 'end', ''),
    /** In the middle of a sentence nothing is said in between. */
    quiet: () => (form === 'text' && !said.endsWith('\n') ? '' : heartbeatOf(form)),
  }
}
