/** Something that a page asked the cluster for: it is there, or the reason why not, in every form. */
import { html } from 'hono/html'
import type { Problem, ProblemKind } from '../../lib/errors.ts'
import type { Html } from '../layout.ts'
import type { PanelState } from '../parts/edge.ts'
import { panel, says } from '../parts/panel.ts'
import { shown } from '../parts/shown.ts'

export type Got<T> = { value: T; problem?: undefined } | { value?: undefined; problem: Problem }

/** What is read for a page ages as a page does: five minutes, as in the measures of the looks. */
export const PAGE_LIMIT_MS = 300_000

type Shape<T> = {
  id: string
  title: string
  now: number
  count?: (value: T) => string | undefined
  action?: Html | undefined
  body: (value: T) => Html
}

/** A panel of the thing, or of the reason. */
export const gotPanel = <T>(
  got: Got<T>,
  { id, title, now, count, action, body }: Shape<T>,
): Html =>
  got.problem
    ? panel({
        id,
        title,
        now,
        limit: PAGE_LIMIT_MS,
        state: stateOf[got.problem.kind] ?? 'error',
        body: troubleBody(got.problem),
      })
    : panel({
        id,
        title,
        now,
        at: now,
        limit: PAGE_LIMIT_MS,
        state: 'fresh',
        count: count?.(got.value),
        action,
        body: body(got.value),
      })

const stateOf: Partial<Record<ProblemKind, PanelState>> = {
  forbidden: 'forbidden',
  unreachable: 'unknown',
  timeout: 'unknown',
  conflict: 'unknown',
}

const firsts: Partial<Record<PanelState, string>> = {
  forbidden: 'Not mine to see.',
  unknown: 'I cannot see it.',
}

export const troubleBody = (p: Problem): Html =>
  says({
    first: firsts[stateOf[p.kind] ?? 'error'] ?? 'That did not work.',
    rest: shown(p.message),
    step: p.next ? html`<p class="next">${shown(p.next)}</p>` : undefined,
  })

/** What there is to say where a list is empty. */
export const nothing = (words: string): Html => html`<p class="empty">${words}</p>`

/** A block of a page for a terminal: a heading, then lines, or the reason. */
export const block = <T>(title: string, got: Got<T>, lines: (value: T) => string[]): string => {
  const said = got.problem
    ? [shown(got.problem.message), ...(got.problem.next ? [`  ${shown(got.problem.next)}`] : [])]
    : lines(got.value)
  return [title.toUpperCase(), ...said].join('\n')
}

/** The value, or `{error: …}` where it could not be read. */
export const gotJson = <T>(got: Got<T>, json: (value: T) => unknown): unknown =>
  got.problem
    ? {
        error: {
          kind: got.problem.kind,
          message: got.problem.message,
          next: got.problem.next ?? null,
        },
      }
    : json(got.value)
