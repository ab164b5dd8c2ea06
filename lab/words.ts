/** Splits a line into words as a shell would, as far as the simulated nodes need it. */

/** One simple command: its words, quotes and backslashes taken away, and what joins it to the next. */
type Piece = { words: string[]; end: ';' | '|' | '&&' | '||' }

const pieces = (script: string): Piece[] => {
  const all: Piece[] = []
  let words: string[] = []
  let word: string | undefined
  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = (end: Piece['end']) => {
    endWord()
    if (words.length > 0) all.push({ words, end })
    words = []
  }
  for (let i = 0; i < script.length; i++) {
    const c = script[i]!
    if (c === "'" || c === '"') {
      const end = script.indexOf(c, i + 1)
      word = (word ?? '') + script.slice(i + 1, end < 0 ? undefined : end)
      i = end < 0 ? script.length : end
    } else if (c === '\\') word = (word ?? '') + (script[++i] ?? '')
    else if (c === ' ' || c === '\t') endWord()
    else if (c === '\n' || c === ';') endCommand(';')
    else if (c === '|' || c === '&') {
      const double = script[i + 1] === c
      if (double) i += 1
      endCommand(double ? (c === '|' ? '||' : '&&') : c === '|' ? '|' : ';')
    } else if (c === '#' && word === undefined) {
      const end = script.indexOf('\n', i)
      i = end < 0 ? script.length : end - 1
    } else word = (word ?? '') + c
  }
  endCommand(';')
  return all
}

/** One list of words for each simple command, whatever joins them. */
export const simpleCommands = (script: string): string[][] => pieces(script).map((p) => p.words)

/** Commands that feed each other, and whether the next pipeline waits for this one to go well or badly. */
export type Pipeline = { commands: string[][]; next: ';' | '&&' | '||' }

export const pipelines = (script: string): Pipeline[] => {
  const all: Pipeline[] = []
  let commands: string[][] = []
  for (const { words, end } of pieces(script)) {
    commands.push(words)
    if (end === '|') continue
    all.push({ commands, next: end })
    commands = []
  }
  if (commands.length > 0) all.push({ commands, next: ';' })
  return all
}

/** A word that comes out of a shell as it went in. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
