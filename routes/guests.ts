/** The pages that are one panel at full width: `/guests`, `/nodes`, `/storage`, `/power`. */
import { html } from 'hono/html'
import type { PanelName } from '../lib/paths.ts'
import { togetherForm } from '../views/pages/guests-together.ts'
import { panelPage } from '../views/pages/panel-page.ts'
import { guests } from '../views/panels/guests.ts'
import { shownPanels } from '../views/panels/panels.ts'
import type { Ctx } from './answer.ts'
import { askedOf, extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { send } from './pages.ts'

export const showPanelPage = (needs: Needs, name: PanelName) => (c: Ctx) => {
  const panel = shownPanels[name]
  const picture = needs.cluster.picture()
  const extra = { ...extraOf(needs, false), asked: askedOf(c) }
  return send(c, needs, {
    html: () => panelPage(name, panel.title, panel.html(picture, extra)),
    text: () => panel.text(picture, extra),
    json: () => panel.json(picture, extra),
  })
}

/** `GET /guests`: the panel, and below it several guests at once for whoever may act. */
export const showGuests = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const extra = { ...extraOf(needs, false), asked: askedOf(c) }
  const may = c.get('caller')?.scope !== 'view'
  return send(c, needs, {
    html: () =>
      panelPage(
        'guests',
        guests.title,
        html`${guests.html(guests.model(picture, extra))}${may ? togetherForm(picture.guests, extra.now) : ''}`,
      ),
    text: () => shownPanels.guests.text(picture, extra),
    json: () => shownPanels.guests.json(picture, extra),
  })
}
