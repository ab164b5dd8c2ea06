/** What is protected and why, and the marks that a person sets and takes back. */
import { Hono } from 'hono'
import { inWords, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { isTakenBack, type Protection, type Shield } from '../lib/safety/protected.ts'
import { shown } from '../views/parts/shown.ts'
import { type ProtectionPage, protectionPage } from '../views/protection.ts'
import { protectionJson, protectionText } from '../views/protection-forms.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { guestIn, nodeIn } from './found.ts'
import { later } from './login.ts'
import type { App, Env, Needs } from './needs.ts'
import { send } from './pages.ts'
import { changed, personFor } from './safety-change.ts'
import { known } from './trouble.ts'

export const protectionRoutes = (needs: Needs): App => {
  const app: App = new Hono<Env>()
  return app
    .get(paths.protection(), (c) => {
      const model = modelOf(c, needs, { done: dones[c.req.query('done') ?? ''] })
      return send(c, needs, {
        html: () => protectionPage(model),
        text: () => protectionText(model),
        json: () => protectionJson(model),
      })
    })
    .post(paths.protectionDeed('mark'), (c) => settle(c, needs, 'mark', mark))
    .post(paths.protectionDeed('unmark'), (c) => settle(c, needs, 'unmark', unmark))
    .post(paths.protectionDeed('again'), (c) => settle(c, needs, 'again', again))
}

const dones: Record<string, string> = {
  mark: 'It is protected from now on.',
  unmark: 'It is not marked any more. If it stands here still, something else protects it.',
  again: 'Its name and tags count again.',
}

type Deed = 'mark' | 'unmark' | 'again'
type Work = (c: Ctx, needs: Needs, fields: Fields) => void

const settle = async (c: Ctx, needs: Needs, what: Deed, work: Work) => {
  personFor(c, needs, what)
  varies(c)
  const fields = await fieldsOf(c)
  const done = await known((async () => work(c, needs, fields))())
  if (done.problem) return backToForm(c, needs, what, fields, done.problem)
  const form = formOf(c)
  if (form === 'html') return c.redirect(`${paths.protection()}?done=${what}`, 303)
  const model = modelOf(c, needs)
  return form === 'text' ? sendText(c, protectionText(model)) : sendJson(c, protectionJson(model))
}

const backToForm = (c: Ctx, needs: Needs, what: Deed, typed: Fields, problem: Problem) => {
  later(c, problem)
  if (formOf(c) !== 'html') throw problem
  const form = what === 'mark' ? 'mark' : 'unmark'
  const fault = { form, text: inWords(problem), details: problem.details ?? {} } as const
  const page = protectionPage(modelOf(c, needs, { fault, ...(form === 'mark' && { typed }) }))
  return sendPage(c, needs, { ...page, status: statusOf[problem.kind] as 404 | 409 | 422 })
}

const LONGEST_WHY = 200

const mark: Work = (c, needs, fields) => {
  const key = keyIn(needs, fields)
  const why = shown(fields.why ?? '', '').trim()
  if (!why || why.length > LONGEST_WHY)
    throw new Problem('invalid', 'A mark needs its reason.', {
      details: { why: `expected a reason of at most ${LONGEST_WHY} characters` },
    })
  const { marked, unmarked } = needs.brakes.settings.get()
  set(c, needs, `mark`, key, {
    marked: { ...marked, [key]: why },
    unmarked: unmarked.filter((k) => k !== key),
  })
}

/** The key of something that is there, or `not-found` with what is nearest. */
const keyIn = ({ cluster }: Needs, { kind = 'guest', id = '' }: Fields): string => {
  const picture = cluster.picture()
  const wanted = id.trim()
  if (kind === 'guest') return `guest/${guestIn(picture, wanted).vmid}`
  if (kind === 'node') return `node/${nodeIn(picture, wanted).name}`
  const storage = picture.storages.find((s) => s.storage === wanted || s.id === wanted)
  if (kind === 'storage' && storage) return `storage/${storage.storage}`
  if (kind === 'storage')
    throw new Problem('not-found', `There is no storage ${shown(wanted).slice(0, 60)}.`)
  throw new Problem('invalid', 'That cannot be marked.', {
    details: { kind: 'expected guest, node or storage' },
  })
}

const unmark: Work = (c, needs, { key = '' }) => {
  const protection = needs.brakes.protection()
  if (!protection)
    throw new Problem(
      'conflict',
      'What depends on what cannot be known now; marks stay until it is.',
    )
  const shield = protection.shields.find((s) => s.key === key)
  if (!shield) throw new Problem('not-found', 'That is not protected; somebody has unmarked it.')
  const fixed = fixedOf(shield)
  if (fixed)
    throw new Problem('conflict', `${shield.label} stays protected: ${shield.why[0]}.`, {
      next: fixed,
    })
  const { marked, unmarked } = needs.brakes.settings.get()
  const { [key]: _, ...rest } = marked
  const isNamed = shield.sources.some((s) => s === 'name' || s === 'tag')
  set(c, needs, 'unmark', key, {
    marked: rest,
    unmarked: isNamed ? [...new Set([...unmarked, key])] : unmarked,
  })
}

const again: Work = (c, needs, { key = '' }) => {
  const { marked, unmarked } = needs.brakes.settings.get()
  if (!unmarked.includes(key))
    throw new Problem('not-found', 'That was not taken out; somebody has put it back.')
  set(c, needs, 'protect again', key, { marked, unmarked: unmarked.filter((k) => k !== key) })
}

/** What carries Jarvis stays; of the rest nothing is taken that the operator has not given. */
const fixedOf = (shield: Shield): string | undefined => {
  if (shield.vital) return 'Jarvis hangs on it.'
  if (isTakenBack(shield) || shield.sources.includes('mark')) return undefined
  const from = shield.sources.find((s) => s === 'role' || s === 'ha' || s === 'votes')!
  return by[from as keyof typeof by]
}
const by = {
  role: 'The configuration names it: safety.roles.',
  ha: 'High availability holds it.',
  votes: 'The cluster needs its vote.',
}

type Marks = { marked: Readonly<Record<string, string>>; unmarked: readonly string[] }

const set = (c: Ctx, { brakes, ...needs }: Needs, what: string, key: string, marks: Marks) => {
  const words = () =>
    brakes
      .protection()
      ?.shields.find((s) => s.key === key)
      ?.why.join('; ') ?? (brakes.settings.get().marked[key] ? 'marked' : 'not protected')
  const before = words()
  brakes.settings.set(marks, c.get('caller')!.name)
  changed(c, needs, { key: `${what} ${key}`, before, after: words(), target: key })
}

const modelOf = (c: Ctx, needs: Needs, more: Partial<ProtectionPage> = {}): ProtectionPage => {
  const { brakes, clock, cluster } = needs
  const { marked, unmarked } = brakes.settings.get()
  const protection = brakes.protection()
  return {
    now: clock.now(),
    may: c.get('caller')?.kind === 'person',
    known: protection && knownOf(needs, protection),
    unknown: cluster.picture().parts.resources.trouble?.text ?? 'the cluster was not read in time.',
    self: selfOf(needs, protection),
    marked,
    unmarked,
    ...more,
  }
}

const knownOf = ({ cluster }: Needs, { shields, edges }: Protection): ProtectionPage['known'] => {
  const { guests, nodes, storages } = cluster.picture()
  return {
    shields: shields.map((s) => ({ ...s, fixed: fixedOf(s) })),
    edges,
    labels: new Map([
      ...guests.map((g) => [`guest/${g.vmid}`, shown(`${g.vmid} ${g.name}`)] as const),
      ...nodes.map((n) => [`node/${n.name}`, shown(n.name)] as const),
      ...storages.map((s) => [`storage/${s.storage}`, shown(s.storage)] as const),
    ]),
  }
}

/** Where Jarvis runs, and who says so. */
const selfOf = ({ self }: Needs, protection: Protection | undefined): ProtectionPage['self'] => {
  const [told, found] = [self?.told(), self?.found()]
  const label = (key: string) => protection?.shields.find((s) => s.key === key)?.label ?? shown(key)
  if (told && found && told !== found.key)
    return {
      isKnown: false,
      sentence: `The configuration says that I run in ${label(told)}; by its ${found.by} it is ${label(found.key)}. I protect both.`,
    }
  if (told) {
    const proof = found ? `, and its ${found.by} agrees` : ''
    return {
      isKnown: true,
      sentence: `I run in ${label(told)}: the configuration says so${proof}.`,
    }
  }
  if (found)
    return {
      isKnown: true,
      sentence: `I run in ${label(found.key)}: its ${found.by} is that of my machine.`,
    }
  return {
    isKnown: false,
    sentence:
      'I do not know in what I run, so I cannot protect it. Name it in the configuration: safety.runsIn: guest/103',
  }
}
