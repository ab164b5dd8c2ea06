/** `jarvis wake`: which nodes are on, and waking one or all of them; magic packets go out of the server. */
import { minutes, seconds, sleep } from '../lib/clock.ts'
import { asProblem, inWords, Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { nearest } from '../lib/nearest.ts'
import { paths } from '../lib/paths.ts'
import type { Command } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit, type Io } from './io.ts'
import { callServer } from './socket.ts'

type Row = {
  node: string
  aliases: string[]
  power: 'on' | 'off' | 'unknown'
  waking: { since: string; by: string } | null
  lastTry: { words: string } | null
}
type Status = { rows: Row[] }
type Told = { node: string; state: string; text: string }

const LOOK_EVERY_MS = seconds(2)
/** The server ends each try after 3 minutes and says how it went. */
const LIMIT_MS = minutes(3) + seconds(15)

export const command: Command = {
  usage: ['status', 'NODE|all [--wait]'],
  options: {
    wait: { type: 'boolean', help: 'until they are on, or 3 minutes have passed' },
  },
  words: 1,
  notes:
    'Exit code of status and with --wait: 0 when every node that was asked for is on, else 1.\nWithout --wait: 0 when the packets are on their way.',
  async run({ words: [what], values }, io) {
    if (what === undefined)
      throw new Problem('invalid', 'Which node?', { next: 'jarvis wake status|NODE|all [--wait]' })
    const json = Boolean(values.json)
    if (what === 'status') return showStatus(io, json)
    const { rows } = await statusOf(io)
    const wanted = what === 'all' ? rows : [rowNamed(rows, what)]
    const told = await Promise.all(wanted.map((row) => wake(io, row)))
    const ended = values.wait ? await awaited(io, told) : told
    if (json) io.out(JSON.stringify({ success: ended.every(isWell), results: ended }, null, 2))
    else for (const { text } of ended) io.out(clean(text))
    return ended.every(isWell) ? exit.ok : exit.trouble
  },
}

const isWell = ({ state }: Told) => state === 'on' || state === 'waking'

const statusOf = (io: Io) => callServer<Status>(dataFolder(io), 'GET', paths.powerStatus('json'))

const showStatus = async (io: Io, json: boolean): Promise<number> => {
  const status = await statusOf(io)
  io.out(
    json
      ? JSON.stringify(status, null, 2)
      : (await callServer<string>(dataFolder(io), 'GET', paths.powerStatus('txt'))).trimEnd(),
  )
  return status.rows.every((r) => r.power === 'on') ? exit.ok : exit.trouble
}

/** By name or alias, without regard to case. */
const rowNamed = (rows: Row[], asked: string): Row => {
  const wanted = asked.toLowerCase()
  const found =
    rows.find((r) => r.node.toLowerCase() === wanted) ??
    rows.find((r) => r.aliases.some((alias) => alias.toLowerCase() === wanted))
  if (found) return found
  if (rows.length === 0)
    throw new Problem('busy', 'The cluster has not been seen yet.', {
      next: 'Ask again in a moment.',
    })
  const near = nearest(
    asked,
    rows.map((r) => r.node),
  )
  throw new Problem('not-found', `There is no node ${clean(asked)}.`, {
    ...(near && { next: `Did you mean ${clean(near)}?` }),
  })
}

/** One that is on or being woken already is left as it is. */
const wake = async (io: Io, { node, power, waking }: Row): Promise<Told> => {
  if (power === 'on') return { node, state: 'on', text: `${node} is on.` }
  if (waking) return { node, state: 'waking', text: `${node} is being woken by ${waking.by}.` }
  try {
    await callServer(dataFolder(io), 'POST', paths.wakeNode(node), { wait: 1 })
    return { node, state: 'waking', text: `${node} is being woken.` }
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.kind === 'unreachable') throw problem
    return { node, state: 'failed', text: inWords(problem) }
  }
}

/** Looks until nobody is being woken any more. */
const awaited = async (io: Io, told: Told[]): Promise<Told[]> => {
  const until = io.clock.now() + LIMIT_MS
  let now = told
  while (now.some((t) => t.state === 'waking')) {
    if (io.clock.now() >= until) return now.map((t) => (t.state === 'waking' ? late(t) : t))
    await sleep(io.clock, LOOK_EVERY_MS)
    const { rows } = await statusOf(io)
    now = now.map((t) => (t.state === 'waking' ? laterOf(t, rows) : t))
  }
  return now
}

const late = ({ node }: Told): Told => ({
  node,
  state: 'failed',
  text: `${node} is not on: no answer after 3 min.`,
})

const laterOf = (told: Told, rows: Row[]): Told => {
  const { node } = told
  const row = rows.find((r) => r.node === node)
  if (row?.power === 'on') return { node, state: 'on', text: `${node} is on.` }
  // A deed that has just ended well is ahead of the picture by a poll.
  if (!row?.lastTry) return told
  return { node, state: 'failed', text: `${node} is not on: ${row.lastTry.words}.` }
}
