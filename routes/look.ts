/** How a device wants its pages to look: kept in cookies of its own, so that the first paint is right. */
import { getCookie } from 'hono/cookie'
import { type Mode, modes } from '../views/parts/shell.ts'
import type { Ctx } from './answer.ts'

export const LOOK_COOKIE = 'mode'
export const DENSITY_COOKIE = 'density'
export const KEYS_COOKIE = 'keys'
export const densities = ['comfortable', 'dense'] as const

/** What a device may choose: the field of the form, its cookie, its values. */
export const sorts = {
  mode: { cookie: LOOK_COOKIE, allowed: modes },
  density: { cookie: DENSITY_COOKIE, allowed: densities },
  keys: { cookie: KEYS_COOKIE, allowed: ['on', 'off'] },
} as const

/** The look that was chosen on this device; undefined = none, the system decides. */
export const lookOf = (c: Ctx): Mode | undefined => {
  const kept = getCookie(c, LOOK_COOKIE)
  return modes.find((mode) => mode === kept)
}

export const isDense = (c: Ctx): boolean => getCookie(c, DENSITY_COOKIE) === 'dense'
