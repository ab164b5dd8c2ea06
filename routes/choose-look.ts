/** `POST /look` with `mode` or `density`; the page's script does the same in place. */
import { setCookie } from 'hono/cookie'
import { days } from '../lib/clock.ts'
import { Problem } from '../lib/errors.ts'
import { modes } from '../views/parts/shell.ts'
import type { Ctx } from './answer.ts'
import { backTo, bodyOf } from './deeds.ts'
import { DENSITY_COOKIE, densities, LOOK_COOKIE } from './look.ts'

export const chooseLook = async (c: Ctx) => {
  const { mode, density, next } = await bodyOf(c)
  if (mode !== undefined) keepChoice(c, LOOK_COOKIE, mode, modes)
  if (density !== undefined) keepChoice(c, DENSITY_COOKIE, density, densities)
  return c.redirect(backTo(c, next), 303)
}

/** Keeps it on this device for a year; throws `invalid` for what is not allowed. */
export const keepChoice = (c: Ctx, name: string, value: string, allowed: readonly string[]) => {
  if (!allowed.includes(value))
    throw new Problem('invalid', `There is no such ${name}.`, {
      next: `There are: ${allowed.join(', ')}.`,
    })
  // Not HttpOnly: it is no secret, and the page's script writes it too.
  const { https } = c.get('asker')
  setCookie(c, name, value, { path: '/', sameSite: 'Lax', secure: https, maxAge: days(365) / 1000 })
}
