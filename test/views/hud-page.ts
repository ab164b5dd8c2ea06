/** The HUD with the figures of the pictures, composed by hand from the parts. */
import { html } from 'hono/html'
import type { Html } from '../../views/layout.ts'
import { tag, tierBadge } from '../../views/parts/badge.ts'
import { iconButton, stopSwitch } from '../../views/parts/button.ts'
import { dayDial } from '../../views/parts/day-dial.ts'
import { figure } from '../../views/parts/figure.ts'
import { glyph, type Icon, icon, type State } from '../../views/parts/glyph.ts'
import { meter, shares } from '../../views/parts/meter.ts'
import { nodeInstrument } from '../../views/parts/node-instrument.ts'
import { panel } from '../../views/parts/panel.ts'
import {
  bar,
  footBar,
  hud,
  live,
  type Mode,
  modeSwitch,
  type Place,
  votes,
} from '../../views/parts/shell.ts'
import { type Points, sparkline } from '../../views/parts/sparkline.ts'
import { timeline } from '../../views/parts/timeline.ts'
import { dayLoads, MINUTE, NOW, wave, withGap, withPeak } from './figures.ts'

const places = (here: string): Place[] =>
  ['HUD', 'Guests', 'Incidents', 'Approvals', 'Environments', 'Terminals', 'Power', 'Costs'].map(
    (text) => ({
      text,
      href: `#${text}`,
      here: text === here,
      waits: text === 'Approvals' ? 1 : undefined,
    }),
  )

const thumb: Place[] = [
  { text: 'HUD', href: '#hud', icon: 'grid', here: true },
  { text: 'Guests', href: '#guests', icon: 'rack' },
  { text: 'Jarvis', href: '#jarvis', icon: 'speech', waits: 1 },
  { text: 'Terminal', href: '#terminal', icon: 'terminal' },
  { text: 'More', href: '#more', icon: 'more' },
]

const fresh = { state: 'fresh' as const, at: NOW - 2000, now: NOW, limit: 12_000 }

export const barOf = (here: string, mode: Mode): Html =>
  bar({
    home: '#home',
    cluster: 'HomeCluster',
    places: places(here),
    more: [
      { text: 'Memory', href: '#memory' },
      { text: 'Audit', href: '#audit' },
    ],
    live: live({ word: 'live', age: '2\u2009s', at: NOW - 2000, limit: 12_000, well: true }),
    modes: modeSwitch('#mode', mode),
    stop: stopSwitch({ action: '#stop' }),
  })

export const hudPage = (
  mode: Mode,
): Html => html`<a class="skip" href="#sentence">To the sentence</a>
${barOf('HUD', mode)}
${hud({
  sentence: 'Four nodes up. One decision waits for you.',
  rest: 'Homeassistant fell over at 14:18 and is back; cluster-backup wants pruning within nine days.',
  quorum: votes(4, 4, '4 of 4 votes, 3 needed'),
  decision: html`<div class="waiting">${tierBadge('RED')}<strong class="name">Delete 100 Ubuntu-Desktop</strong><span class="fig">1:33</span><a class="btn" href="#approval">Decide</a></div>`,
  nodes: panel({ ...fresh, id: 'panel-nodes', title: 'Nodes', bare: true, body: html`${nodes}` }),
  middle: [guestsPanel, [storagePanel, tasksPanel], incidentsPanel],
  side: [jarvisPanel, activityPanel, talkPanel],
  terminal: terminalPanel,
})}
${footBar(thumb)}`

