/**
 * BLACK is looked for everywhere: in refused shapes, substitutions, wrappers, scripts inside scripts.
 * Variables that the line itself sets are followed; what cannot be known counts as empty, since
 * `rm -rf $X/` is what it is when X is empty.
 */
import {
  type Assignment,
  type Command,
  forEachChild,
  type ParsedScript,
  parse,
  type SyntaxNode,
  type Word,
  type WordPart,
} from 'unbash'
import { harmOf, harmOfCode, harmOfWriting } from './harm.ts'
import { innerOf, isShell } from './unwrap.ts'

/** How deep scripts in scripts are read; deeper is BLACK itself: nobody nests so for a good reason. */
const DEEP = 6
const MOST = 64 * 1024

type Walk = { values: Map<string, string>; depth: number; shadow?: string | undefined }

/** Why a person's own hands would be needed; undefined when nothing BLACK is in it. Never throws. */
export const blackIn = (text: string, parsed?: ParsedScript): string | undefined =>
  inScript(parsed ?? parse(text.slice(0, MOST)), { values: new Map(), depth: 0 })

const inText = (text: string, { values, depth }: Walk): string | undefined =>
  depth >= DEEP
    ? 'it hides a script in a script in a script'
    : inScript(parse(text.slice(0, MOST)), { values, depth: depth + 1 })

const inScript = (script: ParsedScript, walk: Walk): string | undefined => visit(script, walk)

/** Deeper than anybody writes; a call stack must hold it. What is deeper is refused by its shape. */
const DEEPEST = 300

const visit = (node: SyntaxNode, walk: Walk, level = 0): string | undefined => {
  if (level > DEEPEST) return undefined
  let why = ofNode(node, walk)
  if (why) return why
  const inner = node.type === 'Function' ? { ...walk, shadow: node.name.value } : walk
  forEachChild(node, (child) => {
    why ??= visit(child, inner, level + 1)
  })
  return why
}

const ofNode = (node: SyntaxNode, walk: Walk): string | undefined => {
  switch (node.type) {
    case 'Assignment':
      if (node.value.type === 'Word') walk.values.set(node.name, textOf(node.value, walk))
      return undefined
    case 'Command':
      return node.name && ofCommand(node, node.name, walk)
    case 'Pipeline':
      return ofPipeline(node.commands, walk)
    case 'For':
      walk.values.set(node.name.value, node.wordlist?.map((w) => textOf(w, walk)).join(' ') ?? '')
      return undefined
    case 'Redirect':
      return node.target && node.operator !== '<' && node.operator !== '<&'
        ? harmOfWriting(textOf(node.target, walk))
        : undefined
    default:
      return undefined
  }
}

const ofCommand = (node: Command, name: Word, walk: Walk): string | undefined => {
  const words = [name, ...node.args.filter((a) => a.type === 'Word')]
  const sets = node.args.filter((a) => a.type === 'Assignment')
  const argv = [...argvOf(words, walk), ...sets.map((a) => assigned(a, walk))]
  const program = argv[0] ?? ''
  if (walk.shadow !== undefined && program === walk.shadow) return 'it calls itself without end'
  if (isShell(program) || program === 'source' || program === '.') {
    if (words.some((w) => fetches(w.parts))) return 'it runs code that it fetches'
    const why = inInput(node, walk)
    if (why) return why
  }
  if (program === 'eval' && words.some((w) => fetches(w.parts)))
    return 'it runs code that it fetches'
  return ofArgv(argv, walk)
}

const assigned = ({ name, value }: Assignment, walk: Walk) =>
  value.type === 'Word' ? `${name}=${textOf(value, walk)}` : name

/** The text that a here-document or here-string gives to a shell. */
const inInput = ({ redirects }: Command, walk: Walk): string | undefined => {
  for (const redirect of redirects) {
    const text =
      redirect.type === 'HereDoc'
        ? redirect.body.text
        : redirect.type === 'HereString' && redirect.target
          ? textOf(redirect.target, walk)
          : ''
    const why = inText(text, walk)
    if (why) return why
  }
  return undefined
}

const ofArgv = (argv: readonly string[], walk: Walk): string | undefined => {
  const [program = '', ...args] = argv
  if (program === '') return undefined
  const why = harmOf(program, args)
  if (why) return why
  for (const inner of innerOf(program, args)) {
    if (inner.code !== undefined && inner.script !== undefined) {
      const harm = harmOfCode(inner.code, inner.script)
      if (harm) return harm
    }
    const found =
      inner.argv === undefined
        ? inText(inner.script ?? '', walk)
        : walk.depth < DEEP
          ? ofArgv(inner.argv, { ...walk, depth: walk.depth + 1 })
          : undefined
    if (found) return found
  }
  return undefined
}

