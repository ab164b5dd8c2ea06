/** What machines may do: the level, the breaker, reading only, the night, limits, stricter lines. */
import { html } from 'hono/html'
import { count } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import type { Level, LevelLine } from '../lib/safety/levels.ts'
import type { Limits } from '../lib/safety/limits.ts'
import type { PageBody } from './pages/place.ts'
import { button, linkButton } from './parts/button.ts'
import { field } from './parts/field.ts'
import { glyph } from './parts/glyph.ts'
import { shown } from './parts/shown.ts'
import { settingsTop } from './settings.ts'
import { block, faultOf, moment } from './settings-block.ts'
import { hourField, nightWords } from './settings-hours.ts'
import { type RaiseRow, raisesBlock } from './settings-raises.ts'

export type MachinesForm = 'level' | 'reading' | 'night' | 'limits' | 'raises' | 'mend'

export type MachinesPage = {
  now: number
  timeZone: string
  /** A person looks, who may change it. */
  may: boolean
  /** As it is set; what counts is 1 while the breaker is down. */
  level: Level
  levels: Readonly<Record<Level, LevelLine>>
  breaker?: { at: number; reason: string } | undefined
  readOnly: boolean
  night?: readonly [from: number, until: number] | undefined
  limits: Limits
  /** Good values. */
  usual: Limits
  raises: RaiseRow[]
  /** Names that a line may be for. */
  tools: readonly string[]
  /** A higher level was asked for and is not set yet. */
  wanted?: Level | undefined
  done?: string | undefined
  /** What came back, with what was typed. */
  fault?: { form: MachinesForm; text: string; details: Record<string, string> } | undefined
  typed?: Record<string, string> | undefined
}

export const limitWords: Record<keyof Limits, string> = {
  yellowPerNode: 'Changes that can be undone, on one node',
  redPerNode: 'Changes that may lose data, on one node',
  perTarget: 'Changes to one thing',
  nodeDeeds: 'Deeds on nodes, in the whole cluster',
  perTool: 'One tool by one caller',
  sameDeeds: 'The same deed to the same thing',
}
export const limitNames = Object.keys(limitWords) as (keyof Limits)[]

export const machinesPage = (m: MachinesPage): PageBody => ({
  title: 'Settings: Machines',
  body: html`${settingsTop('machines', m.done)}
${m.may ? '' : html`<p class="note">Only a person who is logged in changes this; a token reads it.</p>`}
${m.wanted === undefined ? '' : agreement(m, m.wanted)}
<div class="columns aside">
<div>${levelBlock(m)}${limitsBlock(m)}${raisesBlock(m)}</div>
<div>${breakerBlock(m)}${readingBlock(m)}${nightBlock(m)}</div>
</div>`,
})

const levelBlock = (m: MachinesPage) =>
  block(
    'level',
    'What machines may do',
    html`${faultOf(m, 'level')}<p class="note">Chat, runbooks, MCP and scripts are machines. At no level does one do by itself what may lose data; your own clicks are not bound by it.</p>
<form class="levels" method="post" action="${paths.machinesDeed('level')}">
<fieldset${m.may ? '' : html` disabled`}><legend class="unseen">Level</legend>${entries(m).map(
      ([n, { name, meaning }]) =>
        html`<label class="check" for="level-${n}"><input type="radio" id="level-${n}" name="level" value="${n}"${n === m.level ? html` checked` : ''}><span><strong>${n} ${name}</strong> <span class="meaning">${meaning}</span></span></label>`,
    )}</fieldset>
${m.may ? html`<div class="steps">${button({ text: 'Set the level' })}<span class="reason">Lower counts at once; higher tells first what it allows.</span></div>` : ''}
</form>`,
  )

export const entries = ({ levels }: Pick<MachinesPage, 'levels'>) =>
  Object.entries(levels).map(([n, line]) => [Number(n) as Level, line] as const)

