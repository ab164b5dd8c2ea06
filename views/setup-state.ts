/** The set-up of a house that runs: what is connected, the doctor's list, and the lab's three steps. */
import { html } from 'hono/html'
import { paths } from '../lib/paths.ts'
import type { TokenRole } from '../lib/proxmox/types.ts'
import type { Finding } from '../lib/setup/finding.ts'
import type { Html } from './layout.ts'
import { linkButton } from './parts/button.ts'
import { shown } from './parts/shown.ts'

export type Connection = {
  file?: string | undefined
  name?: string | undefined
  nodes: {
    name: string
    address: string
    aliases: string[]
    mac?: string | undefined
    fingerprint?: string | undefined
  }[]
  ca: boolean
  tokens: { id: string; roles: TokenRole[] }[]
}

type Page = { title: string; body: Html }

export const connectionPage = (m: Connection): Page => ({
  title: 'Set-up',
  body: html`<h1>Set-up</h1>
<p>${m.name ? html`Cluster <strong>${shown(m.name)}</strong>` : 'The cluster'} is connected as <code>${m.file ?? ''}</code> says.</p>
<section aria-labelledby="nodes-title">
<h2 id="nodes-title">Nodes</h2>
<table>
<thead><tr><th scope="col">Node</th><th scope="col">Address</th><th scope="col">Also called</th><th scope="col">MAC</th><th scope="col">Known by</th></tr></thead>
<tbody>
${m.nodes.map(
  (
    n,
  ) => html`<tr><th scope="row">${shown(n.name)}</th><td>${shown(n.address)}</td><td>${shown(n.aliases.join(', '))}</td><td>${n.mac ?? '–'}</td><td>${n.fingerprint ? html`the certificate <code>${n.fingerprint}</code>` : m.ca ? 'the cluster’s own CA' : 'nothing'}</td></tr>
`,
)}</tbody>
</table>
</section>
<section aria-labelledby="tokens-title">
<h2 id="tokens-title">Tokens</h2>
<ul>
${m.tokens.map(({ id, roles }) => html`<li><code>${shown(id)}</code> for ${roles.join(', ')}</li>`)}
</ul>
</section>
<p>${linkButton({ text: 'Examine everything', href: paths.setup('checks') })}</p>
<p>Another cluster, new tokens, a node more: go through the steps once more. Until the last one nothing changes, and the old file is kept.</p>
<p>${linkButton({ text: 'Go through the steps', href: paths.setup('address') })}</p>`,
})

const words = { ok: 'in order', warn: 'to look at', bad: 'in trouble' }

export const checksPage = (findings: Finding[]): Page => {
  const sick = findings.filter((f) => f.state === 'bad').length
  const poor = findings.filter((f) => f.state === 'warn').length
  return {
    title: 'Examination',
    body: html`<h1>Examination</h1>
<p role="status">${sick || poor ? `${sick} in trouble, ${poor} to look at.` : 'All is well.'}</p>
<table>
<thead><tr><th scope="col">What</th><th scope="col">Is</th><th scope="col">Found</th><th scope="col">What mends it</th></tr></thead>
<tbody>
${findings.map(
  (
    f,
  ) => html`<tr data-severity="${severities[f.state]}"><th scope="row">${shown(f.name)}</th><td>${words[f.state]}</td><td>${lines(f.text)}</td><td>${f.mend && f.state !== 'ok' ? html`<code>${lines(f.mend)}</code>` : ''}</td></tr>
`,
)}</tbody>
</table>
<p><a href="${paths.setup()}">Back to the set-up</a></p>`,
  }
}

const severities = { ok: 'good', warn: 'warn', bad: 'crit' }

/** Several lines stay several; what is in them may come from the cluster. */
export const lines = (text: string): Html[] =>
  text.split('\n').map((line, i) => html`${i > 0 ? html`<br>` : ''}${shown(line, '')}`)

export const connectPage = (): Page => ({
  title: 'Set-up',
  body: html`<h1>A cluster of your own</h1>
<p>What you see is simulated. Three steps lead to your own cluster; the lab’s state stays apart from it.</p>
<ol>
<li>Stop me, and run <code>./jarvis setup</code> in this folder. Or start me with <code>JARVIS_SETUP=1</code> and do the same in the browser; a container needs that way.</li>
<li>Answer it: the address of any node, whether its certificate is the right one, and the root password, used once. It proposes every line that it would run in Proxmox, and runs none without your word.</li>
<li>Start me again: <code>npm start</code>. The configuration is there, so the lab is not. It comes back with <code>JARVIS_LAB=1</code>.</li>
</ol>`,
})
