/** The journal of a node by the API, so that it takes no SSH. Anybody who reaches a port writes in it. */
import * as z from 'zod'
import { seconds } from '../clock.ts'
import { count } from '../format.ts'
import { nodeInput } from './node-target.ts'
import { LINES, linesInput, nodeThatAnswers, sinceInput, spanOf } from './places.ts'
import { logOf } from './told.ts'
import { defineLook } from './tool.ts'

const PATIENCE_MS = seconds(15)
/** So many are looked through for those of one unit. */
const LOOKED_THROUGH = 5000

export const readLog = defineLook({
  name: 'read_log',
  title: 'Log of a node',
  description: 'Newest lines of the journal of a node; of one unit alone, or since some time.',
  topic: 'nodes',
  input: z.strictObject({
    node: nodeInput,
    lines: linesInput.optional(),
    unit: z
      .string()
      .regex(/^[\w@][\w@.:-]{0,79}$/, 'expected the name of a unit')
      .optional()
      .meta({ description: 'Such as pvedaemon or ssh.service.' }),
    since: sinceInput.optional(),
  }),
  look: async ({ proxmox, picture, clock }, { node: wanted, lines = LINES, unit, since }) => {
    const now = clock.now()
    const { name } = nodeThatAnswers(picture(), wanted, now)
    const range =
      since === undefined
        ? { last: unit === undefined ? lines : LOOKED_THROUGH }
        : { since: Math.floor((now - spanOf(since)) / 1000) }
    const journal = await proxmox.nodes.journal(name, range, { timeout: PATIENCE_MS })
    const said = journal.filter((line) => !CURSOR.test(line)).filter(ofUnit(unit))
    const newest = said.slice(-lines)
    const of = [unit && ` of ${unit}`, since && ` of the last ${since}`].filter(Boolean).join('')
    const title = `Journal of ${name}${of}: ${count(newest.length, 'line')}, newest last.`
    return logOf(title, newest, { node: name, unit: unit ?? null, since: since ?? null })
  },
})

/** The reader puts its cursors around the lines. */
const CURSOR = /^s=[0-9a-f]{8,};/

/** `Nov 26 12:00:00 Home pvedaemon[812]: …`: the word after the machine's name. */
const ofUnit = (unit: string | undefined) => (line: string) => {
  if (unit === undefined) return true
  const tag = /^\w{3} [ \d]\d [\d:.]+ \S+ ([^\s[:]+)/.exec(line)?.[1]
  return tag?.toLowerCase() === unit.replace(/\.service$/, '').toLowerCase()
}
