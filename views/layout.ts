/** The frame of every page: what it is called, where one may go, and what everybody must see. */
import { html } from 'hono/html'
import { isFresh } from '../lib/clock.ts'
import { duration } from '../lib/format.ts'
import { type LiveName, paths } from '../lib/paths.ts'
import { stopSwitch } from './parts/button.ts'
import { feed, feedConfig } from './parts/feed.ts'
import { sprite } from './parts/glyph.ts'
import { may, type Safety } from './parts/may.ts'
import { bar, footBar, live as lifeSign, type Mode, modeSwitch, type Place } from './parts/shell.ts'
import { shown } from './parts/shown.ts'

export type Html = ReturnType<typeof html>

/** What surrounds a page, whatever is on it. */
export type Surroundings = {
  mode: 'real' | 'lab' | 'setup'
  /** When it is drawn, milliseconds since 1970. */
  now: number
  /** The path of the page, for the place that is marked. */
  here: string
  /** How this device wants it to look; undefined = nothing was chosen. */
  look?: Mode | undefined
  dense: boolean
  /** Something that everybody must know: the disk is full. */
  banner?: string | undefined
  /** Who looks; undefined = nobody has logged in. */
  who?: string | undefined
  cluster?: string | undefined
  /** The last good reading of the cluster and its limit, milliseconds; undefined = none yet. */
  heard?: { at?: number | undefined; limit: number } | undefined
  /** How many decisions wait for a person. */
  waiting?: number | undefined
  /** The kill switch; `may`: whoever looks may press it, or let go of it. */
  stop: { pressed?: { by: string; at: number } | undefined; may: boolean }
  /** What machines may do; undefined where nobody is told. */
  safety?: Safety | undefined
  /** Addresses with their hash. */
  css: string
  icon: string
  scripts: string[]
  /** Type that is asked for before the style sheet is read. */
  fonts: string[]
}

export type Page = {
  title: string
  body: Html
  around: Surroundings
  /** The body brings its own `main`: the HUD, the door. */
  whole?: boolean | undefined
  /** Before the house: no bar, only the look can be chosen; brings its own `main` too. */
  door?: boolean | undefined
  /** Panels on it that follow the cluster by themselves. */
  live?: readonly LiveName[] | undefined
  /** Without a script: where the page goes by itself, and when. */
  onward?: { seconds: number; href: string } | undefined
}

export const page = ({
  title,
  body,
  around,
  whole,
  door,
  live,
  onward,
}: Page): Html => html`<!doctype html>
<html lang="en"${around.look ? html` data-mode="${around.look}"` : ''}${around.dense ? html` data-density="dense"` : ''} data-now="${around.now}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${around.look === 'calm' ? 'light' : 'dark'}">
${onward ? html`<noscript><meta http-equiv="refresh" content="${`${onward.seconds}; url=${onward.href}`}"></noscript>\n` : ''}${feedConfig()}
<title>${title === 'Jarvis' ? title : `${title} · Jarvis`}${around.mode === 'lab' ? ' (LAB)' : ''}</title>
<link rel="icon" href="${around.icon}">
${around.fonts.map((href) => html`<link rel="preload" href="${href}" as="font" type="font/woff2" crossorigin>\n`)}<link rel="stylesheet" href="${around.css}">
${around.scripts.map((src) => html`<script src="${src}" defer></script>\n`)}</head>
<body>
${sprite()}<a class="skip" href="#main">To the content</a>
${door ? '' : topBar(around)}
${around.banner ? html`<p class="trouble" role="alert">${around.banner}</p>\n` : ''}${whole || door ? body : html`<main id="main" class="place" tabindex="-1">\n${body}\n</main>`}
${door ? corner(around) : ''}${around.who === undefined || door ? '' : footBar(...thumb(around))}<div id="toasts" class="toasts"></div>
<p id="say" class="unseen" role="status"></p><p id="alarm" class="unseen" role="alert"></p>
${around.who === undefined || around.mode === 'setup' ? '' : feed(['sentence', ...(live ?? [])])}
</body>
</html>
`

const corner = ({ mode, look }: Surroundings) =>
  html`<div class="corner">${mode === 'lab' ? html`<span class="tag lab">LAB</span>` : ''}${modeSwitch(paths.look(), look ?? 'hud')}</div>`

const topBar = (around: Surroundings) => {
  const known = around.who !== undefined
  const places = placesOf(around).map((p) => ({ ...p, icon: undefined }))
  const isSeldom = ({ text }: Place) => around.mode !== 'setup' && seldom.includes(text)
  return bar({
    home: paths.hud(),
    cluster: known ? around.cluster : undefined,
    lab: around.mode === 'lab',
    places: known ? places.filter((p) => !isSeldom(p)) : [],
    more: known ? places.filter(isSeldom) : [],
    live: known && around.mode !== 'setup' ? freshness(around) : undefined,
    may: known && around.safety ? may(around.safety) : undefined,
    modes: modeSwitch(paths.look(), around.look ?? 'hud'),
    stop: known ? killSwitch(around) : undefined,
  })
}

const placesOf = ({ mode, here, waiting = 0 }: Surroundings): Place[] => {
  const places: Place[] = [
    { text: 'HUD', href: paths.hud(), icon: 'grid' },
    { text: 'Guests', href: paths.guests(), icon: 'rack' },
    { text: 'Jarvis', href: paths.lastTalk(), at: paths.chat(), icon: 'speech' },
    { text: 'Nodes', href: paths.nodes() },
    { text: 'Storage', href: paths.storages() },
    { text: 'Tasks', href: paths.tasks() },
    { text: 'Approvals', href: paths.approvals(), icon: 'hand', waits: waiting },
    { text: 'Events', href: paths.diary() },
    { text: 'Terminals', href: paths.terminals() },
    { text: 'Power', href: paths.power() },
    { text: 'Memory', href: paths.memory() },
    { text: 'Audit', href: paths.audit() },
    { text: 'Costs', href: paths.costs() },
    { text: 'Settings', href: paths.settings() },
    ...(mode === 'lab' ? [{ text: 'Lab', href: paths.lab() }] : []),
  ]
  const found = mode === 'setup' ? places.filter((p) => p.text === 'Settings') : places
  return found.map((p) => ({ ...p, here: isHere(p.at ?? p.href, here) }))
}

/** Behind one word in the bar: where one goes once a week. */
const seldom: readonly string[] = ['Events', 'Memory', 'Audit', 'Costs', 'Settings', 'Lab']

const isHere = (href: string, here: string) =>
  href === paths.hud() ? here === href : here === href || here.startsWith(`${href}/`)

/** What a thumb reaches at the foot of a phone, and the rest behind "More". */
const thumb = (around: Surroundings): [Place[], Place[]] => {
  const places = placesOf(around)
  return [places.filter((p) => p.icon), places.filter((p) => !p.icon)]
}

const freshness = ({ heard, now }: Surroundings) => {
  if (heard?.at === undefined)
    return lifeSign({ word: 'not heard yet', age: '', at: undefined, limit: 0, well: false })
  const { at, limit } = heard
  const well = isFresh(heard, now)
  const age = duration((now - at) / 1000)
  return lifeSign({ word: well ? 'live' : 'stale', age, at, limit, well })
}

/** Same spot, same word, on every page, with no question asked. */
const killSwitch = ({ stop: { pressed, may }, now }: Surroundings) =>
  stopSwitch({
    action: pressed ? paths.stopRelease() : paths.stop(),
    may,
    pressed: pressed && { by: shown(pressed.by), at: pressed.at, now },
  })