/** What a higher level allows beyond the present one. */
export const allowsWords = ({ levels, level, limits, night }: MachinesPage, to: Level): string => {
  const [before, after] = [levels[level], levels[to]]
  const gains = [
    after.YELLOW === 'run' && before.YELLOW !== 'run'
      ? `machines then do by themselves what can be undone (start, shut down, restart, snapshot, back up, move), up to ${count(limits.yellowPerNode, 'change')} an hour on a node`
      : undefined,
    after.YELLOW === 'ask' && before.YELLOW === 'refuse'
      ? 'machines may ask you for changes that can be undone'
      : undefined,
    after.RED === 'ask' && before.RED === 'refuse'
      ? 'machines may ask you for changes that may lose data'
      : undefined,
    to === 3 ? 'steps of runbooks that can be undone run by themselves' : undefined,
    to === 5 ? `they do so at night too${night ? ` (${nightWords(night)})` : ''}` : undefined,
  ].filter(Boolean)
  return `From level ${level} to ${to}: ${gains.join('; ')}. What may lose data waits for your approval, as ever.`
}

const agreement = (
  m: MachinesPage,
  to: Level,
) => html`<section class="panel wanted" aria-labelledby="wanted-title"><header><h2 id="wanted-title">Level ${to}, ${m.levels[to].name}?</h2></header><div class="body">
<p>${glyph('attention')} ${allowsWords(m, to)}</p>
<form method="post" action="${paths.machinesDeed('level')}"><input type="hidden" name="level" value="${to}"><input type="hidden" name="agreed" value="${to}"><div class="steps">${button({ text: `Raise to level ${to}` })}${linkButton({ text: `Stay at ${m.level}`, href: paths.machines() })}</div></form>
</div></section>`

const breakerBlock = (m: MachinesPage) =>
  block(
    'breaker',
    'Breaker',
    m.breaker
      ? html`<p class="down">${glyph('failed')} Down ${moment(m.breaker.at, m)}: ${shown(m.breaker.reason)}. Until you mend it level 1 counts.</p>
${m.may ? html`<form method="post" action="${paths.machinesDeed('mend')}"><div class="steps">${button({ text: 'Let them act again' })}<span class="reason">Level ${m.level} counts then.</span></div></form>` : ''}`
      : html`<p>Holds. It falls when three deeds of machines fail within ten minutes, or one asks twice for what is never done; then machines only look.</p>`,
  )

const readingBlock = (m: MachinesPage) =>
  block(
    'reading',
    'Reading only',
    html`${faultOf(m, 'reading')}<p>${m.readOnly ? html`${glyph('attention')} On: nothing is changed, by nobody, you included.` : 'Off. While it is on nothing is changed, by nobody, you included.'}</p>
${m.may ? html`<form method="post" action="${paths.machinesDeed('reading')}"><input type="hidden" name="readOnly" value="${m.readOnly ? 'off' : 'on'}"><div class="steps">${button({ text: m.readOnly ? 'Allow changes again' : 'Only read from now on' })}</div></form>` : ''}`,
  )

const nightBlock = (m: MachinesPage) =>
  block(
    'night',
    'Night',
    html`${faultOf(m, 'night')}<p>${m.night ? `${nightWords(m.night)}: level 4 asks before each change.` : 'None: level 4 acts at any hour.'}</p>
${
  m.may
    ? html`<form class="fields hours" method="post" action="${paths.machinesDeed('night')}">
${hourField('night-from', 'from', 'From', m.night?.[0] ?? 22)}
${hourField('night-until', 'until', 'Until', m.night?.[1] ?? 7)}
<div class="steps">${button({ text: 'Keep it so' })}${m.night ? button({ text: 'No night', name: 'off', value: '1' }) : ''}<span class="reason">Hours of ${shown(m.timeZone)}.</span></div>
</form>`
    : ''
}`,
  )

const limitsBlock = (m: MachinesPage) =>
  block(
    'limits',
    'Limits of machines, within an hour',
    html`${faultOf(m, 'limits')}<form class="limits" method="post" action="${paths.machinesDeed('limits')}"><fieldset${m.may ? '' : html` disabled`}><legend class="unseen">Limits</legend>
${limitNames.map((name) =>
  field({
    id: `limit-${name}`,
    name,
    label: limitWords[name],
    type: 'number',
    mono: true,
    required: true,
    value: m.typed?.[name] ?? String(m.limits[name]),
    hint: m.limits[name] === m.usual[name] ? undefined : `${m.usual[name]} is a good value.`,
    error: m.fault?.form === 'limits' ? m.fault.details[name] : undefined,
  }),
)}</fieldset>
${m.may ? html`<div class="steps">${button({ text: 'Keep it so' })}<span class="reason">0 allows none; persons are not counted.</span></div>` : ''}
</form>`,
  )
