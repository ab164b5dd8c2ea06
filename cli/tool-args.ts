/** The arguments of a tool as options: read by its schema, and explained by it. */
import { Problem } from '../lib/errors.ts'
import { nearest } from '../lib/nearest.ts'
import type { Tool } from '../lib/tools/tool.ts'

type Property = {
  type?: string
  description?: string
  enum?: unknown[]
  default?: unknown
  anyOf?: Property[]
}
type Schema = { properties?: Record<string, Property>; required?: string[] }

/** `--vmid=303` is a number where the tool wants one. Throws `invalid` with the nearest name. */
export const typed = (
  tool: Tool,
  given: Record<string, string | true>,
): Record<string, unknown> => {
  const { properties = {} } = tool.schema as Schema
  return Object.fromEntries(
    Object.entries(given).map(([name, text]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!property) throw noArgument(tool, name, Object.keys(properties))
      return [name, readAs(property, text)]
    }),
  )
}

const noArgument = ({ name: tool }: Tool, name: string, names: string[]): Problem => {
  const near = nearest(name, names)
  return new Problem('invalid', `${tool} has no argument --${name}.`, {
    next: near ? `Did you mean --${near}?` : `jarvis tool ${tool} --help shows them.`,
  })
}

/** What does not fit stays text: the tool itself says what it wanted. */
const readAs = (property: Property, text: string | true): unknown => {
  const types = [property, ...(property.anyOf ?? [])].map((p) => p.type)
  if (text === true) return true
  if (types.includes('integer') || types.includes('number'))
    if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true'
  if (types.includes('object') || types.includes('array')) return fromJson(text, types)
  return text
}

const fromJson = (text: string, types: (string | undefined)[]): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return types.includes('array') ? text.split(',') : text
  }
}

/** The help page of one tool. */
export const argsHelp = (tool: Tool): string => {
  const { properties = {}, required = [] } = tool.schema as Schema
  const rows = Object.entries(properties).map(([name, p]) => [
    `--${name}=${wordFor(p)}`,
    [p.description, required.includes(name) ? '' : optional(p)].filter(Boolean).join(' '),
  ])
  const wide = Math.max(0, ...rows.map(([left]) => left!.length))
  return [
    `${tool.name}: ${tool.title}`,
    '',
    tool.description,
    '',
    ...(rows.length > 0
      ? rows.map(([left, right]) => `  ${left!.padEnd(wide)}  ${right}`)
      : ['It takes no arguments.']),
  ].join('\n')
}

const optional = ({ default: value }: Property) =>
  value === undefined ? '(may be left out)' : `(${JSON.stringify(value)} unless said)`

const wordFor = ({ type, enum: values, anyOf }: Property): string => {
  if (values) return values.join('|')
  if (anyOf) return anyOf.map(wordFor).join('|')
  if (type === 'integer' || type === 'number') return 'NUMBER'
  if (type === 'boolean') return 'true|false'
  return type === 'array' ? 'A,B' : type === 'object' ? 'JSON' : 'TEXT'
}
