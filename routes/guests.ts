/** The pages that are one panel at full width: `/guests`, `/nodes`, `/storage`, `/power`. */
import type { PanelName } from '../lib/paths.ts'
import { panelPage } from '../views/pages/panel-page.ts'
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
