/** The page of one guest and the door, with the figures of the pictures. */
import { html } from 'hono/html'
import type { Html } from '../../views/layout.ts'
import { type TierName, tag, tierBadge } from '../../views/parts/badge.ts'
import { type ButtonKind, button, linkButton } from '../../views/parts/button.ts'
import { field, segments } from '../../views/parts/field.ts'
import { figure } from '../../views/parts/figure.ts'
import { glyph, type Icon, icon } from '../../views/parts/glyph.ts'
import { type Graph, graph } from '../../views/parts/graph.ts'
import { panel } from '../../views/parts/panel.ts'
import { door, type Mode, modeSwitch } from '../../views/parts/shell.ts'
import { MINUTE, NOW, wave, withGap, withPeak } from './figures.ts'
import { barOf } from './hud-page.ts'

const fresh = { state: 'fresh' as const, at: NOW - 2000, now: NOW, limit: 12_000 }
const times = ['14:30', '17:30', '20:30', '23:30', '02:30', '05:30', '08:30', '11:30', '14:30']

const history = (
  id: string,
  title: string,
  head: Html,
  g: Omit<Graph, 'times' | 'gaps'>,
  words?: string,
) =>
  panel({
    ...fresh,
    id,
    title,
    body: html`<p class="graph-head">${head}</p>${graph({ ...g, times, gaps: [{ from: 0.149, to: 0.178, text: words }] })}`,
  })

const gap = (points: number[]) => withGap(points, 43, 52)
const ramp = wave(290, 1.6, 0.06, 4).map((v, i) => (i < 190 ? v : v + ((i - 190) / 95) ** 2 * 2))

const deeds: [string, Icon, ButtonKind, TierName | undefined, string, boolean][] = [
  ['Restart', 'restart', 'plain', 'YELLOW', 'One minute without lights that think.', true],
  ['Shut down', 'stop', 'plain', 'YELLOW', 'Protected, so I will ask first.', true],
  [
    'Terminal',
    'terminal',
    'plain',
    undefined,
    'As root, by SSH through agent1. Your own hands.',
    true,
  ],
  [
    'Migrate',
    'arrows',
    'plain',
    'YELLOW',
    'Not possible: its disk lies on nvme1, which only agent1 has.',
    false,
  ],
  ['Start', 'play', 'plain', 'YELLOW', 'It is running already.', false],
  [
    'Roll back',
    'camera',
    'danger',
    'RED',
    'Loses what happened since the snapshot. Choose one below.',
    true,
  ],
  ['Delete', 'bin', 'plain', 'RED', 'Not while it runs, and not while it is protected.', false],
]

const deed = ([text, name, kind, tier, words, can]: (typeof deeds)[number], i: number) =>
  html`<li>${can ? button({ text, icon: name, kind, id: `deed-${i}` }) : html`<button class="btn" disabled aria-describedby="deed-${i}-why">${icon(name)}${text}</button>`}${tier ? tierBadge(tier) : html`<span></span>`}<span id="deed-${i}-why">${words}</span></li>`

