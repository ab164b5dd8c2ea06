/** The door: a greeting and a password. Says nothing of the house before somebody is in. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'

export type LoginPage = {
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

export const loginPage = (m: LoginPage): { title: string; body: Html } => ({
  title: 'Log in',
  body: m.isNew ? nobodyYet(m) : form(m),
})

const nobodyYet = ({ greeting }: LoginPage) => html`<section class="door">
<h1>${greeting}. We have not met.</h1>
<p>There is no account yet. The console where I was started shows a one-time link; it leads to choosing a password.</p>
</section>`

const form = (m: LoginPage) => html`<section class="door">
<h1>${greetingFor(m)}</h1>
${faultLine(m.fault)}
<form class="credentials" method="post" action="${paths.login()}">
${m.next ? html`<input type="hidden" name="next" value="${m.next}">` : ''}
${m.needsName ? html`<p><label for="name">Name</label> <input id="name" name="name" value="${m.name ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" required></p>` : ''}
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password" required autofocus${m.fault ? html` aria-invalid="true" aria-describedby="fault"` : ''}></p>
<p><button class="primary">Sign in</button></p>
</form>
<p class="aside">Until then I show nothing and answer nothing. After five wrong tries the door takes its time.</p>
</section>`

const greetingFor = ({ greeting, needsName }: LoginPage) =>
  needsName
    ? `${greeting}. Your name and password, if you please.`
    : `${greeting}. Your password, if you please.`

/** The fault of a form, told where a screen reader looks first. */
export const faultLine = (fault: string | undefined): Html | '' =>
  fault ? html`<p class="fault" id="fault" role="alert">${fault}</p>` : ''
