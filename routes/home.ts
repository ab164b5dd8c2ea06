/** `/`: every panel on one page, or one below the other for a terminal. */
import { panels } from '../lib/paths.ts'
import { homePage, homeText } from '../views/home.ts'
import { type Ctx, formOf, sendPage, sendText, varies } from './answer.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'

export const showHome = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const extra = extraOf(needs, true)
  varies(c)
  if (formOf(c) === 'text') return sendText(c, homeText(picture, extra))
  return sendPage(c, needs, { title: 'Jarvis', body: homePage(picture, extra), live: panels })
}
