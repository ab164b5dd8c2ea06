/** The set-up's page of SSH: a key of our own, and the key that each node shows. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { SetUpHands, ShownKey } from '../lib/setup/hands.ts'
import type { Html } from './layout.ts'
import { button } from './parts/button.ts'
import { shown } from './parts/shown.ts'
import type { SetupPage } from './setup.ts'

export const handsForm = (m: SetupPage): Html => {
  const { hands } = m.agreed
  return html`<p>Temperatures, commands and terminals go over SSH. Without it all the rest works.</p>
${hands ? agreement(hands) : ''}
${wishes(m, hands)}`
}

const wishes = ({ typed }: SetupPage, hands: SetUpHands | undefined): Html => {
  const value = (name: string, otherwise: string) => typed[name] ?? otherwise
  return html`<form method="post" action="${paths.setup('hands')}">
<fieldset>
<legend>${hands ? 'Another key, or another door' : 'My key'}</legend>
<p><label for="user">User on the nodes</label> <input id="user" name="user" value="${value('user', hands?.user ?? 'root')}" autocomplete="off" autocapitalize="none" spellcheck="false" required></p>
<p><label for="port">Port of SSH</label> <input id="port" name="port" value="${value('port', String(hands?.port ?? 22))}" inputmode="numeric" autocomplete="off" required></p>
<p>${button({ text: hands ? 'Ask the nodes again' : 'Make a key', kind: hands ? 'plain' : 'primary', name: 'way', value: hands ? 'again' : 'make' })}</p>
${hands ? '' : html`<p class="hint">A new one lies beside the configuration, in secrets/ssh_key; one that is there already is used.</p>`}
<p><label for="keyFile">Or the file of a key that I have</label> <input id="keyFile" name="keyFile" value="${value('keyFile', '')}" placeholder="secrets/id_ed25519" autocomplete="off" autocapitalize="none" spellcheck="false"></p>
<p>${button({ text: 'Use this file', name: 'way', value: 'file' })} ${button({ text: 'Go on without SSH', name: 'way', value: 'none' })}</p>
</fieldset>
</form>`
}

const agreement = (hands: SetUpHands): Html => html`<h2>Let me in</h2>
<p>My key is <code>${shown(hands.keyFile)}</code>. This line lets it in; put it into <code>authorized_keys</code> of ${shown(hands.user)} on each node. Members of a cluster share that of root.</p>
<p><code>${hands.line}</code></p>
<p class="hint">from="MY ADDRESS" before it, with a comma behind, lets it in from there alone.</p>
<h2>Are these your nodes?</h2>
<p>Anybody can show a key. Compare each with what the node itself says: <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code></p>
<form method="post" action="${paths.setup('hands')}">
<ul>
${hands.shown.map((s) => nodeKey(s, hands))}
</ul>
<p>${button({ text: 'Accept those with a tick and go on', kind: 'primary', name: 'way', value: 'agree' })}</p>
</form>`

const nodeKey = ({ node, key, trouble }: ShownKey, { agreed }: SetUpHands): Html =>
  key
    ? html`<li><label><input type="checkbox" name="agree.${shown(node)}" value="${key.fingerprint}"${agreed.has(node) ? ' checked' : ''}> <strong>${shown(node)}</strong> shows <code>${key.fingerprint}</code> (${shown(key.algorithm)})</label></li>
`
    : html`<li><span class="note">${shown(trouble)} Its key can be accepted later: <code>./jarvis doctor --accept-host-key ${shown(node)}</code></span></li>
`

/** What came of it, before the file is written. */
export const enteredList = ({ shown: all, entered }: SetUpHands): Html => html`<p>By SSH:</p>
<ul>
${all.map(
  ({ node }) => html`<li>${outcome(node, entered.get(node))}</li>
`,
)}</ul>`

/** A trouble names the node by itself. */
const outcome = (node: string, trouble: string | undefined): Html => {
  if (trouble) return html`<span class="note">${shown(trouble)}</span>`
  const name = html`<strong>${shown(node)}</strong>`
  return trouble === ''
    ? html`${name} lets me in.`
    : html`${name} <span class="note">is not known by its key yet.</span>`
}
