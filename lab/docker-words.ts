/** How Docker's command line is read and how it writes: options, tables, templates, ages. */
import { columns } from './place.ts'

/** Options that take a word after them, so that it is not taken for a name. */
const valued = /^(?:-f|--filter|--format|-n|--tail|--since|--until|-t|--time|--timeout|--last)$/

export type Given = {
  names: string[]
  has(...flags: string[]): boolean
  value(...flags: string[]): string | undefined
}

export const given = (words: string[], takesValue = valued): Given => {
  const names: string[] = []
  const flags = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (!word.startsWith('-')) names.push(word)
    else if (word.includes('=')) flags.set(word.split('=')[0]!, word.slice(word.indexOf('=') + 1))
    else if (takesValue.test(word)) flags.set(word, words[++i] ?? '')
    else flags.set(word, '')
  }
  return {
    names,
    has: (...wanted) => wanted.some((f) => flags.has(f)),
    value: (...wanted) => wanted.map((f) => flags.get(f)).find((v) => v !== undefined),
  }
}

/** `5 days`, `About an hour` */
export const ago = (ms: number): string => {
  const s = Math.max(0, ms / 1000)
  if (s < 1) return 'Less than a second'
  if (s < 60) return `${Math.floor(s)} seconds`
  if (s < 120) return 'About a minute'
  if (s < 3600) return `${Math.floor(s / 60)} minutes`
  if (s < 7200) return 'About an hour'
  if (s < 172_800) return `${Math.floor(s / 3600)} hours`
  if (s < 1_209_600) return `${Math.floor(s / 86_400)} days`
  return `${Math.floor(s / 604_800)} weeks`
}

export const aligned = (table: string[][]): string[] => {
  const widths = table[0]!.map((_, i) => Math.max(...table.map((r) => r[i]!.length)) + 2)
  return table.map((cells) => columns(cells, widths))
}

/** `{{.Names}}: {{.State.Status}}` and `{{json .State}}`; `\t` as Docker reads it. */
export const filled = (format: string, value: unknown): string =>
  format
    .replaceAll('\\t', '\t')
    .replace(/\{\{\s*(json\s+)?\.([\w.]*)\s*\}\}/g, (_, json: string | undefined, path: string) => {
      const found = path
        .split('.')
        .filter(Boolean)
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value)
      if (json) return JSON.stringify(found ?? null)
      return found === undefined ? '<no value>' : String(found)
    })
