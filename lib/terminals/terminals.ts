/**
 * Shells that follow the person, not the tab: each is a row here and a tmux session on its host, so
 * that closing the browser, losing the network or restarting this server loses nothing. The operator's
 * direct access: no tier stands before it, and every visit is written down.
 */
import { randomBytes } from 'node:crypto'
import type { Trail } from '../audit/trail.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf, Problem } from '../errors.ts'
import { clean, type Log } from '../log.ts'
import type { Ssh } from '../ssh/ssh.ts'
import { type Kept, keepTerminal } from './kept.ts'
import { type Control, closing, exitFrame } from './protocol.ts'
import { createRows, type Terminal } from './rows.ts'
import type { Seat, Size, Visit } from './seat.ts'
import { demandTarget, type Target, targetsOf, type World } from './targets.ts'
import { createTickets, type Tickets } from './tickets.ts'
import * as tmux from './tmux.ts'
import { sitAtTmux } from './tmux-seat.ts'
import { createVisitor, type Tellable, type Visitor } from './visitor.ts'
import { noteVisit } from './visits.ts'

export type Who = { name: string; from: string }

export type Terminals = {
  /** Where one can be opened; empty without an SSH key. */
  targets(): Target[]
  /** Those that are open, oldest first. */
  list(): Seen[]
  /** Throws `not-found`. */
  find(id: string): Seen
  /** Makes a row; the shell starts when somebody looks. Throws `not-found`, `conflict`, `busy`. */
  open(target: string, who: Who, name?: string): Terminal
  rename(id: string, name: string): void
  /** Ends what runs in it. Throws what the host says. */
  end(id: string, who: Who): Promise<void>
  /** Takes a socket to a terminal; never throws, the socket is told. */
  attach(id: string, visit: Visit): Visitor
  /** Writes down that somebody follows its text; the answer is called when he has left. */
  visit(id: string, who: Who): () => void
  /** The text of its screen and what scrolled away. Throws `not-found`, `conflict`, or as `exec`. */
  text(id: string, lines: number): Promise<string>
  tickets: Tickets
  /** Forgets what ended a week ago. */
  sweep(): number
  /** Sockets are closed with 1001; what tmux keeps lives on. */
  close(): void
}

/** `viewers`: how many look now. */
export type Seen = Terminal & { viewers: number }

export type TerminalsNeeds = {
  ssh: Ssh
  db: Db
  clock: Clock
  log: Log
  trail: Pick<Trail, 'write'>
  /** Nodes and guests as they are now. */
  world: () => World
  /** False: there is no SSH key, so there is nowhere to go. */
  able: boolean
}

const MOST_OPEN = 60
const MOST_VIEWERS = 100

