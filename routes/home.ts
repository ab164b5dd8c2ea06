/** `/`: the HUD, or every panel one below the other for a terminal. */
import { randomBytes } from 'node:crypto'
import { hudPage, hudPanels, hudText } from '../views/hud.ts'
import { type Ctx, formOf, sendPage, sendText, varies } from './answer.ts'
import { askedOf, extraOf } from './moment.ts'
import type { Needs } from './needs.ts'

export const showHome = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const extra = { ...extraOf(needs, true), asked: askedOf(c) }
  varies(c)
  if (formOf(c) === 'text') return sendText(c, hudText(picture, extra))
  const body = hudPage(picture, extra, (panel, thrown) => {
    const error = randomBytes(2).toString('hex').toUpperCase()
    const stack = thrown instanceof Error ? thrown.stack : String(thrown)
    needs.log.error('site: a panel broke', { panel, error, stack })
    return error
  })
  return sendPage(c, needs, { title: 'Jarvis', body, whole: true, live: hudPanels })
}
