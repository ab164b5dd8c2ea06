/** The HUD: one sentence, then every panel at its place; or one below the other for a terminal. */
import { html } from 'hono/html'
import type { Picture } from '../lib/cluster/picture.ts'
import { type PanelName, panels, paths } from '../lib/paths.ts'
import type { Html } from './layout.ts'
import type { Extra } from './panels/panel.ts'
import { shownPanels } from './panels/panels.ts'
import { linkButton } from './parts/button.ts'
import { panel, says } from './parts/panel.ts'
import { hud } from './parts/shell.ts'
import { askForm, type LogView, talkLog } from './parts/talk.ts'
import { sentenceOf } from './sentence.ts'

/** What is on the page, and follows the cluster. */
export const hudPanels = [
  'quorum',
  'approvals',
  'nodes',
  'guests',
  'storage',
  'tasks',
  'backups',
  'power',
  'jarvis',
  'events',
] as const satisfies PanelName[]

/** A panel that cannot be drawn has a number for its fault; the rest of the page is well. */
export type Broken = (name: PanelName, error: unknown) => string

export type Besides = {
  terminal?: Html | undefined
  /** The newest talk of whoever looks. */
  talk?: LogView | undefined
}

export const hudPage = (
  picture: Picture,
  extra: Extra,
  broken: Broken,
  { terminal, talk }: Besides = {},
): Html => {
  const { first, rest } = sentenceOf(picture, extra)
  const draw = (name: PanelName): Html => {
    try {
      return shownPanels[name].html(picture, extra)
    } catch (error) {
      return brokenPanel(name, broken(name, error), extra.now)
    }
  }
  return hud({
    sentence: first,
    rest,
    quorum: draw('quorum'),
    decision: draw('approvals'),
    nodes: draw('nodes'),
    middle: [draw('guests'), [draw('storage'), draw('tasks')], [draw('backups'), draw('power')]],
    side: [draw('jarvis'), draw('events'), ...(talk ? [talkPanel(talk, extra.now)] : [])],
    terminal,
  })
}

/** The field stands outside of what the stream swaps: nothing takes a draft away. */
const talkPanel = (log: LogView, now: number): Html =>
  panel({
    id: 'panel-talk',
    title: 'Conversation',
    state: 'fresh',
    limit: Number.POSITIVE_INFINITY,
    now,
    action: html`<a href="${paths.chat()}">all talks</a>`,
    body: html`${talkLog(log)}${askForm({ action: paths.chat(), talk: log.talk })}`,
  })

const brokenPanel = (name: PanelName, number: string, now: number): Html =>
  panel({
    id: `panel-${name}`,
    title: shownPanels[name].title,
    state: 'error',
    now,
    limit: 1,
    body: says({
      first: 'I have made a mess of this panel.',
      rest: `Error ${number}, written down. The rest of the page is well.`,
      step: linkButton({ text: 'Try again', icon: 'restart', href: '' }),
    }),
  })

export const hudText = (picture: Picture, extra: Extra): string => {
  const { first, rest } = sentenceOf(picture, extra)
  return [
    `${first}\n${rest}`.trim().replace(/\u2009/g, ' '),
    ...panels.map((name) => shownPanels[name].text(picture, extra)),
  ].join('\n\n')
}
