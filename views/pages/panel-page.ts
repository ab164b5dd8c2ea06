/** A panel on a page of its own: all guests, all nodes, all storages, what draws power. */
import { html } from 'hono/html'
import type { PanelName } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { head, type PageBody } from './place.ts'

export const panelPage = (name: PanelName, title: string, panel: Html): PageBody => ({
  title,
  live: [name],
  body: html`${head([{ text: title }], { title })}
${panel}`,
})
