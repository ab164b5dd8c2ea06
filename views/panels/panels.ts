/** All panels by name. One function a form: the page, the feed, the tablet and curl share it. */
import type { Picture } from '../../lib/cluster/picture.ts'
import type { PanelName } from '../../lib/paths.ts'
import type { Html } from '../layout.ts'
import { approvals } from './approvals.ts'
import { backups } from './backups.ts'
import { costs } from './costs.ts'
import { events } from './events.ts'
import { guests } from './guests.ts'
import { jarvis } from './jarvis.ts'
import { nodes } from './nodes.ts'
import type { Extra, Model, Panel } from './panel.ts'
import { power } from './power.ts'
import { quorum } from './quorum.ts'
import { storage } from './storage.ts'
import { tasks } from './tasks.ts'
import { temperatures } from './temperatures.ts'

/** A panel with its model inside, so that panels of different rows stand in one table. */
export type Shown = {
  title: string
  html(picture: Picture, extra: Extra): Html
  text(picture: Picture, extra: Extra): string
  json(picture: Picture, extra: Extra): object
}

const bind = <M extends Model<unknown>>(panel: Panel<M>): Shown => ({
  title: panel.title,
  html: (picture, extra) => panel.html(panel.model(picture, extra)),
  text: (picture, extra) => panel.text(panel.model(picture, extra)),
  json: (picture, extra) => panel.json(panel.model(picture, extra)),
})

export const shownPanels: Record<PanelName, Shown> = {
  nodes: bind(nodes),
  guests: bind(guests),
  storage: bind(storage),
  quorum: bind(quorum),
  tasks: bind(tasks),
  temperatures: bind(temperatures),
  backups: bind(backups),
  power: bind(power),
  events: bind(events),
  jarvis: bind(jarvis),
  costs: bind(costs),
  approvals: bind(approvals),
}
