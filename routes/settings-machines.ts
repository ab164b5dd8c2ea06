/** What machines may do, seen by whoever may see the settings and changed by persons. */
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { inWords, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { type Level, levels } from '../lib/safety/levels.ts'
import { LIMITS } from '../lib/safety/limits.ts'
import type { SafetySettings } from '../lib/safety/settings.ts'
import type { Raise } from '../lib/safety/tiers.ts'
import { nightWords } from '../views/settings-hours.ts'
import {
  allowsWords,
  type MachinesForm,
  type MachinesPage,
  machinesPage,
} from '../views/settings-machines.ts'
import { machinesJson, machinesText } from '../views/settings-machines-forms.ts'
import { raiseWords } from '../views/settings-raises.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { later } from './login.ts'
import { levelIn, limitsIn, nightIn, raiseIn, readingIn, strictTools } from './machine-fields.ts'
import type { App, Env, Needs } from './needs.ts'
import { send } from './pages.ts'
import { changed, personFor } from './safety-change.ts'
import { known } from './trouble.ts'

export const machineRoutes = (needs: Needs): App => {
  const app: App = new Hono<Env>()
  const remove = async (c: Ctx) => settle(c, needs, 'raises', async () => removeRaise(c, needs))
  const form = (what: MachinesForm, work: Work) =>
    app.post(paths.machinesDeed(what), (c) => settle(c, needs, what, work))
  form('level', setLevel)
  form('reading', setReading)
  form('night', setNight)
  form('limits', setLimits)
  form('raises', addRaise)
  form('mend', mend)
  return app
    .get(paths.machines(), (c) => {
      const model = modelOf(c, needs, { done: dones[c.req.query('done') ?? ''] })
      return send(c, needs, {
        html: () => machinesPage(model),
        text: () => machinesText(model),
        json: () => machinesJson(model),
      })
    })
    .on(['POST', 'DELETE'], `${paths.machinesDeed('raises')}/:id`, remove)
}

const dones: Record<string, string> = {
  level: 'The level is set.',
  reading: 'It is switched.',
  night: 'The night is as you wish.',
  limits: 'These limits hold from now on.',
  raises: 'The lines are as you wish.',
  mend: 'They may act again.',
}

/** May answer with a response of its own. */
type Work = (c: Ctx, needs: Needs, fields: Fields) => unknown

const settle = async (c: Ctx, needs: Needs, what: MachinesForm, work: Work) => {
  personFor(c, needs, what)
  varies(c)
  const fields = await fieldsOf(c)
  const done = await known((async () => work(c, needs, fields))())
  if (done.problem) return backToForm(c, needs, what, fields, done.problem)
  if (done.value instanceof Response) return done.value
  const form = formOf(c)
  if (form === 'html') return c.redirect(`${paths.machines()}?done=${what}`, 303)
  const model = modelOf(c, needs)
  return form === 'text' ? sendText(c, machinesText(model)) : sendJson(c, machinesJson(model))
}

const backToForm = (c: Ctx, needs: Needs, form: MachinesForm, typed: Fields, problem: Problem) => {
  later(c, problem)
  if (formOf(c) !== 'html') throw problem
  const fault = { form, text: inWords(problem), details: problem.details ?? {} }
  const page = machinesPage(modelOf(c, needs, { fault, typed }))
  return sendPage(c, needs, { ...page, status: statusOf[problem.kind] as 409 | 422 })
}

/** Sets a part and writes down what it was. */
const set = (c: Ctx, needs: Needs, change: Partial<SafetySettings>, words: Words) => {
  const [key, tell] = words
  const before = tell(needs.brakes.settings.get())
  const after = tell(needs.brakes.settings.set(change, c.get('caller')!.name))
  changed(c, needs, { key, before, after })
}
type Words = readonly [key: string, tell: (settings: SafetySettings) => string]

const asLevel: Words = ['level', ({ level }) => `${level} ${levels[level].name}`]
const asReading: Words = ['reading only', ({ readOnly }) => (readOnly ? 'on' : 'off')]
const asNight: Words = ['night', ({ night }) => (night ? nightWords(night) : 'none')]
const asLimits: Words = [
  'limits',
  ({ limits }) =>
    Object.entries(limits)
      .map(([name, n]) => `${name} ${n}`)
      .join(', '),
]
const asRaises: Words = [
  'stricter lines',
  ({ raises }) => raises.map((r) => `${r.tier} ${raiseWords(r)}`).join('; ') || 'none',
]

/** Lower at once; higher only after one has been told what that allows. */
const setLevel: Work = (c, needs, fields) => {
  const level = levelIn(fields)
  const model = modelOf(c, needs)
  if (level > model.level && fields.agreed !== String(level))
    return tellFirst(c, needs, model, level)
  set(c, needs, { level }, asLevel)
}

const tellFirst = (c: Ctx, needs: Needs, model: MachinesPage, wanted: Level) => {
  if (formOf(c) === 'html') return sendPage(c, needs, machinesPage({ ...model, wanted }))
  throw new Problem('conflict', allowsWords(model, wanted), {
    next: `If that is what you want, send agreed=${wanted} too.`,
  })
}

const setReading: Work = (c, needs, fields) =>
  set(c, needs, { readOnly: readingIn(fields) }, asReading)

const setNight: Work = (c, needs, fields) => set(c, needs, { night: nightIn(fields) }, asNight)

const setLimits: Work = (c, needs, fields) =>
  set(c, needs, { limits: limitsIn(fields, needs.brakes.settings.get().limits) }, asLimits)

const MOST_RAISES = 100

const addRaise: Work = (c, needs, fields) => {
  const raise = raiseIn(fields)
  const { raises } = needs.brakes.settings.get()
  if (raises.some((r) => idOf(r) === idOf(raise)))
    throw new Problem('conflict', 'That line stands there already.')
  if (raises.length >= MOST_RAISES)
    throw new Problem('conflict', `There are ${MOST_RAISES} lines; take one out first.`)
  set(c, needs, { raises: [...raises, raise] }, asRaises)
}

const removeRaise = (c: Ctx, needs: Needs) => {
  const { raises } = needs.brakes.settings.get()
  const rest = raises.filter((r) => idOf(r) !== c.req.param('id'))
  if (rest.length === raises.length)
    throw new Problem('not-found', 'There is no such line; somebody has taken it out.')
  set(c, needs, { raises: rest }, asRaises)
}

/** Lines have no number: what they say is what they are. */
const idOf = ({ tool, target, hours, tier, why }: Raise): string =>
  createHash('sha256')
    .update(JSON.stringify([tool, target, hours, tier, why]))
    .digest('hex')
    .slice(0, 12)

const mend: Work = (c, needs) => {
  const { limits } = needs.brakes
  const down = limits.breaker()
  if (!down) throw new Problem('conflict', 'The breaker is not down.')
  limits.mend()
  changed(c, needs, { key: 'breaker', before: `down: ${down.reason}`, after: 'holds' })
}

const modelOf = (c: Ctx, { brakes, clock, config }: Needs, more: Partial<MachinesPage> = {}) => {
  const { level, readOnly, night, limits, raises } = brakes.settings.get()
  return {
    now: clock.now(),
    timeZone: config.timeZone,
    may: c.get('caller')?.kind === 'person',
    level,
    levels,
    breaker: brakes.limits.breaker(),
    readOnly,
    night,
    limits,
    usual: LIMITS,
    raises: raises.map((r) => ({ ...r, id: idOf(r), words: raiseWords(r) })),
    tools: strictTools,
    ...more,
  } satisfies MachinesPage
}
