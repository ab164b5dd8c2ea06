/**
 * Terminals over HTTP: the list, one of them, its screen as text, and the word that opens its socket.
 * Only a person opens or types; an admin token may read the text, as curl has no cookie.
 */
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import type { Seen, Terminals, Who } from '../lib/terminals/terminals.ts'
import { plainScreen, terminalPage } from '../views/pages/terminal.ts'
import {
  type TerminalsPage,
  terminalJson,
  terminalsJson,
  terminalsPage,
  terminalsText,
} from '../views/pages/terminals.ts'
import type { TerminalFiles } from '../views/parts/terminal-strip.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { backTo, bodyOf, callerIn } from './deeds.ts'
import type { Needs } from './needs.ts'
import { formIn, send } from './pages.ts'
import { assetsOf } from './static.ts'

/** So much of what has scrolled away is in the text. */
const TEXT_LINES = 2000

export const terminalsOf = ({ terminals }: Needs): Terminals => {
  if (terminals) return terminals
  throw new Problem('not-found', 'There are no terminals here.')
}

/** Throws `forbidden` for whoever is no person before a browser. */
export const personIn = (c: Ctx) => {
  const { kind, session, name, from } = callerIn(c)
  if (kind === 'person' && session) return { name, from, session: session.id }
  throw new Problem('forbidden', 'Only a person opens a terminal, not a token.', {
    next: 'Log in with a browser.',
  })
}

export const terminalFiles = (root: string): TerminalFiles => {
  const { url } = assetsOf(root)
  return {
    script: url('terminal.js'),
    xterm: url('xterm.js'),
    css: url('xterm.css'),
    fit: url('xterm-fit.js'),
    search: url('xterm-search.js'),
    links: url('xterm-links.js'),
  }
}

/** `GET /terminals`; `?at=guest/303` leads to the one that is open there. */
export const showTerminals = (needs: Needs) => (c: Ctx) => {
  const terminals = terminalsOf(needs)
  const at = c.req.query('at')
  const all = terminals.list()
  const open = at === undefined ? undefined : all.findLast((t) => t.target === at)
  if (open && formIn(c) === 'html') return c.redirect(paths.terminal(open.id), 303)
  const page: TerminalsPage = {
    now: needs.clock.now(),
    terminals: all,
    targets: terminals.targets(),
    may: callerIn(c).kind === 'person',
    at,
  }
  return send(c, needs, {
    html: () => terminalsPage(page),
    text: () => terminalsText(page),
    json: () => terminalsJson(page),
  })
}

/** `POST /terminals` with a `target`, and a `name` if it is to have one. */
export const openTerminal = (needs: Needs) => async (c: Ctx) => {
  const who = personIn(c)
  const { target = '', name } = await bodyOf(c)
  const { id } = terminalsOf(needs).open(target, who, name)
  if (formOf(c) !== 'html') return sendJson(c, terminalJson(terminalsOf(needs).find(id)), 201)
  return c.redirect(paths.terminal(id), 303)
}

/** `GET /terminals/:id`, and with `.txt` its text. */
export const showTerminal = (needs: Needs) => async (c: Ctx) => {
  const terminals = terminalsOf(needs)
  const [, id = '', suffix] = /^([^.]*)(\.txt)?$/.exec(c.req.param('id') ?? '') ?? []
  const terminal = living(terminals.find(id))
  varies(c)
  const form = suffix ? 'text' : formIn(c)
  if (form === 'text') return sendText(c, plainScreen(await terminals.text(id, TEXT_LINES)))
  if (form === 'json') return sendJson(c, terminalJson(terminal))
  const mode = c.req.query('mode') === 'watch' ? 'watch' : 'work'
  const all = terminals.list()
  const files = terminalFiles(needs.config.root)
  const isNode = terminals.targets().some((t) => t.kind === 'node' && t.host === terminal.host)
  const offer = terminal.way !== 'tmux' && isNode ? terminal.host : undefined
  return sendPage(c, needs, terminalPage({ terminal, all, files, mode, offer }))
}

/** `POST /terminals/:id/ticket` with `mode`: a word that opens one socket, once, within 30 s. */
export const giveTicket = (needs: Needs) => async (c: Ctx) => {
  const terminals = terminalsOf(needs)
  const { session } = personIn(c)
  const { id } = living(terminals.find(c.req.param('id') ?? ''))
  const { mode } = await bodyOf(c)
  const ticket = terminals.tickets.issue({
    terminal: id,
    session,
    mode: mode === 'watch' ? 'watch' : 'work',
  })
  return sendJson(c, { ticket, socket: paths.terminalSocket(id) })
}

/** `POST /terminals/:id/name` */
export const renameTerminal = (needs: Needs) => async (c: Ctx) => {
  personIn(c)
  const terminals = terminalsOf(needs)
  const { id } = terminals.find(c.req.param('id') ?? '')
  const { name = '' } = await bodyOf(c)
  terminals.rename(id, name)
  return answer(c, needs, id)
}

/** `POST /terminals/:id/end`: what runs in it is ended. */
export const endTerminal = (needs: Needs) => async (c: Ctx) => {
  const who: Who = personIn(c)
  const { id } = terminalsOf(needs).find(c.req.param('id') ?? '')
  await terminalsOf(needs).end(id, who)
  if (formOf(c) === 'html') return c.redirect(paths.terminals(), 303)
  return sendJson(c, { id, ended: true })
}

/** `POST /terminals/tmux` with a `node`: the offer, as a deed like every other. */
export const installTmux = (needs: Needs) => async (c: Ctx) => {
  personIn(c)
  const { node = '', next } = await bodyOf(c)
  const result = await needs.tools.call({
    tool: 'tmux_install',
    args: { node },
    caller: callerIn(c),
  })
  if (result.problem) throw result.problem
  if (formOf(c) === 'html') return c.redirect(backTo(c, next), 303)
  return sendJson(c, { state: result.state, id: result.id ?? null, text: result.text })
}

const answer = (c: Ctx, needs: Needs, id: string) =>
  formOf(c) === 'html'
    ? c.redirect(paths.terminal(id), 303)
    : sendJson(c, terminalJson(terminalsOf(needs).find(id)))

export const living = (terminal: Seen): Seen => {
  if (terminal.endedAt === undefined) return terminal
  throw new Problem('not-found', terminal.endedWhy ?? 'This terminal has ended.', {
    next: 'Open a new one.',
    details: { near: paths.terminals(terminal.target) },
  })
}