type NodeFigures = [
  name: string,
  role: string,
  up: string,
  cpu: number,
  peak: number,
  ram: [string, string, number],
  root: [string, number],
  temp: string,
  down: string,
  upward: string,
  points: Points,
]
const nodeFigures: NodeFigures[] = [
  [
    'Home',
    'master · .50',
    'up 41 d 06:12',
    0.23,
    0.58,
    ['14.9', '24', 0.62],
    ['61', 0.54],
    '58',
    '4.1',
    '1.2',
    withPeak(wave(60, 0.3, 0.2, 1), 41, 0.4),
  ],
  [
    'pve',
    'compute, NAS · .74',
    'up 41 d 06:10',
    0.41,
    0.72,
    ['22.4', '31', 0.72],
    ['48', 0.43],
    '63',
    '11.6',
    '38.0',
    wave(60, 0.42, 0.25, 2),
  ],
  [
    'agent1',
    'compute · .61',
    'up 12 d 19:47',
    0.12,
    0.66,
    ['9.8', '31', 0.32],
    ['39', 0.35],
    '51',
    '0.9',
    '0.4',
    withPeak(wave(60, 0.12, 0.1, 3), 46, 0.5),
  ],
  [
    'agent',
    'utility · .62',
    'up 41 d 06:08',
    0.67,
    0.91,
    ['3.2', '4', 0.8],
    ['71', 0.63],
    '79',
    '0.2',
    '0.1',
    wave(60, 0.66, 0.3, 4),
  ],
]

const nodes = nodeFigures.map(
  ([name, role, uptime, cpu, peak, ram, disk, temp, down, up, points]) => {
    const hot = temp === '79'
    return nodeInstrument({
      ...fresh,
      id: `node-${name}`,
      name,
      role,
      uptime,
      sign: hot ? 'attention' : 'well',
      signLabel: hot ? 'wants attention' : 'up',
      cpu: { value: cpu, peak },
      hour: points,
      net: { down: { figure: down, unit: 'MB/s' }, up: { figure: up, unit: 'MB/s' } },
      meters: [
        {
          label: 'RAM',
          figure: { figure: ram[0], unit: '' },
          rest: `/ ${ram[1]} GiB`,
          value: ram[2],
          limit: 0.85,
          brief: { figure: String(Math.round(ram[2] * 100)), unit: '%' },
        },
        {
          label: 'Root',
          figure: { figure: disk[0], unit: '' },
          rest: '/ 112 GiB',
          value: disk[1],
          limit: 0.85,
          brief: { figure: String(Math.round(disk[1] * 100)), unit: '%' },
        },
        {
          label: 'Temp',
          figure: { figure: temp, unit: '°C' },
          rest: hot ? 'of 80' : '',
          value: Number(temp) / 100,
          limit: 0.8,
          brief: { figure: temp, unit: '°C' },
          over: hot,
        },
      ],
    })
  },
)

type Guest = [
  id: string,
  name: string,
  kind: string,
  node: string,
  cpu: number,
  used: string,
  total: string,
  share: number,
  state: string,
  note?: Html,
]
const guestFigures: Guest[] = [
  [
    '100',
    'Ubuntu-Desktop',
    'vm',
    'agent1',
    0,
    '',
    '8',
    0,
    'stopped 42 d',
    tag({ text: 'delete waits for you', icon: 'hand', waits: true }),
  ],
  ['103', 'management', 'vm', 'pve', 0.18, '5.9', '8', 0.74, 'up 41 d'],
  ['300', 'twingate', 'ct', 'pve', 0.02, '0.2', '1', 0.2, 'up 41 d'],
  ['302', 'adguard', 'ct', 'pve', 0.06, '0.4', '1', 0.4, 'up 18 d'],
  [
    '303',
    'homeassistant',
    'ct',
    'agent1',
    0.09,
    '1.7',
    '4',
    0.43,
    'up 13 min',
    tag({ text: 'by runbook', icon: 'restart' }),
  ],
]

const guestRow = (
  [id, name, kind, node, cpu, used, total, share, state, note]: Guest,
  i: number,
) => {
  const off = used === ''
  const points = wave(48, cpu * 0.9 + 0.02, 0.06, i + 5)
  return html`<tr id="guest-${id}" data-is="${off ? 'stopped' : 'running'}"><td class="sign">${glyph(off ? 'off' : 'well', off ? 'off' : 'up')}</td><td class="id">${id}</td><th scope="row"><a href="#guest-${id}">${name}</a>${note ?? ''}<span class="brief">${kind} on ${node}</span></th><td class="node"><span class="kind">${kind}</span> ${node}</td><td class="share cpu">${off ? '–' : html`${meter({ value: cpu, size: 'small' })}${figure({ figure: String(Math.round(cpu * 100)), unit: '%' })}`}</td><td class="memory share">${off ? html`${total} GiB set` : html`${meter({ value: share, size: 'small' })}<span class="fig">${used} <span class="unit of">/ ${total}</span><span class="unit brief">GiB</span></span>`}</td><td class="hour">${off ? '' : sparkline({ points: i === 4 ? withGap(withPeak(points, 42, 0.4), 34, 38) : points, top: 0.45, size: 'row' })}</td><td class="is">${state}</td><td class="acts"><form method="post" action="#guest-${id}">${iconButton(off ? 'play' : 'restart', off ? `Start ${name}` : `Restart ${name}`)}${iconButton('terminal', `Terminal of ${name}`, { reason: off ? 'it is stopped' : undefined })}${iconButton('more', `More for ${name}`)}</form></td><td class="go" aria-hidden="true">${icon('next')}</td></tr>`
}

