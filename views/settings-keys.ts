/** Keys for machines and for screens on the wall: shown once, listed, revoked. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { faultLine } from './login.ts'
import { button } from './parts/button.ts'
import { shown } from './parts/shown.ts'
import type { SettingsPage } from './settings.ts'
import { block, ending, moment } from './settings-block.ts'

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

export const freshKey = ({ kind, name, secret, url }: Fresh): Html =>
  block(
    'fresh',
    `${kind === 'token' ? 'The token' : 'The address for the wall'} “${shown(name)}”`,
    html`<p>I show this once and keep only its hash. Take it now.</p>
<p class="secret"><code>${kind === 'token' ? secret : url}</code></p>
${kind === 'token' ? html`<p>Try it:</p><p class="secret"><code>curl -H 'Authorization: Bearer ${secret}' ${url}</code></p>` : html`<p>Open it on the screen; there the key becomes a cookie and leaves the address bar.</p>`}`,
  )

export const keysTab = (m: SettingsPage, tab: 'tokens' | 'wall-keys'): Html => {
  const isToken = tab === 'tokens'
  const keys = isToken ? m.tokens : m.wallKeys
  const path = isToken ? paths.token : paths.wallKey
  const none = isToken ? 'No machine holds a key.' : 'No screen holds a key.'
  return html`<div class="columns aside">
<div>${block(
    tab,
    isToken ? 'Tokens' : 'Wall keys',
    html`<p class="note">${isToken ? html`For machines: <code>Authorization: Bearer jv_…</code>` : 'For screens that only look.'}</p>
${keys.length === 0 ? html`<p class="empty">${none}</p>` : keyTable(m, keys, path)}`,
  )}</div>
<div>${block(
    `new-${tab}`,
    isToken ? 'A new token' : 'A new wall key',
    html`${m.fault?.form === tab ? faultLine(m.fault.text) : ''}${isToken ? tokenForm() : wallForm()}`,
  )}</div>
</div>`
}

const tokenForm =
  () => html`<form class="new-token fields" method="post" action="${paths.tokens()}">
${nameField('token', 'grafana')}
<div class="field"><label for="token-scope">May</label><select id="token-scope" name="scope"><option value="view" selected>look</option><option value="operate">look and act</option><option value="admin">look, act and change the settings</option></select></div>
${expiryField('token', '30d')}
<div class="steps">${button({ text: 'Make a token' })}</div>
</form>`

const wallForm =
  () => html`<form class="new-wall-key fields" method="post" action="${paths.wallKeys()}">
${nameField('wall', 'hall tablet')}
${expiryField('wall', 'never')}
<div class="steps">${button({ text: 'Make a wall key' })}</div>
</form>`

const nameField = (kind: string, example: string) =>
  html`<div class="field"><label for="${kind}-name">Name</label><input id="${kind}-name" name="name" maxlength="64" placeholder="${example}" autocomplete="off" required></div>`

const expiries: [string, string][] = [
  ['30d', 'after 30 days'],
  ['90d', 'after 90 days'],
  ['1y', 'after a year'],
  ['never', 'never'],
]

const expiryField = (kind: string, chosen: string) =>
  html`<div class="field"><label for="${kind}-expires">Expires</label><select id="${kind}-expires" name="expires">${expiries.map(([value, text]) => html`<option value="${value}"${value === chosen ? ' selected' : ''}>${text}</option>`)}</select></div>`

const keyTable = (m: SettingsPage, keys: KeyRow[], path: (id: string) => string) =>
  html`<table class="plain long">
<thead><tr><th scope="col">Name</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Last used</th><th scope="col">Until</th><th scope="col" class="right">Revoke it</th></tr></thead>
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
  return html`<tr id="key-${k.id}" data-state="${isGood ? 'good' : 'over'}"><th scope="row">${shown(k.name)}</th><td>${k.scope}</td><td>${moment(k.madeAt, m)} by ${shown(k.madeBy)}</td><td>${k.usedAt === null ? 'never' : html`${moment(k.usedAt, m)} from ${shown(k.usedFrom)}`}</td><td>${end}</td><td class="right">${isGood ? ending(path(k.id), 'Revoke', k.name) : ''}</td></tr>
`
}
