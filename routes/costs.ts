/** `GET /costs`: the bill, from the book as it is now. */
import { costsJson, costsText } from '../views/pages/cost-calls.ts'
import { costsPage } from '../views/pages/costs.ts'
import type { Ctx } from './answer.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'

export const showCosts = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const extra = extraOf(needs, false)
  const { costs: bill } = extra
  return send(c, needs, {
    html: () => costsPage({ picture, extra, bill }),
    text: () => costsText(picture, extra, bill),
    json: () => costsJson(bill),
  })
}
