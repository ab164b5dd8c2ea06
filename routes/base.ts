/** The address under which we are found, for links in answers that leave the browser. */
import type { Ctx } from './answer.ts'
import type { Needs } from './needs.ts'

/** Where a person finds us: as the configuration says, else as the client calls us. */
export const baseOf = (c: Ctx, { config, address }: Needs): string => {
  const { https, host } = c.get('asker')
  const called = `${https ? 'https' : 'http'}://${host}`
  const base = config.server.url ?? (c.env?.local ? address?.() : undefined) ?? called
  return base.replace(/\/+$/, '')
}
