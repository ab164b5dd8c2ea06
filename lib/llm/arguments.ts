/**
 * The arguments of a call that a small model wrote. They are mended only where the schema says what
 * was meant: `"303"` where a number belongs, JSON inside a string. What is cut off is never completed:
 * `{"vmid": 30` may have been on its way to 303.
 */

type Schema = Record<string, unknown>
type Fields = Record<string, unknown>

/** What the text means, or undefined when it means nothing. */
export const argumentsOf = (raw: string, schema: Schema | undefined): Fields | undefined => {
  const value = read(raw)
  return isObject(value) ? mended(value, schema) : undefined
}

/** Some servers wrap the object in a string once more, some models in a fence. */
const read = (raw: string): unknown => {
  const bare = raw.trim().replace(/^```(?:json)?\s*([\s\S]*?)\s*```$/, '$1')
  if (bare === '') return {}
  const value = parsed(bare)
  return typeof value === 'string' ? parsed(value) : value
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const mended = (given: Fields, schema: Schema | undefined): Fields => {
  const properties = isObject(schema?.properties) ? schema.properties : {}
  const required = Array.isArray(schema?.required) ? schema.required : []
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const wanted = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!isObject(wanted)) return [[name, value]]
      // "Nothing" for what may be left out means that it was left out.
      if (value === null && !required.includes(name) && !typesOf(wanted).includes('null')) return []
      return [[name, asWanted(value, wanted)]]
    }),
  )
}

const typesOf = ({ type }: Fields): unknown[] => (Array.isArray(type) ? type : [type])

const asWanted = (value: unknown, wanted: Fields): unknown => {
  const [type, ...others] = typesOf(wanted)
  if (others.length > 0) return value
  if (type === 'string' && typeof value === 'number') return String(value)
  if (typeof value !== 'string') return value
  if (type === 'integer' || type === 'number') return numberIn(value, type) ?? value
  if (type === 'boolean') return { true: true, false: false }[value] ?? value
  if (type === 'array' || type === 'object') {
    const inside = parsed(value)
    if (type === 'array' ? Array.isArray(inside) : isObject(inside)) return inside
  }
  return value
}

const numberIn = (text: string, type: 'integer' | 'number'): number | undefined => {
  if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return undefined
  const n = Number(text)
  return type === 'number' || Number.isInteger(n) ? n : undefined
}
