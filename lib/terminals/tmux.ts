/**
 * tmux as data: every command line that is sent to a host, and what its answers mean. One server of
 * our own (`-L jarvis`, no settings file), one session a terminal, and a session in its group for each
 * viewer, so that each has a window of his own (two clients of one session share it: tmux 3.3a).
 * Attach by hand: `tmux -L jarvis attach`.
 */
import { quote } from '../ssh/command.ts'

/** `-u`: in a C locale tmux turns every byte beyond ASCII into `_`, and SSH brings no locale along. */
const TMUX = ['tmux', '-u', '-L', 'jarvis', '-f', '/dev/null']

/** The two keys that the page sends for a wheel or a finger: up and down in what scrolled away. */
export const SCROLL = { up: '\x1b[9001~', down: '\x1b[9002~' } as const

export type Window = {
  /** `@3` */
  id: string
  name: string
  /** What runs in it now. */
  command: string
  /** In front of this viewer. */
  active: boolean
}

export const sessionOf = (terminal: string): string => `jarvis-${terminal}`
export const viewerOf = (terminal: string, viewer: string): string =>
  `${sessionOf(terminal)}-${viewer}`

const line = (...words: string[]): string => words.map(quote).join(' ')
/** A word of a person's: tmux takes a `;` at the end of one for the end of the command (3.3a). */
const literal = (word: string): string => word.replace(/;$/, '\\;')
const tmux = (...words: string[]): string => line(...TMUX, ...words)
/** Without `=` a name is a beginning: `-t main` finds `main2`. */
const exact = (session: string): string => `=${session}`

// What the two keys do: in a program with a screen of its own (less, vim) they are arrows.
const ARROWS_UP = 'send-keys -N 3 Up'
const ARROWS_DOWN = 'if -F "#{alternate_on}" "send-keys -N 3 Down"'
const BACK = 'copy-mode -e ; send-keys -X -N 3 scroll-up'
const FORTH = 'send-keys -X -N 3 scroll-down'

/** Set each time a terminal is made, as the server ends with its last session. */
const SETTINGS: string[][] = [
  ['set', '-g', 'history-limit', '10000'],
  ['set', '-g', 'status', 'off'],
  ['set', '-s', 'escape-time', '20'],
  // Programs in it must not write into the clipboard of whoever looks (OSC 52).
  ['set', '-s', 'set-clipboard', 'off'],
  // In every terminfo there is, also inside of small containers.
  ['set', '-g', 'default-terminal', 'screen-256color'],
  ['set', '-s', 'terminal-features[9]', 'xterm-256color:RGB'],
  // A title that changes whenever a window comes, goes or is renamed: the page asks for the list then.
  ['set', '-g', 'set-titles', 'on'],
  ['set', '-g', 'set-titles-string', '#{W:#{window_id}#{window_name}#{window_flags} }'],
  ['set', '-s', 'user-keys[0]', SCROLL.up],
  ['set', '-s', 'user-keys[1]', SCROLL.down],
  ['bind', '-n', 'User0', 'if', '-F', '#{alternate_on}', ARROWS_UP, BACK],
  ['bind', '-n', 'User1', 'if', '-F', '#{pane_in_mode}', FORTH, ARROWS_DOWN],
]

export type Prepared = 'none' | 'had' | 'made'

/** A script that makes sure of the session; it says `none` where there is no tmux. */
export const prepare = (
  terminal: string,
  { cols, rows, command }: { cols: number; rows: number; command?: string | undefined },
): string => {
  const session = sessionOf(terminal)
  const made = [
    ['start-server'],
    ...SETTINGS,
    ['new-session', '-d', '-s', session, '-x', `${cols}`, '-y', `${rows}`, ...inside(command)],
    ...defaults(`${exact(session)}:`, command),
  ]
  return [
    'command -v tmux >/dev/null 2>&1 || { echo none; exit 0; }',
    `${tmux('has-session', '-t', exact(session))} 2>/dev/null && { echo had; exit 0; }`,
    // Two viewers who come at once both find nothing; tmux lets one of them make it.
    `${tmux(...chain(made))} && { echo made; exit 0; }`,
    `${tmux('has-session', '-t', exact(session))} 2>/dev/null && echo had`,
  ].join('\n')
}

