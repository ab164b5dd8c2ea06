/**
 * Which rows the last updates touched, so that a viewer who was away for a moment gets those rows as
 * they are now and not the whole. Keeps ids, never bytes: what was shown then interests nobody.
 */

/** What waits to be told of one panel: the whole, or rows with what became of them. */
export type Mark = { whole: boolean; rows: Map<string, RowMark> }
/** `after` names the row that an added one stands behind. */
export type RowMark = 'changed' | 'removed' | { after: string }
export type Marks = Map<string, Mark>

export const newMark = (): Mark => ({ whole: false, rows: new Map() })

export type Recent = {
  push(seq: number, marks: Marks): void
  /** Everything after update `seq` in one; undefined = too long ago, only the whole will do. */
  since(seq: number, names: readonly string[]): Marks | undefined
}

export const createRecent = ({
  updates = 256,
  ids = 20_000,
}: {
  updates?: number
  ids?: number
} = {}): Recent => {
  const kept: { seq: number; marks: Marks; size: number }[] = []
  let held = 0
  let last = 0

  const sizeOf = (marks: Marks) => {
    let size = 1
    for (const { rows } of marks.values()) size += rows.size
    return size
  }

  return {
    push(seq, marks) {
      const size = sizeOf(marks)
      kept.push({ seq, marks, size })
      held += size
      last = seq
      while (kept.length > updates || held > ids) held -= kept.shift()?.size ?? held
    },
    since(seq, names) {
      if (seq === last) return new Map()
      if (seq > last || kept.length === 0 || kept[0]!.seq > seq + 1) return undefined
      const all: Marks = new Map()
      for (const { marks } of kept.slice(seq + 1 - kept[0]!.seq)) merge(all, marks, names)
      return all
    },
  }
}

/** Where a row came, went or moved meanwhile the whole is simplest and always right. */
const merge = (all: Marks, marks: Marks, names: readonly string[]) => {
  for (const name of names) {
    const mark = marks.get(name)
    if (!mark) continue
    const sum = all.get(name) ?? newMark()
    all.set(name, sum)
    sum.whole ||= mark.whole
    for (const [id, what] of mark.rows) {
      if (typeof what === 'object') sum.whole = true
      else sum.rows.set(id, what)
    }
  }
}