export const createTerminals = (needs: TerminalsNeeds): Terminals => {
  const { ssh, clock, log, trail } = needs
  const rows = createRows(needs)
  rows.endKept()
  const visitors = new Map<string, Set<Tellable>>()
  const kept = new Map<string, Promise<Kept>>()

  const here = (id: string) => visitors.get(id) ?? new Set<Tellable>()
  const seen = (row: Terminal): Seen => ({ ...row, viewers: here(row.id).size })
  const demand = (id: string): Terminal => {
    const row = rows.find(id)
    if (row) return row
    throw new Problem('not-found', 'There is no such terminal.', { next: 'Open one anew.' })
  }
  const targets = () => (needs.able ? targetsOf(ssh.hosts(), needs.world()) : [])
  const tellAll = (id: string) => {
    const all = here(id)
    for (const visitor of all) visitor.tell({ viewers: all.size })
  }
  /** For what happens by itself, where nobody would catch it: a full disk ends no server. */
  const note = (id: string, write: () => unknown) => {
    try {
      write()
    } catch (error) {
      log.error('terminals: not written down', { id, reason: messageOf(error) })
    }
  }
  const ended = (id: string, why: string, code: number = closing.ended) => {
    if (code === closing.ended) note(id, () => rows.end(id, why))
    for (const visitor of [...here(id)]) visitor.end(code, why)
  }

  /** The shell on the host: there already, made now, or kept by us where there is no tmux. */
  const prepare = async (row: Terminal, size: Size): Promise<'kept' | 'had' | 'made'> => {
    if (kept.has(row.id)) return 'kept'
    const script = tmux.prepare(row.id, { ...size, command: row.command })
    const { stdout, stderr, lost } = await ssh.exec(row.host, script)
    const found = tmux.preparedFrom(stdout)
    if (found === 'none') return 'kept'
    if (found) return found
    throw new Problem('failed', `${row.host} did not open a terminal.`, {
      next: lost ? 'The link was lost; try again.' : `It said: ${clean(stderr).slice(0, 200)}`,
    })
  }

  const endOnHost = async ({ id, host }: Terminal) => {
    // One that has left the configuration cannot be asked, and its terminal must not stay for ever.
    if (!ssh.hosts().some(({ name }) => name === host)) return
    const { lost, timedOut } = await ssh.exec(host, tmux.endSession(id))
    if (lost || timedOut)
      throw new Problem('unreachable', `${host} did not say that it has ended.`, {
        next: 'Try again.',
      })
  }
  /** Ended while it was being opened: nobody would ever find the shell that was made meanwhile. */
  const demandLiving = async (row: Terminal, found: 'kept' | 'had' | 'made') => {
    const { endedAt, endedWhy } = demand(row.id)
    if (endedAt === undefined) return
    if (found !== 'kept') await endOnHost(row)
    throw new Problem('conflict', endedWhy ?? whyEnded.exit)
  }

  const keep = (row: Terminal, size: Size): Promise<Kept> => {
    const before = kept.get(row.id)
    if (before) return before
    const made = keepTerminal({
      ssh,
      clock,
      terminal: row,
      size,
      onEnd(why) {
        kept.delete(row.id)
        ended(row.id, whyEnded[why])
      },
    })
    kept.set(row.id, made)
    made.catch(() => kept.delete(row.id))
    return made
  }

  /** The client of a viewer ended: is the terminal still there? */
  const onTmuxEnd =
    (row: Terminal, self: () => Tellable, visit: Visit) =>
    async ({ lost, code }: { lost: boolean; code: number | null }) => {
      const linkLost = () => self().end(closing.linkLost, `The link to ${row.host} was lost.`)
      if (lost) return linkLost()
      try {
        const { stdout } = await ssh.exec(row.host, tmux.hasSession(row.id))
        if (/^gone$/m.test(stdout)) {
          visit.wire.send(exitFrame(code))
          ended(row.id, whyEnded.exit)
        } else if (/^had$/m.test(stdout)) self().end(closing.detached, 'Detached; it lives on.')
        else linkLost()
      } catch {
        linkLost()
      }
    }

  const obey = async (row: Terminal, viewer: string, control: Control, self: Tellable) => {
    if (kept.has(row.id)) return
    const script = scriptFor(control, row, viewer)
    const windows = tmux.listWindows(tmux.viewerOf(row.id, viewer))
    const { stdout } = await ssh.exec(row.host, script ? `${script}\n${windows}` : windows)
    self.tell({ windows: tmux.windowsFrom(stdout) })
  }

  const attach = (id: string, visit: Visit): Visitor => {
    const row = rows.find(id)
    const refuse = (code: number, reason: string): Visitor => {
      visit.wire.close(code, reason)
      return { receive() {}, leave() {} }
    }
    if (!row) return refuse(closing.notFound, 'There is no such terminal.')
    if (row.endedAt !== undefined) return refuse(closing.ended, row.endedWhy ?? whyEnded.exit)
    const all = [...visitors.values()].reduce((sum, set) => sum + set.size, 0)
    if (all >= MOST_VIEWERS) return refuse(closing.tooMany, 'Too many look at terminals already.')

    const viewer = randomBytes(4).toString('hex')
    let left: (() => void) | undefined
    const seat = async (size: Size): Promise<Seat> => {
      // Before the shell: what cannot be written down is not opened.
      left = noteVisit(needs, row, visit)
      const found = await prepare(row, size)
      await demandLiving(row, found)
      const known = row.way !== undefined
      // Before anybody sits there: whoever ends it now must know where.
      if (found !== 'kept') rows.found(id, 'tmux')
      const open = () => {
        if (found === 'kept') rows.found(id, 'kept')
        visitor.tell({ state: 'open', way: found === 'kept' ? 'kept' : 'tmux', ...size })
        if (found === 'made' && known)
          visitor.tell({
            notice: `The old shell is gone: ${row.host} was restarted. This one is new.`,
          })
        tellAll(id)
      }
      if (found === 'kept') {
        const terminal = await keep(row, size)
        open()
        return terminal.sit(visit, visitor.tell, size)
      }
      const onEnd = onTmuxEnd(row, () => visitor, visit)
      const place = await sitAtTmux({ ssh, terminal: row, viewer, visit, size, onEnd })
      open()
      return place
    }
    const visitor: Tellable = createVisitor({
      clock,
      log,
      visit,
      seat,
      control: (control) => obey(row, viewer, control, visitor),
      onLeave() {
        const set = here(id)
        set.delete(visitor)
        if (set.size === 0) visitors.delete(id)
        tellAll(id)
        left?.()
        if (left) note(id, () => rows.seen(id))
      },
    })
    visitors.set(id, here(id).add(visitor))
    return visitor
  }

  return {
    targets,
    list: () => rows.open().map(seen),
    find: (id) => seen(demand(id)),
    open(key, who, name) {
      const target = demandTarget(targets(), key)
      if (rows.open().length >= MOST_OPEN)
        throw new Problem('busy', `${MOST_OPEN} terminals are open already.`, {
          next: 'End some of them first.',
        })
      const row = rows.add(target, who.name, titled(name) || target.label)
      trail.write({
        who: who.name,
        from: who.from,
        what: 'terminal.open',
        args: { terminal: row.id },
        target: row.target,
        verdict: 'run',
      })
      return row
    },
    rename(id, name) {
      const row = demand(id)
      rows.rename(id, titled(name) || row.label)
    },
    async end(id, who) {
      const row = demand(id)
      if (row.endedAt !== undefined) return
      const { name, from } = who
      const entry = { who: name, from, what: 'terminal.end', target: row.target, verdict: 'run' }
      trail.write({ ...entry, args: { terminal: id } })
      const own = await kept.get(id)?.catch(() => undefined)
      if (own) {
        kept.delete(id)
        own.close()
      } else if (row.way === 'tmux') await endOnHost(row)
      ended(id, `Ended by ${clean(name)}.`)
    },
    attach,
    visit: (id, { name: who, from }) => noteVisit(needs, demand(id), { who, from, mode: 'text' }),
    async text(id, lines) {
      const row = demand(id)
      if (row.endedAt !== undefined)
        throw new Problem('conflict', row.endedWhy ?? whyEnded.exit, { next: 'Open one anew.' })
      const own = await kept.get(id)
      if (own) return own.text(lines)
      if (row.way === undefined) return ''
      const { stdout, code } = await ssh.exec(row.host, tmux.capture(id, lines))
      if (code !== 0)
        throw new Problem('conflict', `The shell on ${row.host} is not there any more.`, {
          next: 'Opening the terminal starts a new one.',
        })
      return stdout.replace(/\n+$/, '')
    },
    tickets: createTickets({ clock }),
    sweep: rows.sweep,
    close() {
      for (const set of [...visitors.values()])
        for (const visitor of [...set]) visitor.end(closing.stopping, 'Jarvis is being restarted.')
      for (const [id, one] of kept) {
        kept.delete(id)
        one.then((own) => own.close()).catch(() => {})
      }
    },
  }
}

const whyEnded = {
  exit: 'What ran in it has ended.',
  lost: 'The link to its host was lost, and without tmux there that was its end.',
  alone: 'Nobody looked at it for half an hour, and there is no tmux on its host.',
}

const titled = (name: string | undefined): string =>
  clean(name ?? '')
    .trim()
    .slice(0, 60)

const scriptFor = (control: Control, row: Terminal, viewer: string): string | undefined => {
  if (control.do === 'new') return tmux.newWindow(row.id, viewer, row.command)
  if (control.do === 'select') return tmux.selectWindow(row.id, viewer, control.id)
  if (control.do === 'rename') return tmux.renameWindow(row.id, control.id, control.name)
  if (control.do === 'find') return tmux.findWords(row.id, viewer, control.name)
  if (control.do === 'close') return tmux.closeWindow(row.id, control.id)
  return undefined
}
