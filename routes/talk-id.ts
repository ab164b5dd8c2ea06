/** Numbers in the addresses of talks; what is none is the number of nothing. */
import type { Ctx } from './answer.ts'

export const idIn = (c: Ctx, name = 'id'): number => {
  const id = c.req.param(name) ?? ''
  return /^\d{1,15}$/.test(id) ? Number(id) : 0
}
