/** The switches of the simulated cluster. Outside the lab they are not there. */
import { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import { labPage } from '../views/lab.ts'
import { shown } from '../views/parts/shown.ts'
import { type Ctx, formOf, sendJson, sendPage, varies } from './answer.ts'
import { fieldsOf } from './fields.ts'
import type { LabFace, Needs } from './needs.ts'

/** `GET /lab` */
export const showLab = (needs: Needs) => (c: Ctx) => {
  const lab = labOf(needs)
  varies(c)
  if (formOf(c) !== 'html') return sendJson(c, { scenarios: lab.list() })
  return sendPage(c, needs, { title: 'Lab', body: labPage(lab.list()) })
}

/** `POST /lab/scenarios/:name` with `on=1|0` and, where it has one, `target`. */
export const switchScenario = (needs: Needs) => async (c: Ctx) => {
  const lab = labOf(needs)
  const name = c.req.param('name') ?? ''
  const scenario = lab.list().find((s) => s.name === name)
  const names = lab.list().map((s) => s.name)
  if (!scenario)
    throw new Problem('not-found', `There is no scenario ${shown(name).slice(0, 60)}.`, {
      next: `There are: ${names.join(', ')}.`,
    })
  const { on, target } = await fieldsOf(c)
  if (on !== '1' && on !== '0')
    throw new Problem('invalid', 'Say whether it shall be on.', {
      details: { on: 'expected 1 or 0' },
    })
  if (target && !scenario.targets.includes(target))
    throw new Problem('invalid', `${name} cannot be there.`, {
      details: { target: `expected one of ${scenario.targets.join(', ')}` },
    })
  if (on === '1') lab.on(name, target || undefined)
  else lab.off(name)
  if (formOf(c) !== 'html') return sendJson(c, { scenarios: lab.list() })
  return c.redirect(paths.lab(), 303)
}

const labOf = ({ lab }: Needs): LabFace => {
  if (!lab)
    throw new Problem('not-found', 'There is no lab here: this is a real cluster.', {
      next: 'JARVIS_LAB=1 starts a simulated one.',
    })
  return lab
}
