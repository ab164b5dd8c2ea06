/**
 * `jarvis tool`: any tool from the command line, through the same door as every button. Here a machine
 * asks; with the password of the account it is that person.
 */
import { seconds, sleep } from '../lib/clock.ts'
import { asProblem, Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { paths } from '../lib/paths.ts'
import { nearestTool, rightFor, toolNamed, tools } from '../lib/tools/registry.ts'
import type { Tool } from '../lib/tools/tool.ts'
import { type Args, type Command, textOf } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit, type Io } from './io.ts'
import { callServer } from './socket.ts'
import { argsHelp, typed } from './tool-args.ts'

export const command: Command = {
  usage: ['', 'NAME [--ARGUMENT=VALUE …] [--dry-run] [--as-operator [--account NAME]]'],
  options: {
    'dry-run': { type: 'boolean', help: 'tell what it would do and what is judged; do nothing' },
    'as-operator': { type: 'boolean', help: 'as a person: asks for the password on a terminal' },
    account: { type: 'string', value: 'NAME', help: 'whose password, where there are several' },
  },
  words: 1,
  free: true,
  notes: [
    'Without a name it lists the tools; jarvis tool NAME --help shows the arguments of one.',
    'Exit code: 0 done (with --dry-run: it would be) · 1 refused, failed, or waits for a person ·',
    '           2 no such tool or argument · 3 no server.',
  ].join('\n'),
  help: ({ words: [name] }) => (name === undefined ? undefined : argsHelp(demandTool(name))),
  async run(args, io) {
    const [name] = args.words
    if (name === undefined) return list(args, io)
    const tool = demandTool(name)
    const wish = { tool: name, args: typed(tool, args.given ?? {}) }
    const server = args.values['as-operator'] ? await asOperator(args, io) : asMachine(io)
    try {
      if (args.values['dry-run']) return rehearse(await server.plan(wish), args, io)
      return tell(await awaited(await server.use(wish), io), args, io)
    } catch (thrown) {
      throw inDetail(asProblem(thrown), name)
    }
  },
}

/** Wrong arguments one by one, for whoever sits in front of it. */
const inDetail = (problem: Problem, tool: string): Problem => {
  const { kind, message, details = {} } = problem
  if (kind !== 'invalid') return problem
  const mistakes = Object.entries(details).filter(([name]) => name !== 'rule')
  return new Problem(
    kind,
    [message, ...mistakes.map(([name, why]) => `${name}: ${why}`)].join(' '),
    {
      next: `jarvis tool ${tool} --help shows them.`,
      details,
    },
  )
}

const demandTool = (name: string): Tool => {
  const tool = toolNamed(name)
  if (tool) return tool
  const near = nearestTool(name)
  throw new Problem('invalid', `There is no tool ${clean(name)}.`, {
    next: near ? `Did you mean ${near}?` : 'jarvis tool lists them.',
  })
}

const list = ({ values }: Args, io: Io): number => {
  const rows = tools.map((tool) => ({ tool, right: rightFor(tool) }))
  if (values.json) {
    io.out(
      JSON.stringify(rows.map(({ tool: t, right }) => ({ name: t.name, title: t.title, right }))),
    )
    return exit.ok
  }
  const wide = Math.max(...rows.map(({ tool }) => tool.name.length))
  io.out(
    rows
      .map(({ tool, right }) => `${tool.name.padEnd(wide)}  ${right.padEnd(7)}  ${tool.title}`)
      .join('\n'),
  )
  return exit.ok
}

type Wish = { tool: string; args: Record<string, unknown> }
/** What the server answers to a deed. */
export type ToolAnswer = {
  success: boolean
  state?: string
  text?: string
  result?: { id: number | null; text: string; data: unknown; tookS: number }
  approval?: { id: number; url: string; expires: string }
  running?: { id: number; url: string }
}
type Planned = {
  label: string
  plan: { before: string; calls: string[]; expected: string; undo: string } | null
  whyNot: string | null
  verdict: { tier: string; verdict: string; rule: string; reason: string; next: string | null }
}
type Server = { use(wish: Wish): Promise<ToolAnswer>; plan(wish: Wish): Promise<Planned> }

