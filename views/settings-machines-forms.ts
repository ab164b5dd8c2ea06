/** What machines may do, for a terminal and for scripts. */
import { dateTime } from '../lib/format.ts'
import { shown } from './parts/shown.ts'
import { nightWords } from './settings-hours.ts'
import { entries, limitNames, limitWords, type MachinesPage } from './settings-machines.ts'

/** For a terminal. */
export const machinesText = (m: MachinesPage): string => {
  const { level, breaker, levels: table } = m
  const wide = Math.max(...limitNames.map((n) => limitWords[n].length))
  return [
    `LEVEL ${level} ${table[level].name}: ${table[level].meaning}`,
    breaker
      ? `BREAKER DOWN since ${dateTime(breaker.at, m.timeZone)}: ${shown(breaker.reason)}. Level 1 counts.`
      : 'The breaker holds.',
    `Reading only: ${m.readOnly ? 'ON, nothing is changed' : 'off'}.`,
    `Night: ${m.night ? nightWords(m.night) : 'none'}.`,
    '',
    'Limits within an hour:',
    ...limitNames.map((n) => `  ${limitWords[n].padEnd(wide)}  ${m.limits[n]}`),
    '',
    m.raises.length > 0 ? 'Stricter lines:' : 'No stricter lines.',
    ...m.raises.map((r) => `  ${r.id}  ${r.tier.padEnd(6)}  ${r.words}: ${shown(r.why)}`),
    '',
    ...entries(m).map(
      ([n, l]) => `  ${n === level ? '*' : ' '} ${n} ${l.name.padEnd(10)}  ${l.meaning}`,
    ),
  ].join('\n')
}

export const machinesJson = (m: MachinesPage) => ({
  level: m.level,
  counts: m.breaker ? 1 : m.level,
  breaker: m.breaker
    ? { at: new Date(m.breaker.at).toISOString(), reason: m.breaker.reason }
    : null,
  readOnly: m.readOnly,
  night: m.night ?? null,
  limits: m.limits,
  raises: m.raises.map(({ id, tier, why, tool, target, hours }) => ({
    id,
    tier,
    why,
    tool: tool ?? null,
    target: target ?? null,
    hours: hours ?? null,
  })),
  levels: entries(m).map(([n, line]) => ({ level: n, ...line })),
})
