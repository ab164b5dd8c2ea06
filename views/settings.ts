/** Who may come in, and from where: sessions, tokens, wall keys, the password. */
import { html } from 'hono/html'
import { age, dateTime } from '../lib/format.ts'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { faultLine } from './login.ts'
import { shown } from './parts/shown.ts'

export type SessionRow = {
  id: string
  browser: string
  address: string
  openedAt: number
  usedAt: number
  isThis: boolean
}

export type KeyRow = {
  id: string
  name: string
  scope: string
  madeAt: number
  madeBy: string
  expiresAt: number | null
  usedAt: number | null
  usedFrom: string | null
  revokedAt: number | null
  revokedBy: string | null
}

/** A secret on its one appearance. */
export type Fresh = { kind: 'token' | 'wall'; name: string; secret: string; url: string }

export type SettingsPage = {
  now: number
  timeZone: string
  /** Undefined for a machine with an admin token: it has no password to change. */
  account?: string | undefined
  sessions: SessionRow[]
  tokens: KeyRow[]
  wallKeys: KeyRow[]
  fresh?: Fresh | undefined
  fault?: { form: 'password' | 'tokens' | 'wall-keys'; text: string } | undefined
  done?: string | undefined
  minLength: number
}

export const settingsPage = (m: SettingsPage): { title: string; body: Html } => ({
  title: 'Settings',
  body: html`<h1>Settings</h1>
${m.done ? html`<p class="done" role="status">${m.done}</p>` : ''}
${m.fresh ? freshKey(m.fresh) : ''}
${sessions(m)}
${tokens(m)}
${wallKeys(m)}
${m.account === undefined ? '' : password(m)}`,
})

const freshKey = ({
  kind,
  name,
  secret,
  url,
}: Fresh) => html`<section class="fresh" aria-labelledby="fresh-title">
<h2 id="fresh-title">${kind === 'token' ? 'The token' : 'The address for the wall'} “${shown(name)}”</h2>
<p>I show this once and keep only its hash. Take it now.</p>
<p><code class="secret">${kind === 'token' ? secret : url}</code></p>
${kind === 'token' ? html`<p>Try it: <code>curl -H 'Authorization: Bearer ${secret}' ${url}</code></p>` : html`<p>Open it on the screen; there the key becomes a cookie and leaves the address bar.</p>`}
</section>`

const sessions = (
  m: SettingsPage,
) => html`<section class="sessions" aria-labelledby="sessions-title">
<h2 id="sessions-title">Sessions</h2>
<table>
<thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Opened</th><th scope="col">Last used</th><th scope="col">End it</th></tr></thead>
<tbody>
${m.sessions.map(
  (
    s,
  ) => html`<tr id="session-${s.id}"><th scope="row">${shown(s.browser)}${s.isThis ? ' (this one)' : ''}</th><td>${shown(s.address)}</td><td>${moment(s.openedAt, m)}</td><td>${moment(s.usedAt, m)}</td><td>${button(paths.session(s.id), 'End', `the session of ${s.browser}`)}</td></tr>
`,
)}</tbody>
</table>
</section>`

const tokens = (m: SettingsPage) => html`<section class="tokens" aria-labelledby="tokens-title">
<h2 id="tokens-title">Tokens</h2>
<p>For machines: <code>Authorization: Bearer jv_…</code></p>
${m.tokens.length === 0 ? html`<p class="empty">No machine holds a key.</p>` : keyTable(m, m.tokens, paths.token)}
${m.fault?.form === 'tokens' ? faultLine(m.fault.text) : ''}
<form class="new-token" method="post" action="${paths.tokens()}">
${nameField('token', 'grafana')}
<p><label for="token-scope">May</label> <select id="token-scope" name="scope"><option value="view" selected>look</option><option value="operate">look and act</option><option value="admin">look, act and change the settings</option></select></p>
${expiryField('token', '30d')}
<p><button>Make a token</button></p>
</form>
</section>`

