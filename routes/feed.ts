/**
 * The road from news to the hub: whatever is told on the bus, a beat later every panel is drawn anew,
 * and what looks different goes to those who look. Nobody looks, nothing is drawn.
 */
import { messageOf } from '../lib/errors.ts'
import { createHub, type Hub } from '../lib/live/hub.ts'
import type { PanelName } from '../lib/paths.ts'
import { approvals, waitingRow } from '../views/panels/approvals.ts'
import { backupRow, backups } from '../views/panels/backups.ts'
import { costRow, costs } from '../views/panels/costs.ts'
import { eventRow, events } from '../views/panels/events.ts'
import { guestRow, guests } from '../views/panels/guests.ts'
import { jarvis, jarvisRow } from '../views/panels/jarvis.ts'
import { nodeRow, nodes } from '../views/panels/nodes.ts'
import { power, powerRow } from '../views/panels/power.ts'
import { quorum, voteRow } from '../views/panels/quorum.ts'
import { storage, storageRow } from '../views/panels/storage.ts'
import { taskRow, tasks } from '../views/panels/tasks.ts'
import { temperatureRow, temperatures } from '../views/panels/temperatures.ts'
import { headline } from '../views/parts/shell.ts'
import { sentenceOf } from '../views/sentence.ts'
import { type LiveSource, liveBlock, livePanel } from './live-panel.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { announcement } from './say.ts'
import { wallSources } from './wall.ts'

export type Feed = {
  hub: Hub
  /** Brings what is shown up to date and tells it now: for a newcomer, and before a deed is answered. */
  flush(): void
  close(): Promise<void>
}

export type FeedNeeds = Omit<Needs, 'live'>

/** A poll tells of each row by itself; this long they are gathered. */
const BEAT_MS = 100

type Sources = Record<string, LiveSource>

const sourcesOf = (): Record<PanelName | 'sentence', LiveSource> => ({
  sentence: liveBlock('sentence', (picture, extra) => {
    const { first, rest } = sentenceOf(picture, extra)
    return { html: headline({ sentence: first, rest }), text: first }
  }),
  nodes: livePanel(nodes, nodeRow),
  guests: livePanel(guests, guestRow),
  storage: livePanel(storage, storageRow),
  quorum: livePanel(quorum, voteRow),
  tasks: livePanel(tasks, taskRow),
  temperatures: livePanel(temperatures, temperatureRow),
  backups: livePanel(backups, backupRow),
  power: livePanel(power, powerRow),
  events: livePanel(events, eventRow),
  jarvis: livePanel(jarvis, jarvisRow),
  costs: livePanel(costs, costRow),
  approvals: livePanel(approvals, waitingRow),
})

export const createFeed = (needs: FeedNeeds): Feed => {
  const { clock, log, cluster, bus } = needs
  const sources: Sources = { ...sourcesOf(), ...wallSources(needs.version) }
  const hub = createHub({ clock, log, beat: () => beatOf(needs, sources) })
  for (const [name, { face }] of Object.entries(sources)) hub.panel(name, face)
  let cancel: (() => void) | undefined
  let wasGood = true
  let waited = 0

  /** A panel that cannot be drawn keeps what it said, and the others their news. */
  const looked = <T>(panel: string, work: () => T): T | undefined => {
    try {
      return work()
    } catch (error) {
      log.error('live: a panel could not be drawn', { panel, why: messageOf(error) })
      return undefined
    }
  }

  const look = () => {
    const picture = cluster.picture()
    const extra = extraOf(needs, true)
    for (const [name, source] of Object.entries(sources)) {
      const change = looked(name, () => source.look(picture, extra))
      if (change) hub.changed(name, change)
    }
    const waits = extra.waiting?.length ?? 0
    if (waits !== waited) hub.tell('waits', String(waits), { form: 'html' })
    waited = waits
    const good = isGood(needs)
    if (good !== wasGood) hub.tell('beat', beatOf(needs, sources))
    wasGood = good
  }

  const flush = () => {
    cancel?.()
    cancel = undefined
    look()
    hub.flush()
  }

  const stopListening = bus?.onAny((news) => {
    // Of talks nothing is on these panels, and a model says a word at a time.
    if (!hub.isWatched() || news.kind === 'chat.changed') return
    const said = announcement(news)
    if (said) hub.tell('say', JSON.stringify(said), { form: 'html' })
    // Who may let go of it differs from page to page: each one asks for its own switch.
    if (news.kind.startsWith('stop.')) hub.tell('stop', '', { form: 'html' })
    cancel ??= clock.after(BEAT_MS, flush)
  })

  return {
    hub,
    flush,
    close() {
      stopListening?.()
      cancel?.()
      return hub.close()
    },
  }
}

/**
 * What the heartbeat says, so that ages can be shown though unchanged panels send nothing: the
 * server's time, when each panel was read, and whether polls succeed. While they do and the stream
 * lives, silence means that a poll found nothing new, and the browser counts on by itself.
 */
const beatOf = (needs: FeedNeeds, sources: Sources): string => {
  const { clock, cluster, config, version } = needs
  const { resources } = cluster.picture().parts
  const read = Object.values(sources).flatMap((source) => source.read() ?? [])
  const at = Object.fromEntries(read.filter((r) => r.at > 0).map((r) => [r.id, r.at]))
  return JSON.stringify({
    now: clock.now(),
    version,
    good: isGood(needs),
    every: config.poll.seconds * 1000,
    limit: resources.limit,
    at: { live: resources.at, ...at },
  })
}

/** A token that may not see all still gives a good reading of the rest. */
const isGood = ({ cluster }: FeedNeeds): boolean => {
  const { resources, status, tasks } = cluster.picture().parts
  return [resources, status, tasks].every((p) => !p.trouble || p.trouble.kind === 'forbidden')
}