const chain = (commands: string[][]): string[] =>
  commands.flatMap((words, i) => (i === 0 ? words : [';', ...words]))

const inside = (command: string | undefined): string[] => (command ? [`exec ${command}`] : [])
/** So that a window made by hand (Ctrl-b c) is in the same place. */
const defaults = (session: string, command: string | undefined): string[][] =>
  command ? [['set-option', '-t', session, 'default-command', `exec ${command}`]] : []

export const preparedFrom = (stdout: string): Prepared | undefined =>
  /^(none|had|made)$/m.exec(stdout)?.[1] as Prepared | undefined

/** The line for a viewer's PTY. A watcher's keys and size do not count: tmux itself sees to that. */
export const attach = (
  terminal: string,
  viewer: string,
  { watch, command }: { watch: boolean; command?: string | undefined },
): string => {
  const own = viewerOf(terminal, viewer)
  const flags = watch ? ['-f', 'read-only,ignore-size'] : []
  const commands = [
    ['new-session', ...flags, '-t', exact(sessionOf(terminal)), '-s', own],
    // Without it the sessions of viewers who have left pile up.
    ['set-option', 'destroy-unattached', 'on'],
    ...(command ? [['set-option', 'default-command', `exec ${command}`]] : []),
  ]
  return `exec ${tmux(...chain(commands))}`
}

const WINDOW = '#{window_id}|#{window_active}|#{pane_current_command}|#{window_name}'

/** Free text comes last, so that no name can look like another field. */
export const listWindows = (session: string): string =>
  tmux('list-windows', '-t', exact(session), '-F', WINDOW)

export const windowsFrom = (stdout: string): Window[] =>
  stdout.split('\n').flatMap((text) => {
    const [, id, active, command, name] = /^(@\d+)\|([01])\|([^|]*)\|(.*)$/.exec(text) ?? []
    return id ? [{ id, active: active === '1', command: command!, name: name! }] : []
  })

/** `-d`: it must not come to the front of viewers who look elsewhere. */
export const newWindow = (terminal: string, viewer: string, command?: string): string => {
  const made = tmux(
    'new-window',
    '-d',
    '-P',
    '-F',
    '#{window_id}',
    '-t',
    `${exact(sessionOf(terminal))}:`,
    ...inside(command),
  )
  const select = line(...TMUX, 'select-window', '-t').concat(
    ` ${quote(`${exact(viewerOf(terminal, viewer))}:`)}"$made"`,
  )
  return `made=$(${made}) && ${select}`
}
export const selectWindow = (terminal: string, viewer: string, id: string): string =>
  tmux('select-window', '-t', `${exact(viewerOf(terminal, viewer))}:${id}`)
export const renameWindow = (terminal: string, id: string, name: string): string =>
  tmux('rename-window', '-t', `${exact(sessionOf(terminal))}:${id}`, '--', literal(name))
export const closeWindow = (terminal: string, id: string): string =>
  tmux('kill-window', '-t', `${exact(sessionOf(terminal))}:${id}`)

/** Looks for words in what scrolled away, in the window in front of this viewer. */
export const findWords = (terminal: string, viewer: string, words: string): string => {
  const pane = `${exact(viewerOf(terminal, viewer))}:`
  return tmux('copy-mode', '-t', pane, ';', ...['send-keys', '-X', '-t', pane]).concat(
    ` search-backward ${quote(literal(words))}`,
  )
}

/** All windows of the group; killing the session alone would leave them to its viewers. */
export const endSession = (terminal: string): string =>
  `for w in $(${tmux('list-windows', '-t', exact(sessionOf(terminal)), '-F', '#{window_id}')}); do ${tmux('kill-window', '-t')} "$w"; done`

export const hasSession = (terminal: string): string =>
  `${tmux('has-session', '-t', exact(sessionOf(terminal)))} 2>/dev/null && echo had || echo gone`

/** The text of the window in front, with what has scrolled away, at most `lines` of it. */
export const capture = (terminal: string, lines: number): string =>
  tmux('capture-pane', '-p', '-J', '-S', `-${lines}`, '-t', `${exact(sessionOf(terminal))}:`)
