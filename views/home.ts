/** The overview: one sentence, then every panel. Plain for now: no scripts, reload for news. */
import { html } from 'hono/html'
import type { Picture } from '../lib/cluster/picture.ts'
import { count, timeOfDay } from '../lib/format.ts'
import { panels } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import type { Extra } from './panels/panel.ts'
import { shownPanels } from './panels/panels.ts'
import { shown } from './parts/shown.ts'
import { listed } from './parts/words.ts'

export const homePage = (picture: Picture, extra: Extra): Html =>
  html`<h1>${sentence(picture, extra.now)}</h1>
<p>Seen at ${timeOfDay(extra.now, extra.timeZone)}. Load the page again for news.</p>
${panels.map((name) => shownPanels[name].html(picture, extra))}`

export const homeText = (picture: Picture, extra: Extra): string =>
  [
    sentence(picture, extra.now),
    ...panels.map((name) => shownPanels[name].text(picture, extra)),
  ].join('\n\n')

/** The worst thing first; that all is well is said only of what was just seen. */
export const sentence = ({ parts, cluster, nodes, guests }: Picture, now: number): string => {
  const { at, trouble, limit } = parts.resources
  if (at === undefined)
    return trouble ? 'I cannot see the cluster yet.' : 'I am taking my first look at the cluster.'
  if (now - at > limit) return 'The cluster does not answer. What you see is what I last knew.'
  if (cluster.quorate === false) return 'The cluster has lost its quorum.'
  const away = nodes.filter((n) => n.reach !== 'online').map((n) => shown(n.name))
  if (away.length > 0)
    return `${listed(away)} ${away.length === 1 ? 'does' : 'do'} not answer; ${count(nodes.length - away.length, 'node')} of ${nodes.length} online.`
  if (nodes.length === 0) return 'I see no nodes.'
  if (cluster.quorate === undefined)
    return 'The nodes answer; whether they have quorum is not known.'
  const running = guests.filter((g) => g.condition === 'running').length
  return `${count(nodes.length, 'node')} online, ${running} of ${count(guests.length, 'guest')} running.`
}