const asMachine = (io: Io): Server => {
  const data = dataFolder(io)
  return {
    use: (wish) => callServer(data, 'POST', paths.execute(), wish),
    plan: (wish) => callServer(data, 'POST', paths.plan(), wish),
  }
}

/** Whoever has merely a shell on the host is no person: it takes a terminal and the password. */
const asOperator = async (args: Args, io: Io): Promise<Server> => {
  if (!io.isTTY)
    throw new Problem('forbidden', 'Only a person at a terminal is the operator.', {
      next: 'Run it on a terminal, or leave out --as-operator.',
    })
  const data = dataFolder(io)
  // Asked first, so that nobody types a password for a server that is not there.
  await callServer(data, 'GET', '/local/status')
  const name = textOf(args, 'account')
  const password = await io.askHidden(`Password${name ? ` of ${clean(name)}` : ''}:`)
  const ask = <T>(wish: Wish, plan: boolean) =>
    callServer<T>(data, 'POST', '/local/tool', { ...wish, plan, password, ...(name && { name }) })
  return { use: (wish) => ask(wish, false), plan: (wish) => ask(wish, true) }
}

const LOOK_EVERY_MS = seconds(1)
type Deed = { state: string; text: string | null; started: string; ended: string | null }

/** Longer than 25 s: looks until it has ended. Whoever breaks off here ends the waiting, not the deed. */
export const awaited = async (answer: ToolAnswer, io: Io): Promise<ToolAnswer> => {
  const { running } = answer
  if (!running) return answer
  io.err(`Under way as deed ${running.id}; Ctrl-C ends the waiting, not the deed.`)
  for (;;) {
    await sleep(io.clock, LOOK_EVERY_MS)
    const { state, text, started, ended } = await callServer<Deed>(
      dataFolder(io),
      'GET',
      running.url,
    )
    if (state === 'running') continue
    const tookS = (Date.parse(ended ?? started) - Date.parse(started)) / 1000
    const success = state === 'done' || state === 'warnings'
    return { success, state, result: { id: running.id, text: text ?? '', data: null, tookS } }
  }
}

export const tell = (answer: ToolAnswer, { values }: Args, io: Io): number => {
  const { success, result, approval, text = '' } = answer
  if (values.json) io.out(JSON.stringify(answer))
  else if (approval)
    io.out(
      `${shown(text)}\nDecide on the page ${approval.url}, or: jarvis approvals show ${approval.id}`,
    )
  else io.out(shown(result?.text ?? text))
  return success ? exit.ok : exit.trouble
}

const rehearse = (planned: Planned, { values }: Args, io: Io): number => {
  const { label, plan, whyNot, verdict } = planned
  const would = verdict.verdict === 'run' && whyNot === null
  if (values.json) io.out(JSON.stringify(planned))
  else
    io.out(
      [
        `${label}`,
        ...(plan
          ? [
              `  now       ${plan.before}`,
              ...plan.calls.map((call, i) => `  ${i ? '         ' : 'would do '} ${call}`),
              `  then      ${plan.expected}`,
              `  undo      ${plan.undo}`,
            ]
          : []),
        `  verdict   ${verdict.tier} ${verdict.verdict} (${verdict.rule}): ${verdict.reason}`,
        ...(whyNot === null ? [] : [`  but       ${whyNot}`]),
        ...(verdict.next ? [`  next      ${verdict.next}`] : []),
      ]
        .map(clean)
        .join('\n'),
    )
  return would ? exit.ok : exit.trouble
}

/** Answers of looks have lines; nothing else of what a terminal obeys. */
export const shown = (text: string) => text.split('\n').map(clean).join('\n')
