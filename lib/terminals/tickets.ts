/** A word that opens one socket, once, within half a minute: so that no other page can open it. */
import { randomBytes } from 'node:crypto'
import { type Clock, seconds } from '../clock.ts'

export type Mode = 'work' | 'watch'
type Ticket = { terminal: string; session: string; mode: Mode; until: number }

const LIVES = seconds(30)
const MOST = 1000

export type Tickets = ReturnType<typeof createTickets>

export const createTickets = ({ clock }: { clock: Pick<Clock, 'now'> }) => {
  const open = new Map<string, Ticket>()
  const forget = () => {
    for (const [word, ticket] of open) if (ticket.until < clock.now()) open.delete(word)
    for (const word of open.keys()) {
      if (open.size < MOST) break
      open.delete(word)
    }
  }
  return {
    /** For one terminal, one session of a browser and one mode. */
    issue(ticket: Omit<Ticket, 'until'>): string {
      forget()
      const word = randomBytes(24).toString('base64url')
      open.set(word, { ...ticket, until: clock.now() + LIVES })
      return word
    },
    /** The mode it stands for; undefined when it is used, old, or somebody else's. */
    redeem(word: string, terminal: string, session: string): Mode | undefined {
      const ticket = open.get(word)
      open.delete(word)
      const good =
        ticket &&
        ticket.until >= clock.now() &&
        ticket.terminal === terminal &&
        ticket.session === session
      return good ? ticket.mode : undefined
    },
  }
}
