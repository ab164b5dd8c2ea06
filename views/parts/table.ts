/** Aligned columns for terminals; widths count what is seen, not what is stored. */
import { cut, width } from './shown.ts'

export type Column<Row> = {
  head: string
  cell: (row: Row) => string
  /** Figures stand right. */
  right?: boolean
  /** Widest that the column may become; 32 without. */
  most?: number
}

/** `14.9 GiB` has a thin space on a page; in a terminal it is a common one. */
const plain = (text: string) => text.replace(/\u2009/g, ' ')

/** Lines without an end of line, head first. */
export const columns = <Row>(shape: Column<Row>[], rows: readonly Row[]): string[] => {
  const grid = [
    shape.map((c) => c.head),
    ...rows.map((r) => shape.map((c) => cut(plain(c.cell(r)), c.most ?? 32))),
  ]
  const widest = shape.map((_, i) => Math.max(...grid.map((line) => width(line[i]!))))
  return grid.map((line) =>
    line
      .map((text, i) => {
        const space = ' '.repeat(widest[i]! - width(text))
        return shape[i]!.right ? space + text : text + space
      })
      .join('  ')
      .trimEnd(),
  )
}
