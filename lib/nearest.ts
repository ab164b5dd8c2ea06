/** Finds what somebody probably meant: the name with the fewest typing mistakes. */

/** The closest of `names`, or undefined when none is close enough to be meant. */
export const nearest = (word: string, names: Iterable<string>): string | undefined => {
  const asked = word.toLowerCase()
  let best: { name: string; far: number } | undefined
  for (const name of names) {
    const far = name.startsWith(asked) && asked ? 0.5 : edits(asked, name.toLowerCase())
    if (!best || far < best.far) best = { name, far }
  }
  return best && best.far <= Math.max(1, Math.floor(asked.length / 3)) ? best.name : undefined
}

/** Longer words are cut: they are near to nothing, and the work grows with the square. */
const LONGEST = 40

/** Levenshtein's distance with neighbours swapped counted once, as fingers do it. */
export const edits = (one: string, other: string): number => {
  const a = one.slice(0, LONGEST)
  const b = other.slice(0, LONGEST)
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        rows[i - 1]![j - 1]! + (same ? 0 : 1),
        swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
