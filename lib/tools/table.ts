/** The tools as a table for people: what each may do by itself, whom it obeys, how it is proven. */
import { lineOf } from '../safety/tiers.ts'
import { rightFor, tools } from './registry.ts'
import type { Tool } from './tool.ts'

/** Where the tier hangs on what is asked for. */
const DEPENDS: Record<string, string> = {
  service_restart: 'YELLOW if stateless, else RED; BLACK for the cluster stack',
  cancel_task: 'YELLOW its own, else RED',
  run_command: 'that of the command',
  guest_command: 'that of the command',
}

const tierOf = ({ name }: Tool): string =>
  DEPENDS[name] ?? lineOf({ tool: name, args: {}, targets: [] })?.tier ?? 'RED'

/** Lines of Markdown, one a tool, as they stand in the README. */
export const table = (): string[] =>
  tools.map((tool) => {
    const proof = tool.kind === 'act' ? tool.proof : '(it only reads)'
    return `| \`${tool.name}\` | ${tierOf(tool)} | ${rightFor(tool)} | ${proof} |`
  })
