/** All periodic work of the house but the poll itself, in one list with its rhythm. */
import type { Trail } from '../audit/trail.ts'
import type { Auth } from '../auth/auth.ts'
import type { Chat } from '../chat/chat.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { EventStore } from '../events/events.ts'
import type { Llm } from '../llm/llm.ts'
import type { Memory } from '../memory/memory.ts'
import type { Brakes } from '../safety/brakes.ts'
import type { Terminals } from '../terminals/terminals.ts'
import type { Door } from '../tools/door.ts'
import type { Schedule } from './schedule.ts'

export type Rooms = {
  events: Pick<EventStore, 'sweep'>
  trail: Pick<Trail, 'sweep' | 'check'>
  brakes: Pick<Brakes, 'sweep'>
  tools: Pick<Door, 'sweep'>
  terminals: Pick<Terminals, 'sweep'>
  memory: Pick<Memory, 'consolidate' | 'sweep'>
  llm: Pick<Llm, 'sweep'>
  chat: Pick<Chat, 'sweep'>
  history: Pick<Cluster['history'], 'sweep'>
  auth: Pick<Auth, 'sweep'>
}

/** Minutes are odd, so that no two of them meet on the hour. */
export const planWork = (schedule: Pick<Schedule, 'every'>, timeZone: string, rooms: Rooms) => {
  const every = (name: string, cron: string, work: () => unknown) =>
    schedule.every(name, { cron, timeZone }, work)

  every('safety: forget what has worn off', '7 * * * *', () => rooms.brakes.sweep())
  every('history: thin out', '27 * * * *', () => rooms.history.sweep())
  every('auth: forget expired keys', '37 * * * *', () => rooms.auth.sweep())

  every('audit: forget old rows', '7 3 * * *', () => rooms.trail.sweep())
  every('events: forget old ones', '17 3 * * *', () => rooms.events.sweep())
  every('deeds: forget old ones', '47 3 * * *', () => rooms.tools.sweep())
  every('terminals: forget ended ones', '57 3 * * *', () => rooms.terminals.sweep())
  every('memory: sum up and forget', '7 4 * * *', async () => {
    await rooms.memory.consolidate()
    rooms.memory.sweep()
  })
  every('llm: forget old calls', '17 4 * * *', () => rooms.llm.sweep())
  every('chat: forget talks of other programs', '27 4 * * *', () => rooms.chat.sweep())
  every('audit: check the chain', '37 4 * * *', () => rooms.trail.check('the night'))
}
