/** The machines themselves: which are on, which can be woken, how warm they are. */
import { html } from 'hono/html'
import type { Picture } from '../../lib/cluster/picture.ts'
import { paths } from '../../lib/paths.ts'
import type { Extra } from '../panels/panel.ts'
import { shownPanels } from '../panels/panels.ts'
import { formLinks } from './filters.ts'
import { head, type PageBody } from './place.ts'

export const powerPage = (picture: Picture, extra: Extra): PageBody => ({
  title: 'Power',
  live: ['power', 'temperatures'],
  body: html`${head([{ text: 'Power' }], { title: 'Power' })}
${shownPanels.power.html(picture, extra)}
${shownPanels.temperatures.html(picture, extra)}
${formLinks([
  { text: 'text', href: paths.powerStatus('txt') },
  { text: 'JSON', href: paths.powerStatus('json') },
])}`,
})

/** The same for a terminal. */
export const powerText = (picture: Picture, extra: Extra): string =>
  `${shownPanels.power.text(picture, extra)}\n${shownPanels.temperatures.text(picture, extra)}`