const wallKeys = (
  m: SettingsPage,
) => html`<section class="wall-keys" aria-labelledby="wall-keys-title">
<h2 id="wall-keys-title">Wall keys</h2>
<p>For screens that only look.</p>
${m.wallKeys.length === 0 ? html`<p class="empty">No screen holds a key.</p>` : keyTable(m, m.wallKeys, paths.wallKey)}
${m.fault?.form === 'wall-keys' ? faultLine(m.fault.text) : ''}
<form class="new-wall-key" method="post" action="${paths.wallKeys()}">
${nameField('wall', 'hall tablet')}
${expiryField('wall', 'never')}
<p><button>Make a wall key</button></p>
</form>
</section>`

const nameField = (kind: string, example: string) =>
  html`<p><label for="${kind}-name">Name</label> <input id="${kind}-name" name="name" maxlength="64" placeholder="${example}" autocomplete="off" required></p>`

const expiries: [string, string][] = [
  ['30d', 'after 30 days'],
  ['90d', 'after 90 days'],
  ['1y', 'after a year'],
  ['never', 'never'],
]

const expiryField = (kind: string, chosen: string) =>
  html`<p><label for="${kind}-expires">Expires</label> <select id="${kind}-expires" name="expires">${expiries.map(([value, text]) => html`<option value="${value}"${value === chosen ? ' selected' : ''}>${text}</option>`)}</select></p>`

const keyTable = (m: SettingsPage, keys: KeyRow[], path: (id: string) => string) => html`<table>
<thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Last used</th><th scope="col">Until</th><th scope="col">Revoke it</th></tr></thead>
<tbody>
${keys.map((k) => keyRow(m, k, path))}</tbody>
</table>`

const keyRow = (m: SettingsPage, k: KeyRow, path: (id: string) => string) => {
  const isOver = k.expiresAt !== null && k.expiresAt <= m.now
  const end =
    k.revokedAt !== null
      ? html`revoked ${moment(k.revokedAt, m)} by ${shown(k.revokedBy)}`
      : k.expiresAt === null
        ? 'revoked'
        : html`${moment(k.expiresAt, m)}${isOver ? ' (expired)' : ''}`
  const isGood = k.revokedAt === null && !isOver
  return html`<tr id="key-${k.id}" data-state="${isGood ? 'good' : 'over'}"><th scope="row">${shown(k.name)}</th><td>${k.scope}</td><td>${moment(k.madeAt, m)} by ${shown(k.madeBy)}</td><td>${k.usedAt === null ? 'never' : html`${moment(k.usedAt, m)} from ${shown(k.usedFrom)}`}</td><td>${end}</td><td>${isGood ? button(path(k.id), 'Revoke', k.name) : ''}</td></tr>
`
}

const password = (
  m: SettingsPage,
) => html`<section class="password" aria-labelledby="password-title">
<h2 id="password-title">Password</h2>
${m.fault?.form === 'password' ? faultLine(m.fault.text) : ''}
<form class="credentials" method="post" action="${paths.password()}">
<input type="hidden" name="username" value="${m.account ?? ''}" autocomplete="username">
<p><label for="current">The present one</label> <input id="current" name="current" type="password" autocomplete="current-password" required></p>
<p><label for="next">The new one</label> <input id="next" name="next" type="password" autocomplete="new-password" minlength="${m.minLength}" required></p>
<p><label for="again">Once more</label> <input id="again" name="again" type="password" autocomplete="new-password" minlength="${m.minLength}" required></p>
<p><button>Change it</button></p>
<p class="aside">All other sessions end.</p>
</form>
</section>`

const button = (action: string, word: string, what: string) =>
  html`<form method="post" action="${action}"><button aria-label="${word} ${shown(what)}">${word}</button></form>`

const moment = (at: number, { now, timeZone }: SettingsPage) =>
  html`<time datetime="${new Date(at).toISOString()}" title="${dateTime(at, timeZone)}">${at > now ? dateTime(at, timeZone) : `${age(at, now)} ago`}</time>`
