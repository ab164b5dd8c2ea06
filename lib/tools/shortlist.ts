/** The tools that fit into a small window: those of the question's topics, the plainest first. */
import type { Tool, Topic } from './tool.ts'

/** JSON and English have about four characters a token (peers.md: 31.1 kB of schema ≈ 7.8 k tokens). */
export const schemaTokens = ({ name, description, schema }: Tool): number =>
  Math.ceil(JSON.stringify({ name, description, schema }).length / 4)

/** At most `maxTokens` of schema. Looking comes before acting: who cannot see should not act. */
export const shortlist = (
  tools: readonly Tool[],
  topics: readonly Topic[],
  maxTokens = 1200,
): Tool[] => {
  const rank = (tool: Tool) => {
    const at = topics.indexOf(tool.topic)
    return (at < 0 ? topics.length : at) * 2 + (tool.kind === 'look' ? 0 : 1)
  }
  const wanted = tools.filter((t) => topics.includes(t.topic)).sort((a, b) => rank(a) - rank(b))
  const chosen: Tool[] = []
  let left = maxTokens
  for (const tool of wanted) {
    const size = schemaTokens(tool)
    if (size > left) continue
    chosen.push(tool)
    left -= size
  }
  return chosen
}
