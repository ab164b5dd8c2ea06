/**
 * The screen of a terminal as text, in the markup of the wall: follows by its script in browsers since
 * about 2012, loads itself anew without one, and reads the same with curl. Only to look at.
 */
import { html } from 'hono/html'
import { age } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { shown } from './parts/shown.ts'
import { wallPage } from './parts/wall.ts'

export type ScreenView = {
  id: string
  name: string
  label: string
  /** Without anything that could move a cursor. */
  text: string
  /** A sentence where the screen cannot be read. */
  trouble?: string | undefined
  /** It has ended: nothing more will come. */
  over: boolean
  /** When it was read, and the same as `14:32`. */
  at: number
  clock: string
  version: string
}

/** What is told to those who look; a moment alone is no news. */
export const sameScreen = (a: ScreenView, b: ScreenView): boolean =>
  a.text === b.text && a.trouble === b.trouble && a.over === b.over && a.name === b.name

export const screenFrame = (v: ScreenView, now: number): Html =>
  html`<div id="wall" class="${v.trouble ? 'grey' : 'well'}" data-now="${now}" data-clock="${v.clock}" data-version="${v.version}" data-at="${v.at}">
<table class="head" role="presentation"><tbody><tr><td><h1 id="says">${v.trouble ? shown(v.trouble) : shown(v.name)}</h1><p id="rest">${shown(v.label)}, only to look at</p></td><td class="right"><p id="clock">${v.clock}</p><p id="age">${age(v.at, now)} old</p></td></tr></tbody></table>
<pre tabindex="0" aria-label="Screen of ${shown(v.name)}">${v.text}</pre>
<p class="ways">${v.over ? '' : html`<a href="${paths.terminal(v.id)}">Work in it</a> `}<a href="${paths.terminals()}">All terminals</a> <a href="${paths.terminalText(v.id)}">Plain text</a></p>
</div>
`

/** So many lines come with each change. */
const LAST_LINES = 50

/** For `curl -N`: the last lines, under a line that says when. */
export const screenText = (v: ScreenView): string =>
  `--- ${v.clock} ${shown(v.name)}${v.trouble ? `: ${shown(v.trouble)}` : ''}\n${v.text.split('\n').slice(-LAST_LINES).join('\n')}`

export const screenJson = (v: ScreenView): object => ({
  id: v.id,
  name: shown(v.name),
  at: new Date(v.at).toISOString(),
  text: v.text,
  trouble: v.trouble ?? null,
  ended: v.over,
})

type Files = { css: string; script: string; refreshS: number }

export const screenPage = (v: ScreenView, now: number, { css, script, refreshS }: Files): Html =>
  wallPage({
    title: `${shown(v.name)}, as text · Jarvis`,
    css,
    refreshS: v.over ? 0 : refreshS,
    body: screenFrame(v, now),
    device: { minute: 0 },
    reads: true,
    live: {
      script,
      stream: `${paths.terminalLive(v.id)}?as=wall`,
      part: `${paths.terminalScreen(v.id)}?part=screen`,
    },
  })
