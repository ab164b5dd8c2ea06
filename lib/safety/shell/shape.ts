/**
 * The first wall of the shell policy: which shapes of a command line can be judged at all. Plain
 * commands of plain words, joined by `|`, `&&`, `||`, `;`, with redirections to /dev/null; everything
 * else has parts that nobody can read on a card. What passes is written anew, word by word in quotes.
 */
import {
  type Command,
  type CommandNode,
  type ParsedScript,
  type PipelineNode,
  parse,
  type Redirection,
  type Word,
} from 'unbash'

/** One word as the program gets it. */
export type Arg = {
  value: string
  /** It holds a `*` or `?` that the shell of the node will expand. */
  glob: boolean
  /** How it stands in what runs. */
  written: string
}

export type Joint = '' | '|' | '&&' | '||' | ';'

export type Step = {
  /** What stands before it; empty for the first. */
  joint: Joint
  args: Arg[]
  /** `2>&1`, `>/dev/null`, … */
  redirects: string[]
}

export type Shape = { ok: true; steps: Step[] } | { ok: false; why: string }

/** Longer lines are scripts. */
export const MOST_CHARACTERS = 4096
export const MOST_COMMANDS = 12

/** The steps of a line, or why its shape cannot be judged. Never throws. */
export const shapeOf = (text: string, parsed: ParsedScript = parse(text)): Shape => {
  const why = unfit(text)
  if (why) return { ok: false, why }
  const steps: Step[] = []
  const wrong = readScript(parsed, steps) ?? commentIn(text, parsed)
  if (wrong) return { ok: false, why: wrong }
  if (steps.length === 0) return { ok: false, why: 'there is no command in it' }
  if (steps.length > MOST_COMMANDS)
    return { ok: false, why: `it holds more than ${MOST_COMMANDS} commands` }
  return { ok: true, steps }
}

const unfit = (text: string): string | undefined => {
  if (text.length > MOST_CHARACTERS) return `it is longer than ${MOST_CHARACTERS} characters`
  if (/[^\x20-\x7e]/.test(text)) return 'it holds characters other than plain printable ones'
  return undefined
}

/** Errors are reported by each script on its own; nested scripts do not pass anyway. */
const readScript = (script: ParsedScript, steps: Step[]): string | undefined => {
  if (script.errors && script.errors.length > 0) return 'it is not a complete command'
  if (script.shebang !== undefined) return 'it is a script'
  for (const { command, background } of script.commands) {
    if (background) return 'a part of it would run in the background'
    const joint = steps.length > 0 ? ';' : ''
    const wrong =
      command.type === 'AndOr'
        ? readChain(command.commands, command.operators, joint, steps)
        : readPipeline(command, joint, steps)
    if (wrong) return wrong
  }
  return undefined
}

const readChain = (
  nodes: readonly PipelineNode[],
  operators: readonly ('&&' | '||')[],
  first: Joint,
  steps: Step[],
): string | undefined => {
  for (const [i, node] of nodes.entries()) {
    const wrong = readPipeline(node, i === 0 ? first : operators[i - 1]!, steps)
    if (wrong) return wrong
  }
  return undefined
}

const readPipeline = (node: PipelineNode, joint: Joint, steps: Step[]): string | undefined => {
  if (node.type !== 'Pipeline') return readCommand(node, joint, steps)
  if (node.prefixes.length > 0) return 'it begins with ! or time'
  if (node.operators.some((o) => o !== '|')) return 'it holds a |&'
  for (const [i, command] of node.commands.entries()) {
    const wrong = readCommand(command, i === 0 ? joint : '|', steps)
    if (wrong) return wrong
  }
  return undefined
}

const readCommand = (node: CommandNode, joint: Joint, steps: Step[]): string | undefined => {
  if (node.type !== 'Command') return `it holds ${wordsFor[node.type] ?? 'shell syntax'}`
  if (!node.name || node.prefix.length > 0)
    return 'something stands before the program: a variable or a redirection'
  const args: Arg[] = []
  const redirects: string[] = []
  for (const part of [node.name, ...node.suffix]) {
    if (part.type === 'Assignment') return 'it sets a variable'
    const read = part.type === 'Word' ? argOf(part) : redirectOf(part)
    if (typeof read === 'string' && part.type === 'Word') return read
    if (read === undefined) return 'it redirects somewhere other than /dev/null'
    if (typeof read === 'string') redirects.push(read)
    else args.push(read)
  }
  if (args[0]!.value === '' || args[0]!.glob) return 'the program has no plain name'
  steps.push({ joint, args, redirects })
  return undefined
}

