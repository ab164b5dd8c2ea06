/** The page of what did not work: the sentence, the next step, and where one may go instead. */
import { html } from 'hono/html'
import type { Problem, ProblemKind } from '../lib/errors.ts'
import type { Html } from './layout.ts'
import { shown } from './parts/shown.ts'

export type NearLink = { title: string; href: string }

const titles: Partial<Record<ProblemKind, string>> = {
  'not-found': 'Not here',
  forbidden: 'Not allowed',
  unauthorized: 'Who is there?',
  invalid: 'That cannot be',
  conflict: 'Not now',
  halted: 'Stopped',
  busy: 'Later',
  broken: 'My fault',
}

export const failurePage = (p: Problem, near: NearLink[]): { title: string; body: Html } => {
  const title = titles[p.kind] ?? 'That did not work'
  const details = Object.entries(p.details ?? {})
  return {
    title,
    body: html`<h1>${title}</h1>
<p>${shown(p.message)}</p>
${p.next ? html`<p>${shown(p.next)}</p>` : ''}
${details.length === 0 ? '' : html`<dl>${details.map(([k, v]) => html`<dt>${shown(k)}</dt><dd>${shown(v)}</dd>`)}</dl>`}
${near.length === 0 ? '' : html`<p>There is:</p>\n<ul>${near.map((l) => html`<li><a href="${l.href}">${l.title}</a></li>`)}</ul>`}`,
  }
}
