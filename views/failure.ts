/** The page of what did not work: the sentence, the next step, and where one may go instead. */
import { html } from 'hono/html'
import type { Problem, ProblemKind } from '../lib/errors.ts'
import type { Html } from './layout.ts'
import { glyph, type State } from './parts/glyph.ts'
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
  timeout: 'Too slow',
  unreachable: 'Nobody answers',
  broken: 'My fault',
}

/** A wrong address is no failure; our own fault is one. */
const signs: Partial<Record<ProblemKind, State>> = {
  'not-found': 'unknown',
  forbidden: 'unknown',
  unauthorized: 'unknown',
  invalid: 'attention',
  conflict: 'attention',
  busy: 'attention',
}

/** `code` = the status of the answer: people quote it. */
export const failurePage = (
  p: Problem,
  near: NearLink[],
  code: number,
): { title: string; body: Html } => {
  const title = titles[p.kind] ?? 'That did not work'
  const details = Object.entries(p.details ?? {}).filter(([name]) => name !== 'near')
  return {
    title,
    body: html`<div class="failure narrow">
<p class="code">${glyph(signs[p.kind] ?? 'failed')}<span class="fig">${code}</span></p>
<h1>${title}</h1>
<p class="lead">${shown(p.message)}</p>
${p.next ? html`<p class="lead">${shown(p.next)}</p>` : ''}
${details.length === 0 ? '' : html`<dl class="pairs">${details.map(([k, v]) => html`<div><dt>${shown(k)}</dt><dd>${shown(v)}</dd></div>`)}</dl>`}
${near.length === 0 ? '' : html`<p>There is:</p>\n<ul class="near">${near.map((l) => html`<li><a href="${l.href}">${l.title}</a></li>`)}</ul>`}
</div>`,
  }
}
