/** Coming in and leaving. */
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { browserName } from '../lib/auth/sessions.ts'
import { inWords, type Problem } from '../lib/errors.ts'
import { timeOfDay } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import { type Hour, type LoginPage, loginPage } from '../views/login.ts'
import { type Ctx, formOf, sendPage } from './answer.ts'
import { cookieFlags, SESSION_COOKIE } from './caller.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { App, Env, Needs } from './needs.ts'
import { safeNext } from './next.ts'
import { record, recordRefusal } from './record.ts'
import { known } from './trouble.ts'

export const loginRoutes = (needs: Needs): App => {
  const { auth } = needs
  const show = (c: Ctx, more: Partial<LoginPage>, status: 200 | 401 | 422 | 429 = 200) =>
    sendPage(c, needs, {
      ...loginPage({
        greeting: greeting(needs),
        needsName: auth.logins.needsName(),
        isNew: auth.welcome.isOpen(),
        ...hourOf(needs),
        ...more,
      }),
      status,
    })

  return new Hono<Env>()
    .get(paths.login(), (c) => {
      const next = safeNext(c.req.query('next'))
      if (c.get('caller')?.kind === 'person') return c.redirect(next ?? paths.hud(), 303)
      return show(c, { next })
    })
    .post(paths.login(), async (c) => {
      const fields = await fieldsOf(c)
      const next = safeNext(fields.next)
      const opened = await known(logIn(c, needs, fields))
      if (!opened.problem) {
        record(c, needs, 'login', 'done', { who: opened.value.account.name })
        enter(c, needs, opened.value.session.secret)
        return c.redirect(next ?? paths.hud(), 303)
      }
      const { problem } = opened
      recordRefusal(c, needs, 'login', problem, fields.name)
      later(c, problem)
      if (formOf(c) !== 'html') throw problem
      const status = statusOf[problem.kind] === 429 ? 429 : 401
      return show(c, { next, name: fields.name, fault: inWords(problem) }, status)
    })
    .post(paths.logout(), (c) => {
      const session = c.get('caller')?.session
      if (session) {
        auth.sessions.end(session.id)
        record(c, needs, 'logout', 'done')
      }
      deleteCookie(c, SESSION_COOKIE, { path: '/' })
      return c.redirect(paths.login(), 303)
    })
}

const logIn = (c: Ctx, { auth }: Needs, { name, password = '' }: Fields) =>
  auth.logins.open({
    name,
    password,
    from: c.get('asker').from,
    browser: browserName(c.req.header('user-agent') ?? ''),
  })

/** A login always gets a fresh session; the one that this browser had before ends. */
const enter = (c: Ctx, { auth }: Needs, secret: string) => {
  const old = getCookie(c, SESSION_COOKIE)
  const before = old ? auth.sessions.find(old, c.get('asker').from) : undefined
  if (before) auth.sessions.end(before.id)
  setCookie(c, SESSION_COOKIE, secret, {
    ...cookieFlags(c.get('asker')),
    maxAge: auth.sessions.maxAgeS,
  })
}

/** Says in the head of the answer when the door opens again. */
export const later = (c: Context<Env>, { details }: Problem) => {
  if (details?.retryAfter) c.header('Retry-After', details.retryAfter)
}

/** What the dial of the door shows. */
export const hourOf = ({ clock, config }: Pick<Needs, 'clock' | 'config'>): Hour => {
  const time = timeOfDay(clock.now(), config.timeZone)
  const [hour = '0', minute = '0'] = time.split(':')
  return { time, minute: Number(hour) * 60 + Number(minute) }
}

export const greeting = ({ clock, config }: Pick<Needs, 'clock' | 'config'>): string => {
  const hour = Number(timeOfDay(clock.now(), config.timeZone).slice(0, 2))
  if (hour < 5) return 'Good night'
  return hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
}
