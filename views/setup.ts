/** The pages of the set-up: one a step, a plain form each; no secret ever stands in one. */
import { html } from 'hono/html'
import type { Problem } from '../lib/errors.ts'
import { paths } from '../lib/paths.ts'
import type { Agreed, Stage } from '../lib/setup/talk.ts'
import type { Html } from './layout.ts'
import { button, linkButton } from './parts/button.ts'
import { shown } from './parts/shown.ts'
import { accessForm, checkForm, nodesForm, planForm } from './setup-forms.ts'
import { enteredList, handsForm } from './setup-hands.ts'
import { lines } from './setup-state.ts'

export type SetupPage = {
  stage: Stage
  /** The pages that can be shown now. */
  reached: Stage[]
  agreed: Readonly<Agreed>
  /** What will be written. */
  file: string
  /** A file is there already: undefined = none, '' = it is right, else what is wrong with it. */
  before?: string | undefined
  fault?: Problem | undefined
  /** What was typed when it went wrong; passwords and secrets are not put back. */
  typed: Record<string, string>
}

const titles: Record<Stage, string> = {
  address: 'Where is your cluster?',
  certificate: 'Is this your node?',
  access: 'How do I get in?',
  plan: 'What is to be done in Proxmox',
  check: 'What the tokens may',
  nodes: 'Your nodes',
  hands: 'A key for commands and terminals',
  write: 'Write it down',
}

const short: Record<Stage, string> = {
  address: 'Address',
  certificate: 'Certificate',
  access: 'Access',
  plan: 'Commands',
  check: 'Rights',
  nodes: 'Nodes',
  hands: 'SSH',
  write: 'File',
}

export const setupPage = (m: SetupPage): { title: string; body: Html } => ({
  title: `Set-up: ${short[m.stage]}`,
  body: html`<section class="setup">
${stepList(m)}
<h1>${titles[m.stage]}</h1>
${m.fault ? fault(m.fault) : ''}
${forms[m.stage](m)}
${back(m)}
</section>`,
})

const order = Object.keys(titles) as Stage[]

const stepList = ({ stage, reached }: SetupPage) => html`<ol class="steps" aria-label="Steps">
${order.map((s) => html`<li>${s === stage ? html`<strong aria-current="step">${short[s]}</strong>` : reached.includes(s) ? html`<a href="${paths.setup(s)}">${short[s]}</a>` : short[s]}</li>`)}
</ol>`

const fault = ({ message, next }: Problem) => html`<div class="fault" id="fault" role="alert">
<p>${lines(message)}</p>
${next ? html`<p>${lines(next)}</p>` : ''}
</div>`

const back = ({ stage }: SetupPage) => {
  const before = order[order.indexOf(stage) - 1]
  return before
    ? html`<p>${linkButton({ text: `Back to ${before === 'hands' ? short[before] : short[before].toLowerCase()}`, href: paths.setup(before) })}</p>`
    : ''
}

const addressForm = ({ agreed, typed, file, before }: SetupPage) => html`${already(file, before)}
<p>The address of any node, as you type it for Proxmox’s own page. I look at its certificate and send nothing yet.</p>
<form method="post" action="${paths.setup('address')}">
<p><label for="address">Address</label> <input id="address" name="address" value="${typed.address ?? agreed.address ?? ''}" placeholder="192.168.1.10" autocapitalize="none" autocomplete="off" spellcheck="false" required aria-describedby="address-hint"></p>
<p class="hint" id="address-hint">Host or host:port; without a port it is 8006.</p>
<p>${button({ text: 'Look at its certificate', kind: 'primary' })}</p>
</form>`

const already = (file: string, before: string | undefined) => {
  if (before === undefined) return ''
  return before === ''
    ? html`<p class="note">There is a configuration already, <code>${file}</code>. Nothing of it changes before the last step.</p>`
    : html`<p class="note">There is a configuration, but it is not right, so I did not use it: ${lines(before)}</p>`
}

const certificateForm = ({ agreed: { learned } }: SetupPage) => {
  if (!learned) return html``
  const { leaf } = learned
  const day = (at: number) =>
    Number.isFinite(at) ? new Date(at).toISOString().slice(0, 10) : 'an unknown day'
  return html`<p>At ${shown(learned.place.host)}, port ${learned.place.port}, somebody shows this certificate:</p>
<dl>
<dt>Issued for</dt><dd>${shown(leaf.subject)}</dd>
<dt>By</dt><dd>${shown(leaf.issuer)}</dd>
<dt>Valid</dt><dd>${day(leaf.validFrom)} to ${day(leaf.validTo)}</dd>
<dt>SHA-256</dt><dd><code>${leaf.fingerprint}</code></dd>
</dl>
<p>Anybody can show a certificate. Compare the SHA-256 with what the node itself says: on its console, or over SSH,</p>
<p><code>pvenode cert info</code></p>
<p>prints it as “Fingerprint” of pveproxy-ssl.pem if there is one, else of pve-ssl.pem. Proxmox’s own page has it under the node, System, Certificates.</p>
<form method="post" action="${paths.setup('certificate')}">
<input type="hidden" name="fingerprint" value="${leaf.fingerprint}">
<p><label><input type="checkbox" name="agree" value="yes" required> I have compared them: it is the same.</label></p>
<p>${button({ text: 'Trust this certificate', kind: 'primary' })}</p>
</form>`
}

const writeForm = ({
  agreed: { cluster, tokens, missing, hands },
  file,
  before,
}: SetupPage) => html`
<p><code>${file}</code> will hold ${cluster?.nodes.length === 1 ? 'one node' : `${cluster?.nodes.length ?? 0} nodes`} and these tokens, readable by me alone (mode 0600):</p>
<ul>
${(tokens ?? []).map((t) => html`<li><code>${shown(t.id)}</code> for ${t.roles.join(', ')}</li>`)}
</ul>
${missing?.length ? html`<p class="note">Some rights are missing; what needs them will be refused until they are granted.</p>` : ''}
${hands ? enteredList(hands) : html`<p class="note">Without SSH: no temperatures, no commands and no terminals. It can be added later, by these steps once more.</p>`}
<form method="post" action="${paths.setup('write')}">
${before === undefined ? '' : html`<p><label><input type="checkbox" name="overwrite" value="yes" required> Replace the file that is there. It is kept as <code>${file}.before</code>${before === '' ? '; all its other settings stay' : ''}.</label></p>`}
<p>Then I start anew in this very place, with your cluster. It takes a few seconds.</p>
<p>${button({ text: 'Write it and begin', kind: 'primary' })}</p>
</form>`

const forms: Record<Stage, (m: SetupPage) => Html> = {
  address: addressForm as (m: SetupPage) => Html,
  certificate: certificateForm as (m: SetupPage) => Html,
  access: accessForm,
  plan: planForm,
  check: checkForm,
  nodes: nodesForm,
  hands: handsForm,
  write: writeForm as (m: SetupPage) => Html,
}

export const writtenPage = ({ file, willStart }: { file: string; willStart: boolean }) => ({
  title: 'Set-up: done',
  body: html`<section class="setup">
<h1>It is written.</h1>
<p><code>${file}</code> is in its place.</p>
${
  willStart
    ? html`<p role="status">I am starting anew with your cluster; this page goes to the overview in a few seconds.</p>
<p><a href="${paths.hud()}">To the overview</a></p>`
    : html`<p>Start me again, and I look at your cluster.</p>`
}
</section>`,
})