const wordsFor: Record<string, string> = {
  Subshell: 'a subshell',
  BraceGroup: 'a group in braces',
  If: 'an if',
  For: 'a loop',
  ArithmeticFor: 'a loop',
  While: 'a loop',
  Select: 'a loop',
  Case: 'a case',
  Function: 'a function',
  Coproc: 'a coprocess',
  TestCommand: 'a [[ ]] test',
  ArithmeticCommand: 'arithmetic',
  Redirected: 'a group with a redirection',
}

const PLAIN = /^[\w@%+=:,./-]+$/

/** A word without expansions, or why it is none. */
const argOf = (word: Word): Arg | string => {
  const { text } = word
  if (text === word.value && PLAIN.test(text)) return { value: text, glob: false, written: text }
  if (text.startsWith('~')) return 'it holds a ~ that the shell would replace'
  const { parts } = word
  if (!parts) return { value: word.value, glob: false, written: quote(word.value) }
  let value = ''
  let written = ''
  let glob = false
  for (const part of parts) {
    switch (part.type) {
      case 'Literal':
      case 'SingleQuoted':
        value += part.value
        written += quote(part.value)
        break
      case 'DoubleQuoted':
        for (const inner of part.parts) {
          if (inner.type !== 'Literal') return 'it holds a variable or a substitution'
          value += inner.value
          written += quote(inner.value)
        }
        break
      case 'Glob':
        if (part.kind === 'bracket') return 'it holds a [ ] pattern for the shell; quote it'
        value += part.value
        written += part.value
        glob = true
        break
      default:
        return 'it holds a variable, a substitution or a pattern for the shell'
    }
  }
  return { value, glob, written: glob ? written : quote(value) }
}

/** Redirections that throw away, as they are written again; undefined for all others. */
const redirectOf = (redirect: Redirection): string | undefined => {
  if (redirect.type !== 'Redirect') return undefined
  const { operator, descriptor, target } = redirect
  const to = target?.text
  const from = descriptor === undefined ? undefined : 'value' in descriptor ? descriptor.value : -1
  if (operator === '>' && to === '/dev/null' && (from === undefined || from === 1 || from === 2))
    return `${from === 2 ? '2' : ''}>/dev/null`
  if (operator === '&>' && to === '/dev/null' && from === undefined) return '>/dev/null 2>&1'
  if (operator === '>&' && to === '1' && from === 2) return '2>&1'
  return undefined
}

/** One word for any Bourne-like shell. */
export const quote = (word: string): string =>
  PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** The list of words as one line that means exactly them, whatever is in them. */
export const serialise = (argv: readonly string[]): string => argv.map(quote).join(' ')

/** What runs: each word quoted, so that a mistake in reading stays one odd argument. */
export const rewritten = (steps: readonly Step[]): string =>
  steps
    .map(({ joint, args, redirects }) => {
      const line = [...args.map((a) => a.written), ...redirects].join(' ')
      return joint === '' ? line : joint === ';' ? `; ${line}` : ` ${joint} ${line}`
    })
    .join('')

/** A comment is read by whoever approves and not by the shell: they would see two different lines. */
const commentIn = (text: string, script: ParsedScript): string | undefined => {
  if (!text.includes('#')) return undefined
  const inWords = script.commands.flatMap((s) => spansIn(s.command))
  for (let at = text.indexOf('#'); at >= 0; at = text.indexOf('#', at + 1))
    if (!inWords.some(([from, to]) => from <= at && at < to)) return 'it holds a comment'
  return undefined
}

const spansIn = (node: { type: string }): [number, number][] => {
  if (node.type === 'Command') {
    const { name, suffix } = node as Command
    return [name, ...suffix].map((w) => [w?.pos ?? 0, w?.end ?? 0])
  }
  return ((node as { commands?: { type: string }[] }).commands ?? []).flatMap(spansIn)
}
