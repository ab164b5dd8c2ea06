/** The longer forms of the set-up: the way in, the commands, the rights, the nodes. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { TokenRole } from '../lib/proxmox/types.ts'
import type { FoundNode } from '../lib/setup/nodes.ts'
import type { Missing } from '../lib/setup/verify.ts'
import type { Html } from './layout.ts'
import { button } from './parts/button.ts'
import { domId, shown } from './parts/shown.ts'
import type { SetupPage } from './setup.ts'

const roles: [TokenRole, string][] = [
  ['audit', 'look at everything; I need this one'],
  ['operate', 'start, stop, snapshot, back up, migrate guests; reboot nodes'],
  ['environments', 'make and delete containers in one pool'],
  ['destroy', 'delete guests elsewhere; leave it out, and I cannot'],
]

export const accessForm = ({ agreed, typed }: SetupPage): Html => {
  const chosen = (role: TokenRole) =>
    typed.way !== undefined
      ? typed[`role.${role}`] === 'yes'
      : (agreed.roles ?? ['audit', 'operate']).includes(role)
  const places = agreed.places
  return html`<form method="post" action="${paths.setup('access')}">
<fieldset>
<legend>I shall be able to</legend>
${roles.map(([role, what]) => html`<p><label><input type="checkbox" name="role.${role}" value="yes"${role === 'audit' || chosen(role) ? ' checked' : ''}${role === 'audit' ? ' disabled' : ''}> <strong>${role}</strong>: ${what}</label></p>`)}
<p><label for="pool">Pool for environments</label> <input id="pool" name="pool" value="${typed.pool ?? places?.pool ?? 'jarvis'}" autocomplete="off" spellcheck="false"></p>
<p><label for="storages">Storages for environments</label> <input id="storages" name="storages" value="${typed.storages ?? places?.storages.join(', ') ?? ''}" placeholder="local-zfs" autocomplete="off" spellcheck="false"></p>
</fieldset>
<fieldset>
<legend>With a password</legend>
<p>I log in once and keep the password nowhere. You see every line before I run one.</p>
<p><label for="user">User</label> <input id="user" name="user" value="${typed.user ?? 'root@pam'}" autocomplete="off" autocapitalize="none" spellcheck="false"></p>
<p><label for="password">Password in Proxmox</label> <input id="password" name="password" type="password" autocomplete="off"></p>
<p><label for="otp">Six digits, if there is a second factor</label> <input id="otp" name="otp" inputmode="numeric" autocomplete="one-time-code"></p>
<p>${button({ text: 'Log in and show the lines', kind: 'primary', name: 'way', value: 'password' })}</p>
</fieldset>
<fieldset>
<legend>Without one</legend>
<p>You run the lines yourself, or have tokens already.</p>
<p><label for="release">Proxmox VE</label> <select id="release" name="release"><option value="9">9</option><option value="8"${typed.release === '8' ? ' selected' : ''}>8</option></select></p>
<p>${button({ text: 'Show the lines', name: 'way', value: 'hand' })}</p>
</fieldset>
</form>`
}

export const planForm = ({ agreed, typed }: SetupPage): Html => {
  const steps = agreed.steps ?? []
  const replaced = steps.flatMap((s) => (s.replaces ? [s.replaces] : []))
  return html`<ol class="commands">
${steps.map((s) => html`<li>${s.why}<br><code>${s.command}</code></li>`)}
</ol>
${replaced.length ? html`<p class="note">Replaced: ${replaced.join(', ')}. Whoever uses the old token, another Jarvis perhaps, is shut out.</p>` : ''}
${
  agreed.who
    ? html`<form method="post" action="${paths.setup('plan')}">
<p>I am logged in as ${shown(agreed.who)} and can run these ${steps.length} lines through the API.</p>
<p>${button({ text: 'Do it for me', kind: 'primary', name: 'way', value: 'do' })}</p>
</form>`
    : ''
}
<h2>I have run them</h2>
<p>Run the lines in a root shell on a node; each token’s secret stands behind “value”. Tokens of your own do as well: put in their ids. A role without a secret is left out.</p>
<form method="post" action="${paths.setup('plan')}">
${(agreed.roles ?? []).map((role) => tokenFields(role, typed))}
<p>${button({ text: 'Use these tokens', kind: agreed.who ? 'plain' : 'primary', name: 'way', value: 'tokens' })}</p>
</form>`
}

const tokenFields = (role: TokenRole, typed: Record<string, string>) => html`<fieldset>
<legend>${role}</legend>
<p><label for="id-${role}">Token</label> <input id="id-${role}" name="id.${role}" value="${typed[`id.${role}`] ?? `jarvis-${role}@pve!jarvis`}" autocomplete="off" autocapitalize="none" spellcheck="false"></p>
<p><label for="secret-${role}">Secret</label> <input id="secret-${role}" name="secret.${role}" type="password" autocomplete="off"></p>
</fieldset>`

export const checkForm = ({ agreed }: SetupPage): Html => {
  const { tokens = [], missing } = agreed
  return html`${tokens.map((t) => tokenReport(t.id, t.roles, missing))}
<form method="post" action="${paths.setup('check')}">
<p>${button({ text: 'Check again', name: 'way', value: 'again', kind: missing?.length ? 'primary' : 'plain' })}
${button({ text: missing?.length ? 'Go on without' : 'Find the nodes', name: 'way', value: 'on', kind: missing?.length ? 'plain' : 'primary' })}</p>
</form>`
}

const tokenReport = (id: string, held: TokenRole[], missing: Missing[] | undefined) => {
  const lacks = (missing ?? []).filter((m) => held.includes(m.role))
  return html`<h2><code>${shown(id)}</code></h2>
${
  missing === undefined
    ? html`<p>Not checked yet.</p>`
    : lacks.length === 0
      ? html`<p>Has every right of ${held.join(', ')}.</p>`
      : html`<ul>
${lacks.map((m) => html`<li>${m.role}: ${m.partly ? 'only in part' : 'missing'}: ${m.privilege} on ${m.path} (${m.why})<br><code>${m.mend}</code></li>`)}
</ul>`
}`
}

export const nodesForm = ({
  agreed: { cluster },
  typed,
}: SetupPage): Html => html`<p>${cluster?.name ? html`Cluster <strong>${shown(cluster.name)}</strong>.` : 'A single node.'} Aliases are other names that you use for a node; the MAC is for waking it.</p>
<form method="post" action="${paths.setup('nodes')}">
${(cluster?.nodes ?? []).map((node) => nodeFields(node, typed))}
<p>${button({ text: 'That is right', kind: 'primary' })}</p>
</form>`

const nodeFields = (node: FoundNode, typed: Record<string, string>) => {
  const field = (what: 'address' | 'aliases' | 'mac', label: string, value: string) => {
    const id = domId(what, node.name)
    const name = `${what}.${node.name}`
    return html`<p><label for="${id}">${label}</label> <input id="${id}" name="${name}" value="${typed[name] ?? value}" autocomplete="off" autocapitalize="none" spellcheck="false"${what === 'address' ? ' required' : ''}></p>`
  }
  return html`<fieldset>
<legend>${shown(node.name)}</legend>
<p>${trust(node)}</p>
${field('address', 'Address', node.address)}
${field('aliases', 'Also called', node.aliases?.join(', ') ?? '')}
${field('mac', 'MAC', node.mac ?? '')}
</fieldset>`
}

const trust = (node: FoundNode): Html => {
  if (node.trouble)
    return html`<span class="note">${shown(node.name)} ${shown(node.trouble)}.</span>`
  if (node.signed) return html`Its certificate is signed by the cluster’s own CA.`
  return html`It is known by its certificate <code>${node.fingerprint ?? ''}</code>.`
}
