/** Reads the YAML file and tells every mistake in it with its line; knows nothing of what it means. */
import { readFileSync } from 'node:fs'
import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import type * as z from 'zod'
import { type FileShape, fileShape, goodValue } from './config-shape.ts'
import { messageOf, Problem } from './errors.ts'

/** One mistake in the file or the environment. */
export type Mistake = {
  line?: number | undefined
  path: string
  text: string
  good?: string | undefined
}

export type Where = (path: readonly PropertyKey[]) => number | undefined

/** `shape` only when the file is right; `raw` also when it is not, for the checks that can still be made. */
export type FileReading = {
  shape?: FileShape | undefined
  raw: unknown
  where: Where
  mistakes: Mistake[]
}

/** Throws `invalid` only when the text is no YAML at all; anything milder is in `mistakes`. */
export const readConfigFile = (file: string): FileReading => {
  const lines = new LineCounter()
  const doc = parseDocument(textOf(file), { lineCounter: lines, prettyErrors: false })
  if (doc.errors.length > 0)
    throw configProblem(
      file,
      doc.errors.map((e) => ({
        line: lines.linePos(e.pos[0]).line,
        path: 'yaml',
        text: e.message,
      })),
    )
  const where: Where = (path) => lineOf(doc.contents, path, lines)
  const raw = unfolded(doc, file)
  const checked = fileShape.safeParse(raw)
  return checked.success
    ? { shape: checked.data, raw, where, mistakes: [] }
    : { raw, where, mistakes: checked.error.issues.flatMap((issue) => mistakesOf(issue, where)) }
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const next = {
      EACCES: 'Let the user that Jarvis runs as read it: chown or chmod.',
      EISDIR: 'That is a folder; name the file in it.',
      ENOENT: 'The link leads nowhere.',
    }[code ?? '']
    throw new Problem('invalid', `The configuration ${file} cannot be read (${code}).`, {
      cause,
      ...(next && { next }),
    })
  }
}

/** A file whose aliases unfold without end is refused (measured: yaml stops it by itself). */
const unfolded = (doc: ReturnType<typeof parseDocument>, file: string): unknown => {
  try {
    return doc.toJS({ maxAliasCount: 20 }) ?? {}
  } catch (cause) {
    throw configProblem(file, [{ path: 'yaml', text: messageOf(cause) }])
  }
}

/** The line of the deepest node of the path that exists: a missing key is told where it belongs. */
const lineOf = (root: unknown, path: readonly PropertyKey[], lines: LineCounter) => {
  let node = root as Node | null
  for (const key of path) {
    const next = isMap(node)
      ? node.get(key, true)
      : isSeq(node)
        ? node.get(Number(key), true)
        : null
    if (!next) break
    node = next as Node
  }
  return node?.range ? lines.linePos(node.range[0]).line : undefined
}

const mistakesOf = (issue: z.core.$ZodIssue, where: Where): Mistake[] => {
  const at = (path: readonly PropertyKey[], text: string): Mistake => ({
    line: where(path),
    path: path.map(String).join('.') || 'the file',
    text,
    good: goodValue(path),
  })
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => at([...issue.path, key], 'there is no such setting'))
  return [at(issue.path, issue.message.replace(/^Invalid input: /, ''))]
}

/** All mistakes as one Problem: `line 7: server.port: expected a number (a good value: 4000)`. */
export const configProblem = (source: string, mistakes: Mistake[]): Problem => {
  const lines = [...mistakes]
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(
      (m) =>
        `  ${m.line ? `line ${m.line}: ` : ''}${m.path}: ${m.text}${m.good ? ` (a good value: ${m.good})` : ''}`,
    )
  const many = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`
  return new Problem('invalid', `${source} has ${many}:\n${lines.join('\n')}`, {
    next: '\nNothing was started. jarvis.example.yaml shows every setting.',
  })
}
