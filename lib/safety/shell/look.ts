/** How the families of the table write down a line that only looks. */
import type { Rule } from './rule.ts'

type Rest = Partial<Omit<Rule, 'name' | 'tier' | 'flags' | 'operands'>>

/** A GREEN line: name, flags, operands, what passes, what must not. */
export const look = (
  name: string,
  flags: string,
  operands: string,
  match: readonly string[],
  notMatch: readonly string[] = [],
  rest: Rest = {},
): Rule => ({ name, tier: 'GREEN', flags, operands, match, notMatch, ...rest })

/** The same as PVE's own tools read their flags. */
export const pveLook: typeof look = (name, flags, operands, match, notMatch, rest) =>
  look(name, flags, operands, match, notMatch, { style: 'pve', ...rest })

/** What every list of PVE's tools may be told about its form. */
export const PVE_FORMAT =
  '--output-format:word --noborder --noheader --human-readable --quiet --noproxy'
