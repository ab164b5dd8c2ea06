/** What a container has said: its newest lines, of both its outputs, in order of time. */
import * as z from 'zod'
import { count } from '../format.ts'
import {
  conditionOf,
  containerInput,
  containerNamed,
  engine,
  engineTrouble,
  hostInput,
  hostNamed,
} from './containers.ts'
import { LINES, linesInput } from './places.ts'
import { logOf } from './told.ts'
import { defineLook } from './tool.ts'

export const dockerLogs = defineLook({
  name: 'docker_logs',
  title: 'Log of a container',
  description: 'Newest lines that a container has written.',
  topic: 'containers',
  input: z.strictObject({
    host: hostInput,
    container: containerInput,
    lines: linesInput.optional(),
  }),
  look: async (hands, { host: wanted, container, lines = LINES }) => {
    const host = hostNamed(hands, wanted)
    const found = await containerNamed(hands, host, container)
    const done = await engine(hands, host, [
      'logs',
      '--timestamps',
      '--tail',
      String(lines),
      found.name,
    ])
    if (done.code !== 0 && !done.truncated) throw engineTrouble(host, done)
    const said = [...linesOf(done.stdout), ...linesOf(done.stderr)]
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
      .slice(-lines)
    const cut = done.truncated ? ' It was too long and is cut.' : ''
    return logOf(
      `Log of ${found.name} on ${host} (${conditionOf(found)}): ${count(said.length, 'line')}, newest last, times in UTC.${cut}`,
      said.map(({ at, text }) => (at ? `${at.slice(5, 19).replace('T', ' ')} ${text}` : text)),
      { host, container: found.name, state: found.state },
    )
  },
})

type Line = { at: string; text: string }

/** Docker puts the time before each line; one without belongs to the line above. */
const linesOf = (output: string): Line[] => {
  let at = ''
  return output.split('\n').flatMap((line) => {
    if (line === '') return []
    const [, time, text] = /^(\d{4}-\d\d-\d\dT\S{8,30}) ?(.*)$/s.exec(line) ?? []
    if (time !== undefined) at = time
    return [{ at, text: text ?? line }]
  })
}
