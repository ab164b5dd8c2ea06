/**
 * The set-up in the browser: one page a step, plain forms, everything that was said kept on the
 * server. Only a person who has logged in takes part; no secret goes into a page or an address.
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { asProblem, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { doorFrom } from '../lib/setup/hands.ts'
import { isStage, type Stage, stages, type Talk } from '../lib/setup/talk.ts'
import { placesFrom, roles, rolesFrom, tokensFrom } from '../lib/setup/wishes.ts'
import { setupPage, writtenPage } from '../views/setup.ts'
import { connectPage } from '../views/setup-state.ts'
import { type Ctx, sendPage } from './answer.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { App, Env, Needs } from './needs.ts'
import { isSafe } from './origin.ts'
import { record } from './record.ts'
import { isOpen } from './rights.ts'
import { showChecks, showConnection } from './setup-state.ts'

/** While there is no cluster, the way in, the set-up and the STOP of every page are the whole site. */
export const onlySetup = (): MiddlewareHandler<Env> => {
  const inside = new Set<string>([paths.logout(), paths.setup(), paths.stop(), paths.stopRelease()])
  return async (c, next) => {
    const { path, method } = c.req
    if (isOpen(path) || inside.has(path) || path.startsWith(`${paths.setup()}/`)) return next()
    if (isSafe(method)) return c.redirect(paths.setup(), 303)
    throw new Problem('conflict', 'There is no cluster yet.', {
      next: `Set it up first: ${paths.setup()}`,
    })
  }
}

export const setupRoutes = (needs: Needs): App => {
  const isLab = needs.config.mode === 'lab'
  return new Hono<Env>()
    .get(paths.setup(), (c) => {
      if (isLab) return sendPage(c, needs, connectPage())
      if (needs.config.mode === 'real') return showConnection(c, needs)
      return c.redirect(paths.setup(stages[0]), 303)
    })
    .get(`${paths.setup()}/:stage`, (c) => {
      if (isLab) return c.redirect(paths.setup(), 303)
      const asked = c.req.param('stage')
      if (asked === 'checks' && needs.config.mode === 'real') return showChecks(c, needs)
      const talk = talks(needs).of(personIn(c))
      const stage = stageIn(c)
      const reached = talk.reached()
      // Whoever comes by a link to a later page goes on where the talk stands.
      if (!reached.includes(stage)) return c.redirect(paths.setup(reached.at(-1)), 303)
      return show(c, needs, talk, stage)
    })
    .post(`${paths.setup()}/:stage`, (c) => answer(c, needs))
}

const talks = ({ setup, config }: Needs) => {
  if (setup && config.mode !== 'lab') return setup
  throw new Problem('not-found', 'A simulated cluster needs no set-up.', {
    next: `How a real one is connected: ${paths.setup()}`,
  })
}

const personIn = (c: Ctx): string => {
  const caller = c.get('caller')
  if (caller?.kind === 'person') return caller.name
  throw new Problem('forbidden', 'Only a person sets me up, after logging in with a browser.', {
    next: 'On the host there is ./jarvis setup.',
  })
}

const stageIn = (c: Ctx): Stage => {
  const word = c.req.param('stage') ?? ''
  if (isStage(word)) return word
  throw new Problem('not-found', 'The set-up has no such page.', { next: paths.setup() })
}

type Shown = { fault?: Problem | undefined; fields?: Fields | undefined }

const show = (c: Ctx, needs: Needs, talk: Talk, stage: Stage, { fault, fields }: Shown = {}) => {
  const { file } = talks(needs)
  const model = {
    stage,
    reached: talk.reached(),
    agreed: talk.agreed(),
    file,
    before: talk.before(),
    fault,
    typed: fields ?? {},
  }
  return sendPage(c, needs, {
    ...setupPage(model),
    ...(fault && { status: statusOf[fault.kind] }),
  })
}

/** A step: what it does, and where it leads; trouble comes back on the page it came from. */
const answer = async (c: Ctx, needs: Needs) => {
  const owner = personIn(c)
  const all = talks(needs)
  const stage = stageIn(c)
  const fields = await fieldsOf(c)
  try {
    const next = await all.working(owner, (talk) => deeds[stage]({ c, needs, talk, fields }))
    if (next) return c.redirect(paths.setup(next), 303)
  } catch (thrown) {
    const fault = asProblem(thrown)
    if (fault.kind === 'broken' || fault.kind === 'busy') throw thrown
    const talk = all.of(owner)
    const reached = talk.reached()
    const where = reached.includes(stage) ? stage : reached.at(-1)!
    return show(c, needs, talk, where, { fault, fields })
  }
  all.end(owner)
  const willStart = needs.startAnew !== undefined
  // The header, because a page of ours carries no script and no meta of its own.
  if (willStart) c.header('Refresh', `3; url=${paths.hud()}`)
  needs.startAnew?.()
  return sendPage(c, needs, writtenPage({ file: all.file, willStart }))
}

