/**
 * What a model has written, as a page shows it. Markdown is parsed and its parts are drawn by our own
 * templates: nothing in it becomes HTML by itself, nothing is fetched, and only plain web addresses
 * become links, each with the name of the house it leads to.
 */
import { html } from 'hono/html'
import MarkdownIt from 'markdown-it'
import type { Html } from '../layout.ts'
import { shownLines } from './shown.ts'

const md = new MarkdownIt('default', { html: false, linkify: false, maxNesting: 20 })
md.validateLink = (address) => webAddress(address) !== undefined

/** More than this, and hardly a word in it: the parser would think longer than we like to wait. */
const LONG = 16_000
const MOST_SIGNS = 0.2
const SIGNS = /[*_~`[\]()<>|!&\\#]/g

const isProse = (text: string) =>
  text.length <= LONG || (text.match(SIGNS)?.length ?? 0) < text.length * MOST_SIGNS

export const markdown = (text: string): Html => {
  const safe = shownLines(text)
  if (!isProse(safe)) return plain(safe)
  return html`${drawn(treeOf(md.parse(safe, {})))}`
}

/** Words as they are, line by line. */
export const plain = (text: string): Html => html`<p class="plain">${shownLines(text)}</p>`

type Token = ReturnType<typeof md.parse>[number]
type Part = { token: Token; inside: Part[] }

const treeOf = (tokens: readonly Token[]): Part[] => {
  const root: Part[] = []
  const open: Part[][] = [root]
  for (const token of tokens) {
    if (token.nesting < 0) {
      open.pop()
      continue
    }
    const part: Part = { token, inside: token.children ? treeOf(token.children) : [] }
    open.at(-1)!.push(part)
    if (token.nesting > 0) open.push(part.inside)
  }
  return root
}

const drawn = (parts: readonly Part[]): (Html | string)[] => parts.map(one)

const one = (part: Part): Html | string => {
  const draw = faces[part.token.type]
  return draw ? draw(part) : part.token.content
}

const faces: Record<string, (part: Part) => Html | string> = {
  inline: ({ inside }) => html`${drawn(inside)}`,
  text: ({ token }) => token.content,
  softbreak: () => html`<br>`,
  hardbreak: () => html`<br>`,
  paragraph_open: ({ token, inside }) =>
    token.hidden ? html`${drawn(inside)}` : html`<p>${drawn(inside)}</p>`,
  // A heading of his is none of the page's.
  heading_open: ({ inside }) => html`<p class="heading">${drawn(inside)}</p>`,
  bullet_list_open: ({ inside }) => html`<ul>${drawn(inside)}</ul>`,
  ordered_list_open: ({ token, inside }) =>
    html`<ol start="${Number(token.attrGet('start') ?? 1)}">${drawn(inside)}</ol>`,
  list_item_open: ({ inside }) => html`<li>${drawn(inside)}</li>`,
  blockquote_open: ({ inside }) => html`<blockquote>${drawn(inside)}</blockquote>`,
  hr: () => html`<hr>`,
  table_open: ({ inside }) =>
    html`<div class="wide" tabindex="0" role="region" aria-label="Table"><table>${drawn(inside)}</table></div>`,
  thead_open: ({ inside }) => html`<thead>${drawn(inside)}</thead>`,
  tbody_open: ({ inside }) => html`<tbody>${drawn(inside)}</tbody>`,
  tr_open: ({ inside }) => html`<tr>${drawn(inside)}</tr>`,
  th_open: ({ inside }) => html`<th scope="col">${drawn(inside)}</th>`,
  td_open: ({ inside }) => html`<td>${drawn(inside)}</td>`,
  em_open: ({ inside }) => html`<em>${drawn(inside)}</em>`,
  strong_open: ({ inside }) => html`<strong>${drawn(inside)}</strong>`,
  s_open: ({ inside }) => html`<s>${drawn(inside)}</s>`,
  code_inline: ({ token }) => html`<code>${token.content}</code>`,
  code_block: ({ token }) => block(token.content),
  fence: ({ token }) => block(token.content),
  link_open: ({ token, inside }) => link(String(token.attrGet('href') ?? ''), inside),
  // Nothing is ever fetched because a model wrote it.
  image: ({ token }) => `${token.content} (${token.attrGet('src') ?? ''})`,
}

const block = (text: string): Html => html`<pre tabindex="0"><code>${text.trimEnd()}</code></pre>`

const link = (address: string, inside: readonly Part[]): Html => {
  const url = webAddress(address)
  if (!url) return html`${drawn(inside)}`
  const words = inside.map(({ token }) => token.content).join('')
  const host = words.includes(url.host) ? '' : html` <span class="host">(${url.host})</span>`
  return html`<a href="${url.href}" target="_blank" rel="noopener noreferrer nofollow">${drawn(inside)}</a>${host}`
}

/** http and https, without a name before the house, which would make one house look like another. */
const webAddress = (address: string): URL | undefined => {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.username || url.password ? undefined : url
}
