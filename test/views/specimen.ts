/** Every part in every state on one page, for the eye and for the accessibility check. */
import { html } from 'hono/html'
import type { Html } from '../../views/layout.ts'
import { type TierName, tag, tierBadge } from '../../views/parts/badge.ts'
import { type ButtonKind, busy, button, reasoned, stopSwitch } from '../../views/parts/button.ts'
import { check, field } from '../../views/parts/field.ts'
import { glyph, type Icon, icon, type State } from '../../views/parts/glyph.ts'
import { graph } from '../../views/parts/graph.ts'
import { type NodeMeter, nodeInstrument } from '../../views/parts/node-instrument.ts'
import { panel, says } from '../../views/parts/panel.ts'
import { ring } from '../../views/parts/ring.ts'
import { sparkline } from '../../views/parts/sparkline.ts'
import { toast } from '../../views/parts/toast.ts'
import { NOW, wave, withGap, withPeak } from './figures.ts'

export const specimen =
  (): Html => html`<main id="main" class="place"><h1>Panel, in all its states</h1>
<div class="specimens">${states}</div>
<h2>Buttons</h2>${buttons}
<h2>Form</h2><form class="fields" action="#form">${fields}</form>
<h2>Tiers</h2><p class="steps">${tiers.map(tierBadge)}</p>
<h2>Status glyphs</h2><ul>${glyphs.map(([state, means]) => html`<li>${glyph(state)} ${means}</li>`)}</ul>
<h2>Icons</h2><p class="steps">${icons.map(icon)}</p>
<h2>Toasts, tags, gauges</h2>${toasts}
<p class="steps">${tag({ text: 'by runbook', icon: 'restart' })}${tag({ text: 'delete waits for you', icon: 'hand', waits: true })}${tag({ text: 'protected' })}<span class="tag lab">LAB</span></p>
<div class="steps">${ring({ caption: 'CPU', value: 0.23, peak: 0.58 })}${ring({ caption: 'CPU', value: 0.86, peak: 0.92 })}${ring({ caption: 'CPU', value: 0.97, peak: 0.99 })}${ring({ caption: 'CPU', value: undefined })}${ring({ caption: 'CPU', value: 0 })}${ring({ caption: 'CPU', value: 1 })}</div>
<p>${sparkline({ points: withGap(withPeak(wave(60, 0.2, 0.1, 4), 46, 0.6), 26, 31), limit: 0.8 })}</p>
<h2>Graph</h2>${panel({ ...fresh, id: 'graph-cpu', title: 'CPU', state: 'fresh', body: curve })}
</main>`

const fresh = { at: NOW - 2000, now: NOW, limit: 12_000 }
const meters: NodeMeter[] = [
  {
    label: 'RAM',
    figure: { figure: '14.9', unit: '' },
    rest: '/ 24',
    value: 0.62,
    limit: 0.85,
    brief: { figure: '62', unit: '%' },
  },
  {
    label: 'Root',
    figure: { figure: '61', unit: '' },
    rest: '/ 112',
    value: 0.54,
    limit: 0.85,
    brief: { figure: '54', unit: '%' },
  },
  {
    label: 'Temp',
    figure: { figure: '58', unit: '°C' },
    value: 0.58,
    limit: 0.8,
    brief: { figure: '58', unit: '°C' },
  },
]
const none: NodeMeter[] = ['RAM', 'Root', 'Temp'].map((label) => ({
  label,
  figure: { figure: '–', unit: '' },
  value: undefined,
  brief: { figure: '–', unit: '' },
}))
const net = { down: { figure: '4.1', unit: 'MB/s' }, up: { figure: '1.2', unit: 'MB/s' } }
const hour = withPeak(wave(60, 0.15, 0.1, 1), 44, 0.3)

