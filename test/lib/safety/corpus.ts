/** The corpus of command lines: one a line, `\u{a}` for characters that a line cannot hold. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname

export const corpus = (name: string): string[] =>
  readFileSync(join(here, 'corpus', `${name}.txt`), 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) =>
      line.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex) =>
        String.fromCodePoint(Number.parseInt(hex, 16)),
      ),
    )

/** `RED qm destroy 100` */
export const labelled = (name: string) =>
  corpus(name).map((line) => {
    const at = line.indexOf(' ')
    return { tier: line.slice(0, at), line: line.slice(at + 1) }
  })
