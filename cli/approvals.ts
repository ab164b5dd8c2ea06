/**
 * `jarvis approvals`: what waits for a person, and the decision. Whoever has merely a shell on the host
 * reads; deciding takes a terminal and the password of the account, so that no agent approves itself.
 */
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { paths } from '../lib/paths.ts'
import { type Args, type Command, textOf } from './command.ts'
import { dataFolder } from './data-folder.ts'
import { exit, type Io } from './io.ts'
import { callServer } from './socket.ts'
import { awaited, shown, type ToolAnswer, tell } from './tool.ts'

export const command: Command = {
  usage: ['[list]', 'show ID', 'approve ID [--account NAME]', 'deny ID [--account NAME]'],
  options: {
    account: { type: 'string', value: 'NAME', help: 'whose password, where there are several' },
  },
  words: 2,
  notes: [
    'approve and deny ask for the password on a terminal; a pipe or a file will not do. approve shows',
    'the card, judged anew, and asks to type the number of what cannot be undone.',
    'Exit code: 0 done, or nothing waits (list) · 1 something waits (list), refused, failed · 2 wrong',
    '           use · 3 no server.',
  ].join('\n'),
  async run(args, io) {
    const [verb = 'list', which] = args.words
    if (verb === 'list' && which === undefined) return list(args, io)
    if (verb === 'show') return show(idOf(which, verb), args, io)
    if (verb === 'approve') return approve(idOf(which, verb), args, io)
    if (verb === 'deny') return deny(idOf(which, verb), args, io)
    throw new Problem('invalid', `"${clean(verb)}" is not a thing to do with requests.`, {
      next: 'It is list, show ID, approve ID or deny ID.',
    })
  },
}

const idOf = (text: string | undefined, verb: string): number => {
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new Problem('invalid', 'Which request?', {
    next: `Name its number: jarvis approvals ${verb} 7. jarvis approvals lists them.`,
  })
}

type Waiting = { waiting: unknown[] }
type Card = { state: string; outcome: { text: string } | null }

const list = async ({ values }: Args, io: Io): Promise<number> => {
  const data = dataFolder(io)
  const all = await callServer<Waiting>(data, 'GET', paths.approvalsAs('json'))
  if (values.json) io.out(JSON.stringify(all, null, 2))
  else io.out(shown(await callServer<string>(data, 'GET', paths.approvalsAs('txt'))).trimEnd())
  return all.waiting.length === 0 ? exit.ok : exit.trouble
}

const show = async (id: number, { values }: Args, io: Io): Promise<number> => {
  if (values.json) io.out(JSON.stringify(await cardOf(io, id), null, 2))
  else io.out(await cardText(io, id))
  return exit.ok
}

const cardOf = (io: Io, id: number) => callServer<Card>(dataFolder(io), 'GET', paths.approval(id))

const cardText = async (io: Io, id: number) =>
  shown(await callServer<string>(dataFolder(io), 'GET', paths.approval(id, 'text'))).trimEnd()

type Armed = { session: string; nonce: string; hash: string; typed: string | null; seconds: number }

const approve = async (id: number, args: Args, io: Io): Promise<number> => {
  const proof = await proven(id, args, io)
  const post = <T>(what: string, more: object = {}) =>
    callServer<T>(dataFolder(io), 'POST', `/local/approvals/${id}/${what}`, { ...proof, ...more })
  const { typed: wanted, seconds, ...armed } = await post<Armed>('open')
  io.err(await cardText(io, id))
  io.err(`It is good for ${seconds} s.`)
  const typed = (await io.ask(wanted === null ? 'Type yes to do it:' : `Type ${wanted}:`)).trim()
  if (typed !== (wanted ?? 'yes'))
    throw new Problem('conflict', 'Not done: that was another word.', {
      next: 'The request still waits.',
    })
  const answer = await post<ToolAnswer>('confirm', { ...armed, ...(wanted !== null && { typed }) })
  return tell(await awaited(answer, io), args, io)
}

const deny = async (id: number, args: Args, io: Io): Promise<number> => {
  const proof = await proven(id, args, io)
  await callServer(dataFolder(io), 'POST', `/local/approvals/${id}/deny`, proof)
  const card = await cardOf(io, id)
  io.out(args.values.json ? JSON.stringify(card) : shown(card.outcome?.text ?? 'Refused.'))
  return exit.ok
}

/** What is over is told before anybody types a password for it. */
const proven = async (id: number, args: Args, io: Io) => {
  if (!io.isTTY)
    throw new Problem('forbidden', 'Only a person at a terminal decides about requests.', {
      next: `Run it on a terminal, or decide in the browser: ${paths.approval(id)}.`,
    })
  const { state, outcome } = await cardOf(io, id)
  if (state !== 'open')
    throw new Problem('conflict', clean(outcome?.text ?? 'This request is over.'), {
      next: 'Nothing is left to decide.',
    })
  const name = textOf(args, 'account')
  const password = await io.askHidden(`Password${name ? ` of ${clean(name)}` : ''}:`)
  return { password, ...(name && { name }) }
}