const guestsPanel = panel({
  ...fresh,
  id: 'panel-guests',
  title: 'Guests',
  count: '4 running, 1 stopped',
  body: html`<table class="guests"><thead><tr><th scope="col"><span class="unseen">State</span></th><th scope="col">ID</th><th scope="col">Name</th><th scope="col">Node</th><th scope="col">CPU</th><th scope="col">Memory</th><th scope="col" class="hour">Last hour</th><th scope="col">State</th><th scope="col" class="right acts">Actions</th></tr></thead><tbody>${guestFigures.map(guestRow)}</tbody></table>`,
})

const storageFigures: [string, string, number, string, string, string][] = [
  ['local', 'Home', 0.54, '61', '/ 112 G', 'steady'],
  ['local-lvm', 'pve', 0.71, '247', '/ 348 G', 'full in 41 d'],
  ['nvme1', 'agent1', 0.46, '428', '/ 931 G', 'steady'],
  ['cluster-backup', 'Home', 0.88, '3.98', '/ 4.5 T', 'full in 9 d'],
  ['usb-storage', 'Home', 0.29, '1.31', '/ 4.5 T', 'steady'],
]
const storagePanel = panel({
  ...fresh,
  at: NOW - 8000,
  id: 'panel-storage',
  title: 'Storage',
  count: '5 stores',
  body: html`<table class="plain storage"><thead class="unseen"><tr><th scope="col">Name</th><th scope="col">Full</th><th scope="col">Used</th><th scope="col">Forecast</th></tr></thead><tbody>${storageFigures.map(
    ([name, node, share, used, total, forecast]) =>
      html`<tr><th scope="row">${name} <span class="where">${node}</span></th><td>${meter({ value: share, limit: 0.85, size: 'middle' })}</td><td class="right">${figure({ figure: used, unit: total })}</td><td class="right forecast${forecast === 'full in 9 d' ? ' warn' : ''}">${forecast}</td></tr>`,
  )}</tbody></table>`,
})

const taskFigures: [State, string, string, string, string][] = [
  ['working', 'vzdump', '302 adguard', 'backup', ''],
  ['proven', 'vzstart', '303 homeassistant', 'runbook', '4 s'],
  ['proven', 'vzdump', '103 management', 'schedule', '6:12'],
  ['proven', 'aptupdate', 'agent', 'schedule', '38 s'],
  ['proven', 'vzsnapshot', '303 homeassistant', 'you', '2 s'],
]
const tasksPanel = panel({
  ...fresh,
  id: 'panel-tasks',
  title: 'Tasks',
  count: '1 running',
  body: html`<table class="plain tasks"><thead class="unseen"><tr><th scope="col">Outcome</th><th scope="col">Type</th><th scope="col">Object</th><th scope="col">Who</th><th scope="col">Took</th></tr></thead><tbody>${taskFigures.map(
    ([state, type, object, who, took]) =>
      html`<tr><td class="sign">${glyph(state, state === 'working' ? 'runs' : 'done')}</td><td class="type">${type}</td><th scope="row">${object}</th><td class="who">${who}</td><td class="right">${took || html`${meter({ value: 0.64, size: 'small' })}${figure({ figure: '64', unit: '%' })}`}</td></tr>`,
  )}</tbody></table>`,
})

