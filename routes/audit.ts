/** `/audit`: the trail as a page, text and JSON; the whole of it as CSV and JSON lines; a look at its chain. */
import { facets } from '../lib/audit/search.ts'
import { paths } from '../lib/paths.ts'
import { type AuditPage, auditPage } from '../views/pages/audit.ts'
import {
  auditJson,
  auditText,
  chainJson,
  csvHead,
  csvOf,
  jsonLine,
} from '../views/pages/audit-forms.ts'
import { chainWords } from '../views/pages/audit-words.ts'
import { type Ctx, formOf, sendJson, sendPage, sendText, varies } from './answer.ts'
import { callerIn } from './deeds.ts'
import type { Needs } from './needs.ts'
import { formIn } from './pages.ts'
import { wantedAudit } from './wanted-audit.ts'

/** `form` where the address says which. */
export const showAudit = (needs: Needs, form?: 'text' | 'json') => (c: Ctx) => {
  const wish = wantedAudit(c.req.queries())
  const { trail } = needs
  const page: AuditPage = {
    now: needs.clock.now(),
    timeZone: needs.config.timeZone,
    keepDays: needs.config.keep.auditDays,
    query: wish.query,
    ...trail.find(wish.wanted, wish),
    check: trail.lastCheck(),
    forgotten: trail.forgotten(),
  }
  if (!form) varies(c)
  const as = form ?? formIn(c)
  if (as === 'text') return sendText(c, auditText(page))
  if (as === 'json') return sendJson(c, auditJson(page))
  const choices = Object.fromEntries(facets.map((name) => [name, trail.values(name)]))
  return sendPage(c, needs, auditPage(page, choices))
}

const types = { csv: 'text/csv; charset=utf-8', jsonl: 'application/jsonl; charset=utf-8' }

/** Everything that fits, oldest first, read while it is sent: as much as the reader takes. */
export const exportAudit = (needs: Needs, as: 'csv' | 'jsonl') => (c: Ctx) => {
  const { wanted } = wantedAudit(c.req.queries())
  const { trail } = needs
  function* lines() {
    if (as === 'csv') yield csvHead()
    for (const rows of trail.parts(wanted))
      yield as === 'csv' ? csvOf(rows) : rows.map(jsonLine).join('')
  }
  return c.body(streamed(lines()), 200, {
    'Content-Type': types[as],
    'Content-Disposition': `attachment; filename="audit.${as}"`,
  })
}

/** Other requests get their turn between two parts; a reader who leaves ends it. */
const streamed = (parts: Generator<string, void>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  return new ReadableStream(
    {
      async pull(controller) {
        for (;;) {
          const { value, done } = parts.next()
          if (done) return controller.close()
          await new Promise<void>((go) => void setImmediate(go))
          if (value) return controller.enqueue(encoder.encode(value))
        }
      },
      cancel: () => void parts.return(),
    },
    { highWaterMark: 0 },
  )
}

/** `POST /audit/check`: walks the whole chain, between other work. */
export const checkAudit = (needs: Needs) => async (c: Ctx) => {
  const { trail, config, clock } = needs
  const check = await trail.check(callerIn(c).name)
  varies(c)
  const form = formOf(c)
  if (form === 'html') return c.redirect(paths.audit(), 303)
  if (form === 'text')
    return sendText(
      c,
      chainWords(check, { now: clock.now(), timeZone: config.timeZone }).text.replace(
        /\u2009/g,
        ' ',
      ),
    )
  return sendJson(c, chainJson(check))
}
