/** What the door has said, as MCP tells it: words for a model, the same as data, and what to do next. */
import { paths } from '../paths.ts'
import type { Result } from '../tools/door.ts'
import { deedUri } from './resources.ts'

export type Told = {
  content: { type: 'text'; text: string }[]
  structuredContent: Record<string, unknown>
  isError?: true
}

/** `base` is where a person finds us: `https://jarvis.home:4000`. */
export const told = (result: Result, base: string): Told => {
  const { state, text, data, took, id, approval, problem } = result
  const next = nextOf(result, base)
  const rule = problem?.details?.rule
  return {
    content: [{ type: 'text', text: [text, ...mistakes(result), next].filter(Boolean).join('\n') }],
    structuredContent: {
      state,
      text,
      took,
      ...(data && { data }),
      ...(approval && {
        approval: {
          id: approval.id,
          url: base + paths.approval(approval.id),
          expires: new Date(approval.expires).toISOString(),
        },
      }),
      ...(id !== undefined && { deed: { id, uri: deedUri(id), url: base + paths.deed(id) } }),
      ...(rule && { rule }),
      ...(next && { next }),
    },
    ...((state === 'failed' || state === 'refused') && { isError: true as const }),
  }
}

const nextOf = ({ state, id, approval, problem }: Result, base: string): string | undefined => {
  if (approval)
    return `A person decides at ${base}${paths.approval(approval.id)}. Once that is done, call this tool again with the same arguments: it then answers what became of it.`
  if (state === 'running')
    return `It is not over. Read ${deedUri(id!)} for its end; do not call the tool again.`
  // The door speaks to scripts; whoever speaks MCP has a list of his own.
  return problem?.next?.replace('GET /api/tools', 'tools/list')
}

/** Wrong arguments one by one: what a model needs in order to put them right. */
const mistakes = ({ problem }: Result): string[] =>
  problem?.kind === 'invalid'
    ? Object.entries(problem.details ?? {})
        .filter(([name]) => name !== 'rule')
        .map(([name, why]) => `${name}: ${why}`)
    : []