const incidentsPanel = panel({
  ...fresh,
  id: 'panel-incidents',
  title: 'Incidents',
  count: '2 open, 1 closed today',
  body: html`<ul class="incidents"><li>${glyph('proven', 'closed')}<div><p><strong>303 homeassistant crashed</strong> <span class="when">today 14:18:31</span></p><p>Restarted by <a href="#runbook">restart-crashed-guest</a>, verified in 14 s. Cause: out of memory.</p></div>${timeline(
    [
      { at: 0, text: 'crashed', way: 'down' },
      { at: 1, way: 'down' },
      { at: 2, way: 'down' },
      { at: 4, text: 'start', way: 'down' },
      { at: 9, text: 'running', way: 'down' },
      { at: 14, text: 'answers 200', way: 'back', proven: true },
    ],
    'Crashed, started after 4 seconds, running after 9, answered after 14.',
  )}</li><li>${glyph('attention', 'open')}<p><strong>agent is warm</strong> 79 °C, limit 80. Rising since 13:50; nothing done yet.</p><span class="when">42 min</span></li><li>${glyph('attention', 'open')}<p><strong>cluster-backup fills</strong> 88 %. Pruning proposed, 612 GB to gain.</p><span class="when">since 07:55</span></li></ul>`,
})

const jarvisPanel = panel({
  ...fresh,
  id: 'panel-jarvis',
  title: 'Jarvis',
  action: html`watching, no deed running`,
  body: html`<div class="jarvis-now">${dayDial({
    minute: MINUTE,
    loads: dayLoads(),
    level: 4,
    date: 'FRI 20 NOV',
    time: '14:32',
    wanted: '1 waits for you',
    label:
      '14:32. Load of the day below 60 percent, one peak at half past two; three events open, one incident closed.',
    events: [
      { minute: 125, kind: 'event' },
      { minute: 190, kind: 'event' },
      { minute: 390, kind: 'event' },
      { minute: 475, kind: 'open' },
      { minute: 570, kind: 'event' },
      { minute: 725, kind: 'event' },
      { minute: 838, kind: 'event' },
      { minute: 858, kind: 'closed' },
      { minute: 871, kind: 'open' },
    ],
  })}<dl class="pairs">${[
    ['May', 'restart, prune, wake'],
    ['Asks', 'before any loss'],
    ['Repaired', '3 today, 3 verified'],
    ['Last drill', '16 Nov, passed'],
  ].map(
    ([what, is]) => html`<div><dt>${what}</dt><dd>${is}</dd></div>`,
  )}<div><dt>Answers</dt><dd>${shares([91, 8, 1])}rules 91, local 8, Claude 1 <span class="unit">%</span></dd></div><div><dt>Spent</dt><dd><span class="fig">$0.02</span> <span class="unit">of $1.00 a day</span></dd></div></dl></div>`,
})

type Line = [time: string, sign: Html, text: string, who: string]
const sign = (state: State) => glyph(state)
const pic = (name: Icon) => icon(name)
const feed: Line[] = [
  ['14:31:40', pic('hand'), 'Approval asked: delete guest 100', 'Jarvis'],
  ['14:31:26', sign('working'), 'Backup of 302 adguard at 64 %', 'schedule'],
  ['14:29:02', sign('attention'), 'agent 79 °C, rising 2 °C in 40 min', 'monitor'],
  ['14:18:45', sign('proven'), '303 homeassistant answers again', 'runbook'],
  ['14:18:35', pic('restart'), 'Restart of 303 began', 'runbook'],
  ['14:18:31', sign('failed'), '303 homeassistant: out of memory', 'monitor'],
  ['13:58:10', pic('camera'), 'Snapshot 303 before-2026-11', 'you'],
]
const activityPanel = panel({
  ...fresh,
  id: 'panel-events',
  title: 'Activity',
  count: 'today 31',
  action: html`<a class="quiet dim" href="#events">all events</a>`,
  body: html`<ol class="feed">${feed.map(([time, mark, text, who]) => html`<li><time datetime="2026-11-20T${time}Z">${time}</time>${mark}<p>${text}</p><span class="who">${who}</span></li>`)}</ol>`,
})

const said = (by: 'you' | 'Jarvis', words: Html) =>
  html`<div class="said${by === 'Jarvis' ? ' jarvis' : ''}"><span class="by">${by}</span><div class="words">${words}</div></div>`