const pairs = (rows: [string, Html | string][]) =>
  html`<dl class="pairs">${rows.map(([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`)}</dl>`

const snapshots = html`<table class="plain"><thead class="unseen"><tr><th scope="col">Name</th><th scope="col">Taken</th><th scope="col">Size</th><th scope="col">Step</th></tr></thead><tbody>${[
  ['before-2026-11', 'today 13:58', '0.4 GiB'],
  ['weekly-46', '15 Nov 03:00', '1.9 GiB'],
  ['weekly-45', '8 Nov 03:00', '2.6 GiB'],
].map(
  ([name, when, size]) =>
    html`<tr><th scope="row">${name}</th><td>${when}</td><td class="n">${size}</td><td class="right"><a href="#back-${name}">roll back</a></td></tr>`,
)}</tbody></table>`

export const guestPage = (
  mode: Mode,
): Html => html`${barOf('Guests', mode)}<main id="main" class="place" tabindex="-1">
<div><ol class="crumbs"><li><a href="#guests">Guests</a> </li><li><a href="#agent1">agent1</a> </li><li>303</li></ol>
<div class="subject">${glyph('well', 'up')}<h1 class="display"><span class="fig">303</span> homeassistant</h1><span>container on agent1</span><span>up 13 min</span><span>192.168.1.70</span>${tag({ text: 'protected: the house listens to it' })}<form class="right" action="#span">${segments(
  'span',
  'Span',
  ['1 h', '24 h', '7 d', '30 d'].map((text) => ({ text, value: text })),
  '24 h',
)}</form></div></div>
<div class="columns three">
<div>${history('cpu', 'CPU', html`<span>${figure({ figure: '9', unit: '% of 4 cores' })}</span> peak 52 % at 13:41`, { label: 'CPU over 24 hours, mostly below 20 percent, a crash at 14:18.', scale: ['0', '50', '100'], top: 100, series: [gap(withPeak(wave(290, 9, 12, 2), 280, 45))], events: [{ at: 0.985, text: 'crash, restart 14:18' }] })}
${history('disk', 'Disk', html`<span class="key">${figure({ figure: '0.8', unit: 'MB/s read' })}</span><span class="key second">0.3 MB/s written</span>`, { label: 'Disk over 24 hours, read up to 39 MB/s at three.', scale: ['0', '25', '50'], top: 50, series: [gap(withPeak(wave(290, 4, 6, 3), 148, 34)), gap(wave(290, 2, 3, 9))] })}
${panel({ ...fresh, id: 'guest-events', title: 'Events', count: '24 h, 6', body: html`<ol class="feed"><li><time>14:18:45</time>${glyph('proven')}<p>Answers again: http 200 in 41 ms</p><span class="who">runbook</span></li><li><time>14:18:31</time>${glyph('failed')}<p>Out of memory, kernel ended python3</p><span class="who">monitor</span></li></ol>` })}</div>
<div>${history('memory', 'Memory', html`<span>${figure({ figure: '1.7', unit: 'of 4 GiB' })}</span> reached the limit at 14:18`, { label: 'Memory over 24 hours, doubled in seven hours and met its limit.', scale: ['0', '2', '4'], top: 4, limit: 3.6, series: [gap(ramp)], events: [{ at: 0.985, text: 'out of memory 14:18:31' }] })}
${history('network', 'Network', html`<span class="key">${figure({ figure: '0.4', unit: 'MB/s in' })}</span><span class="key second">0.1 MB/s out</span>`, { label: 'Network over 24 hours, up to 7 MB/s.', scale: ['0', '5', '10'], top: 10, series: [gap(withPeak(wave(290, 0.6, 1.4, 3), 118, 6)), gap(wave(290, 0.4, 0.8, 5))] }, 'no reading for 41 min')}
${panel({ ...fresh, id: 'snapshots', title: 'Snapshots', count: '3', action: button({ text: 'Take snapshot', icon: 'camera' }), body: snapshots })}</div>
<div>${panel({ ...fresh, id: 'actions', title: 'Actions', action: html``, body: html`<form method="post" action="#deeds"><ul class="deeds">${deeds.map(deed)}</ul></form>` })}
${panel({
  ...fresh,
  limit: 300_000,
  at: NOW - 41_000,
  id: 'settings',
  title: 'Settings',
  body: pairs([
    ['Cores', '4'],
    ['Memory', '4 GiB, swap 0.5'],
    ['Root disk', html`${figure({ figure: '11.2', unit: '/ 32 GiB on nvme1' })}`],
    ['Unprivileged', 'yes, nesting on'],
    ['Tags', 'home, protected'],
  ]),
})}
${panel({ ...fresh, id: 'advice', title: 'Jarvis says', action: html``, body: html`<p class="prose">It more than doubled in seven hours and met its limit, much as it did on 6 November. I would give it 5 GiB, or look at the add-on that likes memory so much.</p><div class="steps">${button({ text: 'Give it 5 GiB', after: tierBadge('YELLOW') })}${linkButton({ text: 'Show the evidence', href: '#evidence' })}</div>` })}</div>
</div></main>`

export const doorPage = (mode: Mode): Html =>
  html`${door({
    cluster: 'HomeCluster',
    time: '14:32',
    minute: MINUTE,
    greeting: 'Good afternoon. Your password, if you please.',
    form: html`<form method="post" action="#login">${field({ id: 'password', name: 'password', label: 'Password', type: 'password', value: 'invented-figures', mono: true, autocomplete: 'current-password' })}${button({ text: 'Sign in', kind: 'primary' })}</form><p class="or">or</p><form method="post" action="#passkey">${button({ text: 'Use a passkey', icon: 'key' })}</form>`,
    note: 'Until then I show nothing and answer nothing. Six wrong tries and the door sticks for a quarter of an hour.',
  })}<div class="corner">${modeSwitch('#mode', mode)}</div>`
