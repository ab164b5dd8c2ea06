/** The frame of every page: what it is called, where one may go, and what everybody must see. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import { shown } from './parts/shown.ts'

export type Html = ReturnType<typeof html>

/** What surrounds a page, whatever is on it. */
export type Surroundings = {
  mode: 'real' | 'lab' | 'setup'
  /** Something that everybody must know: the disk is full. */
  banner?: string | undefined
  /** Who looks; undefined = nobody has logged in. */
  who?: string | undefined
  /** The kill switch; `may`: whoever looks may press it, or let go of it. */
  stop: { pressed?: { by: string; since: string } | undefined; may: boolean }
  /** The style sheet's address, with its hash. */
  css: string
}

export type Page = { title: string; body: Html; around: Surroundings }

export const page = ({ title, body, around }: Page): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === 'Jarvis' ? title : `${title} · Jarvis`}${around.mode === 'lab' ? ' (LAB)' : ''}</title>
<link rel="stylesheet" href="${around.css}">
</head>
<body data-mode="${around.mode}">
<a class="skip" href="#main">To the content</a>
${header(around)}
<main id="main" tabindex="-1">
${body}
</main>
</body>
</html>
`

const header = (around: Surroundings) => html`<header class="bar">
<a class="home" href="${paths.hud()}">Jarvis</a>
${around.mode === 'lab' ? html`<p class="lab"><strong>LAB</strong> A simulated cluster; nothing here is real.</p>` : ''}
${around.who === undefined ? '' : navigation(around)}
${around.who === undefined ? '' : killSwitch(around)}
</header>
${around.banner ? html`<p class="trouble" role="alert">${around.banner}</p>` : ''}`

/** Same spot, same word, on every page, with no question asked. */
const killSwitch = ({ stop: { pressed, may } }: Surroundings) => {
  if (!pressed)
    return may
      ? html`<form class="stop" method="post" action="${paths.stop()}"><button>STOP</button></form>`
      : ''
  const release = html` <button>Let me work again</button>`
  return html`<form class="stop" method="post" action="${paths.stopRelease()}"><p role="status"><strong>STOPPED</strong> by ${shown(pressed.by)}, ${pressed.since} ago. Nothing acts.${may ? release : ''}</p></form>`
}

const navigation = ({ mode, who }: Surroundings) => html`<nav aria-label="Places">
<a href="${paths.hud()}">Overview</a>
${mode === 'lab' ? html`<a href="${paths.lab()}">Lab</a>` : ''}
<a href="${paths.settings()}">Settings</a>
<form method="post" action="${paths.logout()}"><button>Log out ${who}</button></form>
</nav>`