const talkPanel = html`<section class="panel talk" id="panel-talk" data-state="fresh" aria-labelledby="panel-talk-title"><header><h2 id="panel-talk-title">Conversation</h2><p class="action">local qwen first</p></header><div class="body"><div class="log" role="log" tabindex="0" aria-label="Conversation">${said('you', html`Is anything still using Ubuntu-Desktop? I want the space back.`)}${said('Jarvis', html`<p class="calls"><span class="call">${tierBadge('GREEN')} guest_status 100</span> <span class="call">${tierBadge('GREEN')} backup_status 100</span></p><p>Not since 9 October, sir. It holds 64 GiB of nvme1 and, one suspects, ninety browser tabs.</p><p class="mind">local qwen, 412 tokens, $0.00</p>`)}${said('you', html`Then delete it.`)}${said('Jarvis', html`That cannot be undone, so it must come from your own hand. Mine are tied, quite deliberately.`)}</div>
<section class="approval" id="approval" aria-label="Decision: delete 100 Ubuntu-Desktop"><header>${tierBadge('RED')}<strong class="name">Delete 100 Ubuntu-Desktop</strong><span class="left-time">1:33 left</span></header><svg class="time" aria-hidden="true"><rect class="track" width="100%" height="2"/><rect class="value" width="77.5%" height="2"/></svg><dl><div><dt>Goes</dt><dd>disk <code>vm-100-disk-0</code>, 64 GiB on nvme1, and its 2 snapshots</dd></div><div><dt>Stays</dt><dd>backup of 12 Nov 02:14, read back and intact</dd></div><div><dt>Checked</dt><dd>stopped 42 d; nothing depends on it; 4 of 4 votes</dd></div></dl><form method="post" action="#approve"><label for="typed">Type <b class="fig">100</b></label><input class="input mono" id="typed" name="typed" value="10" autocomplete="off"><button class="btn danger" disabled>Delete for good</button><button class="btn refuse" name="refuse" value="yes">Refuse</button></form></section>
<form class="ask" method="post" action="#chat"><input class="input" name="q" aria-label="Ask, or tell me what to mend" placeholder="Ask, or tell me what to mend"><kbd aria-hidden="true">/</kbd><button class="btn" aria-label="Send">${icon('send')}</button></form></div></section>`

const terminalPanel = html`<section class="panel terminal" id="panel-terminal" aria-label="Terminal"><nav class="tabs" aria-label="Terminals"><a href="#t0" aria-current="page">${icon('terminal')}agent1 <span class="fig">0:ha</span></a><a href="#t1">pve <span class="fig">1:journal</span></a><a href="#t2">302 adguard <span class="fig">0:sh</span></a><a href="#t3"><span class="warn" aria-hidden="true">•</span>dev-blog <span class="fig">claude, asks</span></a><a href="#new" aria-label="New terminal">${icon('plus')}</a><p>stays alive when you leave <span class="fig">120×10</span> 2 viewers</p></nav><div class="body"><div class="screens"><pre tabindex="0" aria-label="agent1"><span class="ok">root@agent1</span>:~# pct status 303 --verbose | head -4
cpus: 4
maxmem: 4294967296
mem: 1825361920
status: <span class="ok">running</span>
<span class="ok">root@agent1</span>:~# curl -so /dev/null -w '%{http_code} %{time_total}\\n' 192.168.1.70:8123
<span class="ok">200</span> 0.041
<span class="ok">root@agent1</span>:~#</pre><pre tabindex="0" aria-label="pve"><span class="dim">Nov 20 14:18:31</span> agent1 kernel: <span class="crit">cgroup out of memory: killed python3</span>
<span class="dim">Nov 20 14:18:31</span> agent1 systemd[1]: 303.service: <span class="warn">main process exited</span>
<span class="dim">Nov 20 14:18:35</span> agent1 pvedaemon[1190]: starting CT 303
<span class="dim">Nov 20 14:18:40</span> agent1 systemd[1]: Started pve-container@303.service
<span class="dim">Nov 20 14:18:40</span> agent1 pvedaemon[1190]: <span class="ok">end task vzstart 303: OK</span>
<span class="dim">-- following, 1 line a minute --</span></pre></div><p class="status-line"><b>[ha]</b> <span>0:sh-</span> <b>1:watch*</b> <span>2:htop</span> <span>agent1 14:32</span></p></div></section>`
