/** What a card tells of a request: its plan, what hangs on the target, and the last backup. */
import { isFresh } from '../lib/clock.ts'
import type { Picture } from '../lib/cluster/picture.ts'
import type { Approval } from '../lib/safety/approvals.ts'
import type { Brakes } from '../lib/safety/brakes.ts'
import { toolNamed } from '../lib/tools/registry.ts'
import type { Plan } from '../lib/tools/tool.ts'
import { whenOf } from '../views/pages/range.ts'
import type { CardFacts } from '../views/parts/approval-card.ts'
import type { TierName } from '../views/parts/badge.ts'
import { deedWords, toolWords, verbWords } from '../views/parts/deed-words.ts'
import { safeJson, shown } from '../views/parts/shown.ts'
import { listed } from '../views/parts/words.ts'
import type { Needs } from './needs.ts'

export type FactNeeds = Pick<Needs, 'brakes' | 'clock' | 'cluster' | 'config'>

export const factsOf = (needs: FactNeeds, a: Approval): CardFacts => {
  const plan = a.plan as Partial<Plan>
  const goes = said(plan.goes) ?? `nothing for good; ${asClause(plan.expected)}`
  const stays = said(plan.stays) ?? 'all that it holds'
  return {
    id: a.id,
    tier: a.tier as TierName,
    deed: deedWords(a),
    verb: verbWords(a.tool),
    label: shown(a.label),
    goes,
    stays,
    checked: [
      ...(plan.checked ?? [plan.before ?? '']).map((line) => shown(line, '')).filter(Boolean),
      ...(dependants.test(plan.checked?.join() ?? '') ? [] : leaningOn(needs.brakes, a)),
      ...lastBackup(needs, a, `${goes} ${stays} ${plan.checked?.join(' ') ?? ''}`),
    ].map((line) => line.replace(/\.$/, '')),
    exact: `${a.tool} ${oneLine(a.args)}`,
    calls: (plan.calls ?? []).map((call) => shown(call)),
    expected: said(plan.expected),
    undo: undoWords(plan.undo),
    by: shown(a.askedBy),
    kind: a.askedKind,
    reason: a.reason === undefined ? undefined : shown(a.reason, ''),
    typed: a.typed,
  }
}

/** A plan that has looked for itself says so in these words (lib/tools/guest-worth.ts). */
const dependants = /needed|depends/

const said = (text: string | undefined) => (text === undefined ? undefined : shown(text, ''))

const asClause = (expected = '') =>
  `afterwards ${shown(expected, 'nothing is known').replace(/\.$/, '')}`

const oneLine = (args: Record<string, unknown>) =>
  safeJson(args)
    .replace(/\s*\n\s*/g, ' ')
    .trim()

/** A tool that undoes it is told by its verb; other words are told as they are. */
const undoWords = (undo: string | undefined) =>
  undo && toolNamed(undo) ? `${toolWords(undo)} (${undo})` : said(undo)

const kindAndId = (target: string): [string, string] => {
  const at = target.indexOf('/')
  return [target.slice(0, at), target.slice(at + 1)]
}

/** What would fall over with it: by the graph as it is now, not as it was when it was asked for. */
const leaningOn = (brakes: Pick<Brakes, 'protection'>, { target }: Approval): string[] => {
  const protection = brakes.protection()
  if (!protection) return ['what hangs on it cannot be known now']
  const [kind, id] = kindAndId(target)
  const shield = protection.of({ kind: kind as 'guest', id })
  if (!shield) return ['nothing leans on it']
  return [`protected, since ${listed(shield.why.map((why) => shown(why)))}`]
}

/** Of a guest, where the plan itself says nothing of backups. */
const lastBackup = (needs: FactNeeds, { target }: Approval, planned: string): string[] => {
  const [kind, id] = kindAndId(target)
  if (kind !== 'guest' || /backup/i.test(planned)) return []
  const picture: Picture = needs.cluster.picture()
  const now = needs.clock.now()
  const known = picture.backups.find((b) => String(b.vmid) === id)
  if (!known || !isFresh(picture.parts.backups, now)) return ['its backups are not known now']
  if (!known.last) return ['never backed up, as far as I can see']
  const when = whenOf(known.last.at, { now, timeZone: needs.config.timeZone })
  return [`last backup ${when} on ${shown(known.last.storage)}`]
}
