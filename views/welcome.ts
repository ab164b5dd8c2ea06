/** The first start: the one page on which an account is made, for whoever has the console's code. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import { type DoorBody, doorOf, faultLine, type Hour } from './login.ts'
import { button } from './parts/button.ts'

export type WelcomePage = Hour & {
  greeting: string
  code: string
  name?: string | undefined
  fault?: string | undefined
  /** The shortest password that is taken. */
  minLength: number
}

export const welcomePage = (m: WelcomePage): DoorBody => ({
  title: 'Welcome',
  door: true,
  body: doorOf(m, {
    greeting: `${m.greeting}. I am Jarvis. How shall I know you?`,
    form: html`<form class="credentials" method="post" action="${paths.welcome()}">
${faultLine(m.fault)}
${codeField(m.code)}
<div class="field"><label for="name">Name</label><input id="name" name="name" value="${m.name ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="40" required></div>
<div class="field mono"><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="${m.minLength}" required aria-describedby="password-hint"><p class="hint" id="password-hint">At least ${m.minLength} characters. A few words that do not belong together serve best.</p></div>
<div class="field mono"><label for="again">Once more</label><input id="again" name="again" type="password" autocomplete="new-password" minlength="${m.minLength}" required></div>
${button({ text: 'Make the account', kind: 'primary' })}
</form>`,
    note: 'This page works once. Whoever has the code is the owner of the house.',
  }),
})

/** The code of the link travels along; without it, it can be typed from the console. */
const codeField = (code: string) =>
  code
    ? html`<input type="hidden" name="code" value="${code}">`
    : html`<div class="field mono"><label for="code">The code that the console printed</label><input id="code" name="code" autocomplete="off" spellcheck="false" required></div>`