type Deed = (it: { c: Ctx; needs: Needs; talk: Talk; fields: Fields }) => Promise<Stage | undefined>

const deeds: Record<Stage, Deed> = {
  async address({ talk, fields }) {
    await talk.meet(fields.address ?? '')
    return 'certificate'
  },
  async certificate({ talk, fields }) {
    if (fields.agree !== 'yes')
      throw new Problem('invalid', 'Without your word that it is the same I do not go on.', {
        next: 'Compare the two, then tick the box. If they differ, somebody may be in between.',
      })
    talk.trust(fields.fingerprint ?? '')
    return 'access'
  },
  async access({ talk, fields }) {
    const wish = wishIn(fields)
    if (fields.way === 'hand') talk.byHand(fields.release === '8' ? 8 : 9, wish)
    else await talk.logIn(loginIn(fields), wish)
    return 'plan'
  },
  async plan({ c, needs, talk, fields }) {
    if (fields.way === 'do') {
      const lines = talk.agreed().steps?.map((s) => s.command) ?? []
      try {
        await talk.carryOut()
        record(c, needs, 'setup.carry-out', 'done', { lines: lines.join('\n') })
      } catch (error) {
        record(c, needs, 'setup.carry-out', 'refused', { lines: lines.join('\n') })
        throw error
      }
    } else await talk.useTokens(tokensFrom(given(fields)))
    return 'check'
  },
  async check({ talk, fields }) {
    if (fields.way === 'again') await talk.check()
    else await talk.findNodes()
    return fields.way === 'again' ? 'check' : 'nodes'
  },
  async nodes({ talk, fields }) {
    const names = talk.agreed().cluster?.nodes.map((n) => n.name) ?? []
    const edit = (name: string) => ({
      address: (fields[`address.${name}`] ?? '').trim(),
      aliases: words(fields[`aliases.${name}`]),
      mac: (fields[`mac.${name}`] ?? '').trim(),
    })
    await talk.review(new Map(names.map((name) => [name, edit(name)])))
    return 'hands'
  },
  async hands({ talk, fields }) {
    const { way, keyFile = '', user = 'root', port = '22' } = fields
    if (way === 'none') talk.noHands()
    else if (way === 'agree') await talk.agreeKeys(ticked(fields))
    else {
      if (way === 'file' && keyFile.trim() === '')
        throw new Problem('invalid', 'Which file?', { next: 'Name it, or have a key made.' })
      const before = way === 'again' ? talk.agreed().hands?.keyFile : undefined
      const named = way === 'file' ? keyFile.trim() : before
      await talk.takeKey(named, doorFrom(user.trim(), port.trim()))
      return 'hands'
    }
    return 'write'
  },
  async write({ c, needs, talk, fields }) {
    const by = personIn(c)
    const keys = [...(talk.agreed().hands?.agreed ?? [])].map(([n, k]) => `${n} ${k.fingerprint}`)
    talk.write({ overwrite: fields.overwrite === 'yes', by })
    record(c, needs, 'setup.write', 'done', {
      file: talks(needs).file,
      ...(keys.length > 0 && { hostKeys: keys.join(', ') }),
    })
    return undefined
  },
}

/** `agree.pve` = the fingerprint that stood beside the box. */
const ticked = (fields: Fields) =>
  new Map(
    Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      name.startsWith('agree.') && value ? [[name.slice('agree.'.length), value]] : [],
    ),
  )

const words = (text: string | undefined) => (text ?? '').split(/[,\s]+/).filter(Boolean)

const wishIn = (fields: Fields) => ({
  roles: rolesFrom(roles.filter((role) => fields[`role.${role}`] === 'yes')),
  places: placesFrom(fields.pool?.trim(), words(fields.storages)),
})

const loginIn = ({ user = '', password = '', otp = '' }: Fields) => {
  if (password === '')
    throw new Problem('invalid', 'The password is missing.', {
      next: 'Give it, or take the other way and run the lines yourself.',
    })
  return { user: user.trim() || 'root@pam', password, otp: otp.trim() || undefined }
}

const given = (fields: Fields) =>
  roles.map((role) => ({
    role,
    id: (fields[`id.${role}`] ?? '').trim(),
    secret: (fields[`secret.${role}`] ?? '').trim(),
  }))
