/** One panel as a fragment, as text, as JSON. A stale panel is still 200 and says that it is stale. */
import { Problem } from '../lib/errors.ts'
import { isForHall, isPanel, panels } from '../lib/paths.ts'
import { shownPanels } from '../views/panels/panels.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, type Form, formOf, sendJson, sendText, varies } from './answer.ts'
import { askedOf, extraOf } from './moment.ts'
import type { Needs } from './needs.ts'

/** `GET /f/:panel`, `/f/:panel.txt`, `/f/:panel.json`. */
export const showPanel = (needs: Needs) => (c: Ctx) => {
  const { name, form } = asked(c)
  if (!isPanel(name))
    throw new Problem('not-found', `There is no panel ${shown(name).slice(0, 60)}.`, {
      next: `There are: ${panels.join(', ')}.`,
    })
  if (c.get('caller')?.kind === 'wall' && !isForHall(name))
    throw new Problem('forbidden', 'What waits for a person is not for a screen in the hall.')
  const panel = shownPanels[name]
  const picture = needs.cluster.picture()
  const extra = { ...extraOf(needs, name === 'events' || name === 'jarvis'), asked: askedOf(c) }
  varies(c)
  if (form === 'json') return sendJson(c, panel.json(picture, extra))
  if (form === 'text') return sendText(c, panel.text(picture, extra))
  return c.html(panel.html(picture, extra))
}

const asked = (c: Ctx): { name: string; form: Form } => {
  const given = c.req.param('panel') ?? ''
  const [, name = given, suffix] = /^(.+)\.(txt|json)$/.exec(given) ?? []
  return { name, form: suffix === 'txt' ? 'text' : suffix === 'json' ? 'json' : formOf(c) }
}
