/** The shape of a command, and how its arguments are read and explained. */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Problem } from '../lib/errors.ts'
import { nearest } from '../lib/nearest.ts'
import type { Io } from './io.ts'

export type Option = {
  type: 'string' | 'boolean'
  help: string
  /** How its value is called in the help: `--name NAME`. */
  value?: string
  multiple?: true
}

/** What was typed. `values` holds only declared options. */
export type Args = {
  words: string[]
  values: Record<string, string | boolean | (string | boolean)[] | undefined>
  /** Options that were not declared, of a command that takes them; without a value: true. */
  given?: Record<string, string | true>
}

export type Command = {
  /** Lines after the command's name: `create --name NAME --scope view|operate|admin`. */
  usage: string[]
  options: Record<string, Option>
  /** How many words besides options it takes at most. */
  words: number
  /** More to know, shown at the end of the help. */
  notes?: string
  /** Takes options that it declares only when it knows more: `--vmid=303`. They come as `given`. */
  free?: true
  /** A help page of its own for these words; undefined = the usual one. */
  help?(args: Args): string | undefined
  run(args: Args, io: Io): Promise<number>
}

const common: Record<string, Option> = {
  json: { type: 'boolean', help: 'answer in JSON' },
  help: { type: 'boolean', help: 'show this' },
}

/** Reads the arguments of a command; throws `invalid` with the nearest option for a wrong one. */
export const readArgs = (command: Command, argv: string[]): Args => {
  const options = { ...command.options, ...common }
  const config: ParseArgsConfig = {
    args: argv,
    allowPositionals: true,
    strict: !command.free,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, multiple }]) => [
        name,
        multiple ? { type, multiple } : { type },
      ]),
    ),
  }
  try {
    const { values, positionals, tokens = [] } = parseArgs(config)
    if (positionals.length > command.words && !values.help)
      throw new Problem('invalid', `"${positionals[command.words]}" is one word too many.`, {
        ...(command.free && { next: 'A value stands right behind its option: --vmid=303.' }),
      })
    const given: Record<string, string | true> = {}
    for (const token of tokens)
      if (token.kind === 'option' && !(token.name in options))
        given[token.name] = token.value ?? true
    return { words: positionals, values: values as Args['values'], given }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw wrongOption(error as Error, Object.keys(options))
  }
}

/** Node's own sentence is right but long: only its first sentence, and the nearest name. */
const wrongOption = (error: Error, names: string[]): Problem => {
  const unknown = /^Unknown option '-{1,2}([^']+)'/.exec(error.message)?.[1]
  if (!unknown) return new Problem('invalid', `${error.message.split('\n')[0]!.split('. ')[0]}.`)
  const near = nearest(unknown, names)
  return new Problem('invalid', `There is no option --${unknown}.`, {
    next: near ? `Did you mean --${near}?` : undefined,
  } as { next?: string })
}

/** A text option; empty counts as not given. */
export const textOf = (args: Args, name: string): string | undefined => {
  const value = args.values[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A text option that must be there. */
export const needText = (args: Args, name: string, good: string): string => {
  const value = textOf(args, name)
  if (value === undefined)
    throw new Problem('invalid', `--${name} is missing.`, { next: `For example --${name} ${good}` })
  return value
}

/** A whole number within limits, or undefined when the option was not given. */
export const numberOf = (args: Args, name: string, least: number, most: number) => {
  const value = textOf(args, name)
  if (value === undefined) return undefined
  const n = Number(value)
  if (!Number.isInteger(n) || n < least || n > most)
    throw new Problem('invalid', `--${name} must be a whole number from ${least} to ${most}.`)
  return n
}

/** The help page of one command. */
export const helpOf = (name: string, summary: string, command: Command): string => {
  const rows = Object.entries({ ...command.options, ...common }).map(([option, o]) => [
    `--${option}${o.type === 'string' ? ` ${o.value ?? 'TEXT'}` : ''}`,
    o.help,
  ])
  const wide = Math.max(...rows.map(([left]) => left!.length))
  return [
    `jarvis ${name}: ${summary}`,
    '',
    ...command.usage.map((line, i) =>
      `${i ? '      ' : 'Usage:'} jarvis ${name} ${line}`.trimEnd(),
    ),
    '',
    ...rows.map(([left, right]) => `  ${left!.padEnd(wide)}  ${right}`),
    ...(command.notes ? ['', command.notes] : []),
  ].join('\n')
}
