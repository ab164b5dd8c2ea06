/** A panel on a page of its own: all guests, all nodes, all storages, what draws power. */
import { html } from 'hono/html'
import type { Html } from '../layout.ts'
import { head, type PageBody } from './place.ts'

export const panelPage = (title: string, panel: Html): PageBody => ({
  title,
  body: html`${head([{ text: title }], { title })}
${panel}`,
})
