/** The settings, a tab each: who is here, keys for machines, keys for walls, how it looks. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import { faultLine } from './login.ts'
import { head, type PageBody } from './pages/place.ts'
import { button } from './parts/button.ts'
import { glyph } from './parts/glyph.ts'
import { shown } from './parts/shown.ts'
import { type Appearance, appearanceTab } from './settings-appearance.ts'
import { block, ending, moment } from './settings-block.ts'
import { type Fresh, freshKey, type KeyRow, keysTab } from './settings-keys.ts'

export type SessionRow = {
  id: string
  browser: string
  address: string
  openedAt: number
  usedAt: number
  isThis: boolean
}

export type Tab = 'profile' | 'tokens' | 'wall-keys' | 'appearance'
export type Section = 'password' | 'tokens' | 'wall-keys' | 'appearance'

export type SettingsPage = {
  tab: Tab
  now: number
  timeZone: string
  /** Undefined for a machine with an admin token: it has no password to change. */
  account?: string | undefined
  sessions: SessionRow[]
  tokens: KeyRow[]
  wallKeys: KeyRow[]
  appearance: Appearance
  fresh?: Fresh | undefined
  fault?: { form: Section; text: string } | undefined
  done?: string | undefined
  minLength: number
}

/** Those of this page, and those that are pages of their own. */
export type AnyTab = Tab | 'machines' | 'protection'

const tabs: Record<AnyTab, { text: string; href: string }> = {
  profile: { text: 'Profile', href: paths.settings() },
  machines: { text: 'Machines', href: paths.machines() },
  protection: { text: 'Protection', href: paths.protection() },
  tokens: { text: 'Tokens', href: paths.tokens() },
  'wall-keys': { text: 'Wall keys', href: paths.wallKeys() },
  appearance: { text: 'Appearance', href: paths.appearance() },
}

export const settingsPage = (m: SettingsPage): PageBody => ({
  title: m.tab === 'profile' ? 'Settings' : `Settings: ${tabs[m.tab].text}`,
  body: html`${settingsTop(m.tab, m.done)}
${m.fresh ? freshKey(m.fresh) : ''}
${tabOf(m)}`,
})

/** What every tab begins with; `done` tells what the last form did. */
export const settingsTop = (
  tab: AnyTab,
  done: string | undefined,
): Html => html`${head([{ text: 'Settings' }], { title: 'Settings' })}
<nav class="tabs" aria-label="Settings"><ul>${Object.entries(tabs).map(
  ([name, { text, href }]) =>
    html`<li><a href="${href}"${name === tab ? html` aria-current="page"` : ''}>${text}</a></li>`,
)}</ul></nav>
${done ? html`<p class="done" role="status">${glyph('proven')} ${done}</p>` : ''}`

const tabOf = (m: SettingsPage): Html => {
  if (m.tab === 'appearance') return appearanceTab(m.appearance)
  if (m.tab === 'tokens' || m.tab === 'wall-keys') return keysTab(m, m.tab)
  return html`<div class="columns aside">
<div>${sessions(m)}</div>
<div>${m.account === undefined ? '' : password(m)}${leave(m)}</div>
</div>`
}

const sessions = (m: SettingsPage) =>
  block(
    'sessions',
    'Sessions',
    html`<table class="plain long">
<thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Opened</th><th scope="col">Last used</th><th scope="col" class="right">End it</th></tr></thead>
<tbody>
${m.sessions.map(
  (
    s,
  ) => html`<tr id="session-${s.id}"><th scope="row">${shown(s.browser)}${s.isThis ? ' (this one)' : ''}</th><td>${shown(s.address)}</td><td>${moment(s.openedAt, m)}</td><td>${moment(s.usedAt, m)}</td><td class="right">${ending(paths.session(s.id), 'End', `the session of ${s.browser}`)}</td></tr>
`,
)}</tbody>
</table>`,
  )

const password = (m: SettingsPage) =>
  block(
    'password',
    'Password',
    html`${m.fault?.form === 'password' ? faultLine(m.fault.text) : ''}
<form class="credentials fields" method="post" action="${paths.password()}">
<input type="hidden" name="username" value="${m.account ?? ''}" autocomplete="username">
<div class="field mono"><label for="current">The present one</label><input id="current" name="current" type="password" autocomplete="current-password" required></div>
<div class="field mono"><label for="next">The new one</label><input id="next" name="next" type="password" autocomplete="new-password" minlength="${m.minLength}" required></div>
<div class="field mono"><label for="again">Once more</label><input id="again" name="again" type="password" autocomplete="new-password" minlength="${m.minLength}" required></div>
<div class="steps">${button({ text: 'Change it' })}<span class="reason">All other sessions end.</span></div>
</form>`,
  )

const leave = ({ account }: SettingsPage) =>
  account === undefined
    ? ''
    : block(
        'leave',
        'You',
        html`<form method="post" action="${paths.logout()}"><p>You are ${shown(account)}.</p><div class="steps">${button({ text: 'Log out' })}</div></form>`,
      )

/** What a script reads: never a secret, they are not known any more. */
export const settingsJson = (m: SettingsPage) => {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())
  const key = (k: KeyRow) => ({
    id: k.id,
    name: k.name,
    scope: k.scope,
    made: at(k.madeAt),
    madeBy: k.madeBy,
    expires: at(k.expiresAt),
    used: at(k.usedAt),
    usedFrom: k.usedFrom,
    revoked: at(k.revokedAt),
    revokedBy: k.revokedBy,
  })
  return {
    account: m.account ?? null,
    sessions: m.sessions.map((s) => ({
      id: s.id,
      browser: s.browser,
      address: s.address,
      opened: at(s.openedAt),
      used: at(s.usedAt),
      isThis: s.isThis,
    })),
    tokens: m.tokens.map(key),
    wallKeys: m.wallKeys.map(key),
  }
}