const states = [
  nodeInstrument({
    id: 'a',
    name: 'Home',
    state: 'loading',
    now: NOW,
    limit: 12_000,
    sign: 'working',
    signLabel: 'first reading',
    cpu: { value: undefined },
    meters: none,
  }),
  nodeInstrument({
    ...fresh,
    id: 'b',
    name: 'Home',
    state: 'fresh',
    sign: 'well',
    signLabel: 'up',
    cpu: { value: 0.23, peak: 0.58 },
    meters,
    hour,
    net,
  }),
  nodeInstrument({
    ...fresh,
    at: NOW - 12_400,
    id: 'c',
    name: 'Home',
    state: 'stale',
    sign: 'old',
    signLabel: 'old reading',
    cpu: { value: 0.23, peak: 0.58 },
    meters,
    hour: withGap(hour, 56, 60),
    net,
  }),
  nodeInstrument({
    now: NOW,
    limit: 12_000,
    id: 'd',
    name: 'Home',
    state: 'off',
    sign: 'off',
    signLabel: 'off',
    says: {
      first: 'Asleep since 01:12, by the night plan.',
      rest: 'Last seen at 4 % CPU. Wakes at 06:30.',
      step: button({ text: 'Wake it now', icon: 'power', after: tierBadge('YELLOW') }),
    },
  }),
  nodeInstrument({
    now: NOW,
    limit: 12_000,
    id: 'e',
    name: 'Home',
    state: 'unknown',
    sign: 'unknown',
    signLabel: 'cannot be seen',
    says: {
      first: 'I cannot see it.',
      rest: 'No answer on port 8006 since 14:30:12; the other three still count its vote.',
      step: button({ text: 'Look closer' }),
    },
  }),
  nodeInstrument({
    now: NOW,
    limit: 12_000,
    id: 'f',
    name: 'Home',
    state: 'forbidden',
    sign: 'unknown',
    signLabel: 'no permission',
    says: {
      first: 'Not mine to see.',
      rest: 'The token lacks Sys.Audit on /nodes/Home.',
      step: button({ text: 'Show the command' }),
    },
  }),
  nodeInstrument({
    now: NOW,
    limit: 12_000,
    id: 'g',
    name: 'Home',
    state: 'error',
    sign: 'failed',
    signLabel: 'failed',
    says: {
      first: 'I have made a mess of this panel.',
      rest: 'Error 7F2C, written down. The rest of the page is well.',
      step: button({ text: 'Try again', icon: 'restart' }),
    },
  }),
  panel({
    ...fresh,
    id: 'h',
    title: 'Incidents',
    count: '0',
    state: 'empty',
    body: says({
      first: 'Nothing to report.',
      rest: 'No incident since 6 November. I shall try to contain my disappointment.',
    }),
  }),
]

const kinds: [string, ButtonKind, string, string, string][] = [
  ['Plain', 'plain', 'Restart', 'Restarting, 3 s', 'It is running already.'],
  ['Primary', 'primary', 'Sign in', 'Signing in', 'Fill in the password.'],
  ['Danger', 'danger', 'Roll back', 'Rolling back, 8 s', 'Pick a snapshot first.'],
  ['Danger, armed', 'armed', 'Delete for good', 'Deleting, 2 s', 'Type 100 to arm it.'],
]
const buttons = html`<ul>${kinds.map(
  ([what, kind, text, doing, reason], i) =>
    html`<li class="steps"><span>${what}</span>${button({ text, kind })}${busy(doing)}${reasoned({ id: `r${i}`, text, kind, reason })}</li>`,
)}<li class="steps"><span>Kill switch</span>${stopSwitch({ action: '#stop' })}${stopSwitch({ action: '#go', pressed: { by: 'alice', at: NOW - 42_000, now: NOW } })}</li></ul>`

const fields = [
  field({ id: 'n1', name: 'n1', label: 'Node name', value: 'agent1', mono: true }),
  field({
    id: 'n2',
    name: 'n2',
    label: 'Node name',
    value: 'agent 1',
    mono: true,
    error: 'A node name has no spaces. Did you mean agent1?',
  }),
  field({
    id: 'n3',
    name: 'n3',
    label: 'Cluster, fixed',
    value: 'HomeCluster',
    mono: true,
    disabled: true,
  }),
  check({ id: 'c1', name: 'c1', label: 'Wake nodes at night', checked: true }),
  check({ id: 'c2', name: 'c2', label: 'Prune without asking' }),
]

const tiers: TierName[] = ['GREEN', 'YELLOW', 'RED', 'BLACK']
const glyphs: [State, string][] = [
  ['well', 'up, well'],
  ['attention', 'wants attention'],
  ['failed', 'down, failed'],
  ['off', 'off, as meant'],
  ['old', 'old reading'],
  ['unknown', 'cannot see'],
  ['working', 'being worked on'],
  ['proven', 'verified'],
]
const icons: Icon[] = [
  'play',
  'stop',
  'restart',
  'terminal',
  'more',
  'check',
  'cross',
  'clock',
  'send',
  'next',
  'down',
  'lock',
  'eye',
  'camera',
  'box',
  'rack',
  'arrows',
  'bin',
  'power',
  'key',
  'letter',
  'book',
  'hand',
  'speech',
  'grid',
  'plus',
  'pause',
]

const toasts = html`${toast({ state: 'proven', first: '303 restarted.', rest: 'It answers again after 14 s.', link: { href: '#42', text: 'Incident 42' } })}
${toast({ state: 'attention', first: 'Not done: 302 was already stopped.', rest: 'Someone was quicker.', link: { href: '#show', text: 'Show' } })}
${toast({ state: 'failed', first: 'Backup of 103 failed:', rest: 'cluster-backup is full.', link: { href: '#mend', text: 'Mend it' } })}`

export const curve = graph({
  label: 'CPU of 303 over 24 hours: mostly below 20 percent, a crash at 14:18.',
  scale: ['0', '50', '100'],
  times: ['14:30', '17:30', '20:30', '23:30', '02:30', '05:30', '08:30', '11:30', '14:30'],
  top: 100,
  series: [
    withGap(withPeak(wave(290, 8, 12, 2), 280, 45), 43, 52),
    withGap(wave(290, 4, 5, 7), 43, 52),
  ],
  limit: 80,
  events: [{ at: 0.985, text: 'crash, restart 14:18' }],
  gaps: [{ from: 0.149, to: 0.178, text: 'no reading for 41 min' }],
})
