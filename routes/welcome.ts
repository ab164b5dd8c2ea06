/** The first start: the code from the console becomes the first account, once. */
import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { MIN_LENGTH } from '../lib/auth/password.ts'
import { browserName } from '../lib/auth/sessions.ts'
import { inWords, Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { type WelcomePage, welcomePage } from '../views/welcome.ts'
import { type Ctx, formOf, sendPage } from './answer.ts'
import { cookieFlags, SESSION_COOKIE } from './caller.ts'
import { statusOf } from './failures.ts'
import { type Fields, fieldsOf } from './fields.ts'
import { greeting, hourOf, later } from './login.ts'
import type { App, Env, Needs } from './needs.ts'
import { record, recordRefusal } from './record.ts'
import { known } from './trouble.ts'

export const welcomeRoutes = (needs: Needs): App => {
  const { auth } = needs
  const show = (
    c: Ctx,
    page: Omit<WelcomePage, 'greeting' | 'minLength' | 'time' | 'minute'>,
    status: 200 | 401 | 409 | 422 | 429 = 200,
  ) => {
    const model = {
      greeting: greeting(needs),
      minLength: MIN_LENGTH,
      ...hourOf(needs),
      ...page,
    }
    return sendPage(c, needs, { ...welcomePage(model), status })
  }

  return new Hono<Env>()
    .get(paths.welcome(), (c) =>
      auth.welcome.isOpen()
        ? show(c, { code: c.req.query('code') ?? '' })
        : c.redirect(paths.login(), 303),
    )
    .post(paths.welcome(), async (c) => {
      const fields = await fieldsOf(c)
      const { code = '', name = '' } = fields
      const made = await known(meet(c, needs, fields))
      if (!made.problem) {
        record(c, needs, 'welcome', 'done', { who: made.value.account.name })
        setCookie(c, SESSION_COOKIE, made.value.session.secret, {
          ...cookieFlags(c.get('asker')),
          maxAge: auth.sessions.maxAgeS,
        })
        return c.redirect(paths.hud(), 303)
      }
      const { problem } = made
      recordRefusal(c, needs, 'welcome', problem)
      later(c, problem)
      if (formOf(c) !== 'html') throw problem
      // A wrong code is not put back into the form, or it could never be mended by typing.
      const kept = problem.kind === 'unauthorized' ? '' : code
      const status = statusOf[problem.kind] as 401 | 409 | 422 | 429
      return show(c, { code: kept, name, fault: inWords(problem) }, status)
    })
}

/** Makes the account and lets its owner in at once, without a second password form. */
const meet = async (c: Ctx, { auth }: Needs, fields: Fields) => {
  const { code = '', name = '', password = '', again = password } = fields
  if (again !== password)
    throw new Problem('invalid', 'The two passwords differ.', { details: { field: 'again' } })
  const { from } = c.get('asker')
  await auth.welcome.accept({ code, name, password, from })
  const browser = browserName(c.req.header('user-agent') ?? '')
  return auth.logins.open({ name, password, from, browser })
}
