/**
 * Words with a stroke in front: `/guests running`. They show what the panels show, as text, with no model
 * and no deed behind them; what begins like a path or a sentence is none of them.
 */
import { clean } from '../log.ts'
import { nearest } from '../nearest.ts'

export type CommandName = keyof typeof commands

export type CommandsNeeds = {
  /**
   * The text of a panel, page or search as `curl` would get it; `asked` is what stands behind the
   * command. Undefined = there is none: no such guest, or that room is not there.
   */
  panelText(name: Exclude<CommandName, 'help' | 'clear'>, asked: string): string | undefined
}

export type CommandAnswer = {
  command: CommandName | 'unknown'
  text: string
  /** `table`: aligned columns, to be shown as they are; its words are those of the cluster. */
  form: 'words' | 'table'
  /** The talk on the screen begins anew. */
  clears?: true
}

export type Commands = {
  /** Undefined = not a command, so a question. */
  run(line: string): CommandAnswer | undefined
}

type Command = { says: string /** What may or (`!`) must stand behind it. */; takes?: string }

export const commands = {
  status: { says: 'how all is' },
  nodes: { says: 'the nodes' },
  guests: { says: 'the guests', takes: '[filter]' },
  guest: { says: 'one guest', takes: 'ID!' },
  storage: { says: 'how full the stores are' },
  tasks: { says: 'what runs and what ran' },
  backups: { says: 'the last backup of each guest' },
  temperatures: { says: 'how hot the nodes are' },
  quorum: { says: 'the votes' },
  power: { says: 'which nodes can be woken' },
  costs: { says: 'what the models have cost' },
  memory: { says: 'what I remember of it', takes: 'QUESTION!' },
  help: { says: 'this list' },
  clear: { says: 'a new page' },
} as const satisfies Record<string, Command>

const names = Object.keys(commands) as CommandName[]
const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)
const of = (name: CommandName): Command => commands[name]

/** `/guests running`, and neither `/etc/passwd` nor `/ is full`. */
const LINE = /^\/([a-z]+)(?:\s+(.*))?$/is
const MOST_LETTERS = 200

export const createCommands = ({ panelText }: CommandsNeeds): Commands => ({
  run(line) {
    const [, word, rest = ''] = LINE.exec(line.trim()) ?? []
    if (word === undefined) return undefined
    const name = word.toLowerCase()
    const asked = clean(rest).trim().slice(0, MOST_LETTERS)
    if (!isCommand(name)) return { command: 'unknown', form: 'words', text: unknown(name) }
    if (name === 'help') return { command: name, form: 'table', text: help() }
    if (name === 'clear')
      return { command: name, form: 'words', text: 'A clean page.', clears: true }
    const { takes } = of(name)
    if (takes?.endsWith('!') && !asked)
      return { command: name, form: 'words', text: `${usage(name)}, if you please.` }
    const text = panelText(name, takes ? asked : '')
    return text === undefined
      ? { command: name, form: 'words', text: absent(name, asked) }
      : { command: name, form: 'table', text }
  },
})

const usage = (name: CommandName): string => {
  const { takes } = of(name)
  return `/${name}${takes ? ` ${takes.replace('!', '')}` : ''}`
}

const help = (): string => {
  const widest = Math.max(...names.map((name) => usage(name).length))
  return `${names.map((name) => `${usage(name).padEnd(widest)}  ${of(name).says}`).join('\n')}\n`
}

/** Only letters come here, so the word may be told as it came. */
const unknown = (name: string): string => {
  const meant = nearest(name, names)
  const shown = name.slice(0, 40)
  return `There is no /${shown}.${meant ? ` You may have meant /${meant}.` : ''} /help lists what there is.`
}

const absent = (name: CommandName, asked: string): string =>
  name === 'guest'
    ? `I know no guest ${asked.replace(/[^\w .@+-]/g, ' ').trim() || 'of that name'}.`
    : `I have nothing to show for /${name}.`
