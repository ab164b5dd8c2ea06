/** The door: a dial, a greeting and a password. Says nothing of the house before somebody is in. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { button } from './parts/button.ts'
import { glyph } from './parts/glyph.ts'
import { door } from './parts/shell.ts'

/** What hangs over the door: the hour. */
export type Hour = {
  /** `14:32`, and the minute of the day. */
  time: string
  minute: number
}

export type LoginPage = Hour & {
  /** `Good evening`. */
  greeting: string
  /** With one account only the password is asked. */
  needsName: boolean
  name?: string | undefined
  next?: string | undefined
  /** What was wrong with the last try. */
  fault?: string | undefined
  /** Nobody has an account yet, so there is nothing to log in to. */
  isNew: boolean
}

export type DoorBody = { title: string; body: Html; door: true }

export const loginPage = (m: LoginPage): DoorBody => ({
  title: 'Log in',
  door: true,
  body: doorOf(m, m.isNew ? nobodyYet(m) : asked(m)),
})

type Words = { greeting: string; form: Html; note: Html | string }

/** The cluster's name is the house's business until somebody is in. */
export const doorOf = ({ time, minute }: Hour, words: Words): Html =>
  door({ cluster: 'JARVIS', time, minute, ...words })

const nobodyYet = ({ greeting }: LoginPage): Words => ({
  greeting: `${greeting}. We have not met.`,
  form: html``,
  note: 'There is no account yet. The console where I was started shows a one-time link; it leads to choosing a password.',
})

const asked = (m: LoginPage): Words => ({
  greeting: greetingFor(m),
  form: html`<form class="credentials" method="post" action="${paths.login()}">
${faultLine(m.fault)}
${m.next ? html`<input type="hidden" name="next" value="${m.next}">` : ''}
${m.needsName ? html`<div class="field"><label for="name">Name</label><input id="name" name="name" value="${m.name ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>` : ''}
<div class="field mono"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required autofocus${m.fault ? html` aria-invalid="true" aria-describedby="fault"` : ''}></div>
${button({ text: 'Sign in', kind: 'primary' })}
</form>`,
  note: 'Until then I show nothing and answer nothing. After five wrong tries the door takes its time.',
})

const greetingFor = ({ greeting, needsName }: LoginPage) =>
  needsName
    ? `${greeting}. Your name and password, if you please.`
    : `${greeting}. Your password, if you please.`

/** The fault of a form, told where a screen reader looks first. */
export const faultLine = (fault: string | undefined): Html | '' =>
  fault
    ? html`<div class="mistake">${glyph('attention')}<p class="fault" id="fault" role="alert">${fault}</p></div>`
    : ''
