/** What a panel is drawn from at this moment: the picture, the clock, the last events. */
import { tokenFor } from '../lib/config-cluster.ts'
import type { Extra } from '../views/panels/panel.ts'
import type { Needs } from './needs.ts'

/** Events that the panel shows. */
const SHOWN_EVENTS = 50

export const extraOf = ({ clock, config, events }: Needs, withEvents: boolean): Extra => ({
  now: clock.now(),
  timeZone: config.timeZone,
  reader: config.cluster && tokenFor(config.cluster, 'audit')?.id,
  events: withEvents ? events.latest(SHOWN_EVENTS) : [],
})
