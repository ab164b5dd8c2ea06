/** What the pages of one thing have in common: their three forms, and the span they look back. */
import { Problem } from '../lib/errors.ts'
import type { PageBody } from '../views/pages/place.ts'
import { isRange, type RangeName, rangeNames } from '../views/pages/range.ts'
import { type Ctx, type Form, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import type { Needs } from './needs.ts'

/** `?as=json`, `?as=text` outrank the headers, so that a form is a link too. */
export const formIn = (c: Ctx): Form => {
  const as = c.req.query('as')
  if (as === undefined) return formOf(c)
  if (as === 'html' || as === 'text' || as === 'json') return as
  throw new Problem('invalid', 'There is no such form.', {
    details: { as: 'expected html, text or json' },
  })
}

export type Forms = { html(): PageBody; text(): string; json(): unknown }

export const send = (c: Ctx, needs: Needs, forms: Forms) => {
  varies(c)
  const form = formIn(c)
  if (form === 'json') return sendJson(c, forms.json())
  if (form === 'text') return sendText(c, forms.text())
  return sendPage(c, needs, forms.html())
}

/** `?span=hour`; a day without it. */
export const spanIn = (c: Ctx, among: readonly RangeName[] = rangeNames): RangeName => {
  const span = c.req.query('span') ?? 'day'
  if (isRange(span) && among.includes(span)) return span
  throw new Problem('invalid', 'There is no such span.', {
    details: { span: `expected one of ${among.join(', ')}` },
  })
}
