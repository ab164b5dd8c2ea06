/** The small tools that commands are piped through. They read standard input, or a file they are given. */
import { type Answer, type Command, failure, type Place } from './place.ts'
import type { World } from './world.ts'

type Files = (place: Place, world: World) => Record<string, string>
type Filter = (lines: string[], words: string[]) => Answer

const split = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const joined = (rows: string[], code = 0): Answer => ({
  out: rows.map((row) => `${row}\n`).join(''),
  code,
})

/** `-n 5`, `-n5`, `-5`, `--lines=5`. */
const countOf = (words: string[], usual = 10): number => {
  for (const [i, word] of words.entries()) {
    const near = /^-(?:n|-lines=)?(\d+)$/.exec(word)
    if (near) return Number(near[1])
    if (word === '-n' || word === '--lines') return Number(words[i + 1] ?? usual)
  }
  return usual
}

const grep: Filter = (rows, words) => {
  const flags = words.filter((w) => /^-[a-zA-Z]+$/.test(w)).join('')
  const pattern = words.find((w) => !w.startsWith('-')) ?? ''
  let form: RegExp
  try {
    const source = flags.includes('F') ? pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : pattern
    form = new RegExp(source, flags.includes('i') ? 'i' : '')
  } catch {
    return failure(`grep: Invalid regular expression`, 2)
  }
  const found = rows.filter((row) => form.test(row) !== flags.includes('v'))
  const code = found.length > 0 ? 0 : 1
  return flags.includes('c') ? joined([String(found.length)], code) : joined(found, code)
}

const sort: Filter = (rows, words) => {
  const flags = words.join('')
  const by = flags.includes('n')
    ? (a: string, b: string) => Number.parseFloat(a) - Number.parseFloat(b)
    : (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  const all = [...(flags.includes('u') ? new Set(rows) : rows)].sort(by)
  return joined(flags.includes('r') ? all.reverse() : all)
}

const filters: Record<string, Filter> = {
  grep,
  sort,
  head: (rows, words) => joined(rows.slice(0, countOf(words))),
  tail: (rows, words) => joined(rows.slice(-countOf(words))),
  uniq: (rows) => joined(rows.filter((row, i) => row !== rows[i - 1])),
  wc: (rows, words) => {
    const text = rows.map((r) => `${r}\n`).join('')
    if (words.includes('-l')) return joined([String(rows.length)])
    const count = text.split(/\s+/).filter(Boolean).length
    return joined([`${rows.length} ${count} ${text.length}`])
  },
}

const valued = /^(?:-n|-m|--lines)$/

/** Every filter as a command; what follows its own words are files. */
export const filterCommands = (files: Files): Record<string, Command> =>
  Object.fromEntries(
    Object.entries(filters).map(([name, filter]) => [
      name,
      (words, place, world, input) => {
        const plain = words.filter((w, i) => !w.startsWith('-') && !valued.test(words[i - 1] ?? ''))
        const named = plain.slice(name === 'grep' ? 1 : 0)
        const there = files(place, world)
        const missing = named.find((file) => there[file] === undefined)
        if (missing) return failure(`${name}: ${missing}: No such file or directory`, 2)
        const text = named.length ? named.map((file) => `${there[file]}\n`).join('') : input
        return filter(
          split(text),
          words.filter((w) => !named.includes(w)),
        )
      },
    ]),
  )
