/** The first start: the one page on which an account is made, for whoever has the console's code. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { faultLine } from './login.ts'

export type WelcomePage = {
  greeting: string
  code: string
  name?: string | undefined
  fault?: string | undefined
  /** The shortest password that is taken. */
  minLength: number
}

export const welcomePage = (m: WelcomePage): { title: string; body: Html } => ({
  title: 'Welcome',
  body: html`<section class="door">
<h1>${m.greeting}. I am Jarvis. How shall I know you?</h1>
${faultLine(m.fault)}
<form class="credentials" method="post" action="${paths.welcome()}">
${codeField(m.code)}
<p><label for="name">Name</label> <input id="name" name="name" value="${m.name ?? ''}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="40" required></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="new-password" minlength="${m.minLength}" required aria-describedby="password-hint"></p>
<p class="hint" id="password-hint">At least ${m.minLength} characters. A few words that do not belong together serve best.</p>
<p><label for="again">Once more</label> <input id="again" name="again" type="password" autocomplete="new-password" minlength="${m.minLength}" required></p>
<p><button class="primary">Make the account</button></p>
</form>
</section>`,
})

/** The code of the link travels along; without it, it can be typed from the console. */
const codeField = (code: string) =>
  code
    ? html`<input type="hidden" name="code" value="${code}">`
    : html`<p><label for="code">The code that the console printed</label> <input id="code" name="code" autocomplete="off" spellcheck="false" required></p>`