/** Words as the program would get them: `$IFS` divides, braces unfold. */
const argvOf = (words: readonly Word[], walk: Walk): string[] =>
  words.flatMap((word) => {
    const text = textOf(word, walk)
    const divides = word.parts?.some(
      (p) => /^\$\{?IFS/.test(p.text) || p.type === 'SimpleExpansion',
    )
    if (word.parts?.some((p) => p.type === 'BraceExpansion')) return unfold(text)
    return divides ? text.split(/\s+/).filter(Boolean) : [text]
  })

const unfold = (text: string): string[] => {
  const [, before = '', inner, after = ''] = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/.exec(text) ?? []
  return inner === undefined
    ? [text]
    : inner.split(',').flatMap((one) => unfold(before + one + after))
}

const textOf = (word: Word, walk: Walk): string =>
  word.parts ? word.parts.map((part) => partText(part, walk)).join('') : word.value

const partText = (part: WordPart, walk: Walk): string => {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
    case 'Glob':
      return part.value
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.map((inner) => partText(inner, walk)).join('')
    case 'SimpleExpansion':
      return variable(part.text.slice(1), walk)
    case 'ParameterExpansion':
      return part.operation?.type === 'Default'
        ? variable(part.parameter, walk) || textOf(part.operation.operand, walk)
        : variable(part.parameter, walk)
    case 'CommandExpansion':
      return part.script ? echoed(part.script, walk) : ''
    case 'BraceExpansion':
      return part.text
    default:
      return ''
  }
}

const variable = (name: string, { values }: Walk) =>
  name === 'IFS' ? ' ' : name === 'HOME' ? (values.get(name) ?? '/root') : (values.get(name) ?? '')

/** `$(echo rm)` is `rm`. */
const echoed = (script: ParsedScript, walk: Walk): string => {
  const [only, more] = script.commands
  if (!only || more || only.command.type !== 'Command') return ''
  const { name, args } = only.command
  // `kill $(pidof corosync)` names whom it means.
  if (!/^(?:echo|printf|pidof|pgrep)$/.test(name?.value ?? '')) return ''
  return args
    .map((a) => (a.type === 'Word' ? textOf(a, walk) : ''))
    .filter((a) => !/^-[neE]+$/.test(a))
    .join(' ')
}

const FETCHERS =
  /^(?:curl|wget|fetch|lynx|aria2c|nc|ncat|netcat|socat|ftp|scp|ssh|openssl|base64|base32|xxd|uudecode|gunzip|gzip|zcat|xz|rev|tr|python[\d.]*|perl|dig|nslookup|gpg|printf)$/

const fetches = (parts: readonly WordPart[] | undefined): boolean =>
  parts?.some((part) => {
    if (part.type === 'DoubleQuoted') return fetches(part.parts)
    if (part.type !== 'CommandExpansion' && part.type !== 'ProcessSubstitution') return false
    return part.script
      ? namesIn(part.script).some((n) => FETCHERS.test(n) && n !== 'printf' && n !== 'tr')
      : false
  }) ?? false

const namesIn = (node: SyntaxNode, level = 0): string[] => {
  if (level > DEEPEST) return []
  const names = node.type === 'Command' && node.name ? [node.name.value.replace(/^.*\//, '')] : []
  forEachChild(node, (child) => names.push(...namesIn(child, level + 1)))
  return names
}

/** What is piped into a shell: fetched or decoded code, or a text that can be read here. */
const ofPipeline = (nodes: readonly SyntaxNode[], walk: Walk): string | undefined => {
  for (const [i, node] of nodes.entries()) {
    if (i === 0 || node.type !== 'Command' || !node.name || !runsInput(node.name, node.args, walk))
      continue
    const before = nodes.slice(0, i)
    const names = before.flatMap(namesIn)
    if (names.some((n) => FETCHERS.test(n) && n !== 'printf'))
      return 'it runs code that it fetches or decodes'
    const first = before[0]!
    const given = first.type === 'Command' ? inInput(first, walk) : undefined
    if (given) return given
    if (first.type === 'Command' && first.name && /^(?:echo|printf)$/.test(first.name.value)) {
      const text = first.args.map((a) => (a.type === 'Word' ? textOf(a, walk) : '')).join(' ')
      if (/\\[x0-7u]/.test(text)) return 'it runs code that it decodes'
      const why = inText(text, walk)
      if (why) return why
    }
  }
  return undefined
}

/** A shell without a script of its own, also behind sudo; `at`, and xargs with one. */
const runsInput = (name: Word, args: readonly SyntaxNode[], walk: Walk): boolean => {
  const argv = [name, ...args.filter((a) => a.type === 'Word')].map((w) => textOf(w, walk))
  const at = argv.findIndex(
    (word) =>
      isShell(word) ||
      /^(?:python[\d.]*|perl|ruby|node|php|at|batch|source)$/.test(word.replace(/^.*\//, '')),
  )
  return at >= 0 && !argv.slice(at + 1).some((a) => /^-[a-z]*[ce]$/.test(a))
}
