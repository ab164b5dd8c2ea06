/**
 * What a call may be given, checked the way PVE::JSONSchema checks it: every wrong parameter is
 * named at once, unknown ones are refused, booleans in forms are exactly 0 or 1.
 */

export type Rule = { check: (value: unknown) => string | undefined; required?: boolean }
export type Rules = Record<string, Rule>
/** Values as Perl would see them: text, with JSON booleans already 0 or 1. */
export type Values = Record<string, string>

export const UNKNOWN =
  'property is not defined in schema and the schema does not allow additional properties'
export const MISSING = 'property is missing and it is not optional'

const kindOf = (value: unknown) => (Array.isArray(value) ? 'ARRAY' : 'HASH')
const scalar =
  (type: string, wrong: (text: string) => string | undefined) =>
  (value: unknown): string | undefined =>
    typeof value === 'object' && value !== null
      ? `type check ('${type}') failed - got ${kindOf(value)}`
      : wrong(plain(value))

/** A JSON or form value as text; a list as PVE::Tools splits it again. */
export const plain = (value: unknown): string => {
  if (typeof value === 'boolean') return value ? '1' : '0'
  if (Array.isArray(value)) return value.map(plain).join('\0')
  return value === null || value === undefined ? '' : String(value)
}

export const integer = (least?: number, most?: number): Rule => ({
  check: scalar('integer', (text) => {
    if (!/^-?\d+$/.test(text)) return `type check ('integer') failed - got '${text}'`
    if (least !== undefined && Number(text) < least)
      return `value must have a minimum value of ${least}`
    if (most !== undefined && Number(text) > most)
      return `value must have a maximum value of ${most}`
    return undefined
  }),
})

export const number: Rule = {
  check: scalar('number', (text) =>
    /^-?\d+(\.\d+)?$/.test(text) ? undefined : `type check ('number') failed - got '${text}'`,
  ),
}

export const boolean: Rule = {
  check: scalar('boolean', (text) =>
    text === '0' || text === '1' ? undefined : `type check ('boolean') failed - got '${text}'`,
  ),
}

export const text = (longest = 8192): Rule => ({
  check: scalar('string', (value) =>
    value.length > longest ? `value may only be ${longest} characters long` : undefined,
  ),
})

const pattern = (form: RegExp, complaint: (value: string) => string, longest = 8192): Rule => ({
  check: scalar('string', (value) => {
    if (value.length > longest) return `value may only be ${longest} characters long`
    return form.test(value) ? undefined : `invalid format - ${complaint(value)}\n`
  }),
})

export const oneOf = (...values: string[]): Rule => ({
  check: scalar('string', (value) =>
    values.includes(value)
      ? undefined
      : `value '${value}' does not have a value in the enumeration '${values.join(', ')}'`,
  ),
})

export const vmid: Rule = {
  check: (value) => {
    const wrong = integer().check(value)
    if (wrong) return wrong
    return /^[1-9]\d{2,8}$/.test(plain(value))
      ? undefined
      : 'invalid format - value does not look like a valid VM ID\n'
  },
}

export const configId = (longest?: number): Rule =>
  pattern(/^[a-z][a-z0-9_-]+$/i, (v) => `invalid configuration ID '${v}'`, longest)
export const nodeName: Rule = pattern(
  /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
  () => 'value does not look like a valid node name',
)
export const dnsName: Rule = pattern(
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i,
  () => 'value does not look like a valid DNS name',
)
export const storageId: Rule = pattern(
  /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i,
  (v) => `storage ID '${v}' contains illegal characters`,
)
export const userId: Rule = pattern(
  /^[^\s:/]+@[A-Za-z][A-Za-z0-9.\-_]+$/,
  (v) => `value '${v}' does not look like a valid user name`,
  64,
)
export const macAddress: Rule = pattern(
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i,
  () => 'value does not look like a valid MAC address',
)
export const listOf = (known: (item: string) => string | undefined): Rule => ({
  check: scalar('string', (value) => {
    for (const item of items(value)) {
      const wrong = known(item)
      if (wrong) return `invalid format - ${wrong}\n`
    }
    return undefined
  }),
})

/** `a=1,b=2` of known keys; `name` is the parameter's own, as the complaint repeats it. */
export const property = (name: string, known: string[], required: string[] = []): Rule => ({
  check: scalar('string', (value) => {
    const given = pairs(value)
    const wrong = [
      ...Object.keys(given)
        .filter((key) => !known.includes(key))
        .map((key) => `${name}.${key}: ${UNKNOWN}`),
      ...required.filter((key) => !(key in given)).map((key) => `${name}.${key}: ${MISSING}`),
    ]
    return wrong.length ? `invalid format - format error\n${wrong.join('\n')}\n` : undefined
  }),
})

/** The pairs of a property string; a value without a key stands under the empty one. */
export const pairs = (value: string): Values =>
  Object.fromEntries(
    value
      .split(',')
      .filter(Boolean)
      .map((part) => {
        const at = part.indexOf('=')
        return at < 0 ? ['', part] : [part.slice(0, at), part.slice(at + 1)]
      }),
  )

export const needed = (rule: Rule): Rule => ({ ...rule, required: true })

/** `a,b;c d` as Proxmox splits its lists. */
export const items = (value: string | undefined): string[] =>
  (value ?? '').split(/[,;\s\0]+/).filter(Boolean)

/** All that is wrong, by parameter; empty when nothing is. */
export const complaints = (rules: Rules, given: Record<string, unknown>): Values => {
  const errors: Values = {}
  for (const [name, value] of Object.entries(given)) {
    const rule = rules[name]
    const wrong = rule ? rule.check(value) : UNKNOWN
    if (wrong) errors[name] = wrong
  }
  for (const [name, rule] of Object.entries(rules))
    if (rule.required && given[name] === undefined) errors[name] = MISSING
  return errors
}
