/** Splits a line into words as a shell would, as far as the simulated nodes need it. */

/** One list of words for each simple command; quotes and backslashes are taken away. */
export const simpleCommands = (script: string): string[][] => {
  const commands: string[][] = []
  let words: string[] = []
  let word: string | undefined
  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endCommand = () => {
    endWord()
    if (words.length > 0) commands.push(words)
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
    else if (c === '\n' || c === ';' || c === '|' || c === '&') endCommand()
    else if (c === '#' && word === undefined) {
      const end = script.indexOf('\n', i)
      i = end < 0 ? script.length : end - 1
    } else word = (word ?? '') + c
  }
  endCommand()
  return commands
}
