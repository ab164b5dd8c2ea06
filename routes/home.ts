/** `/`: the HUD, or every panel one below the other for a terminal. */
import { randomBytes } from 'node:crypto'
import { covers } from '../lib/auth/auth.ts'
import { hudPage, hudPanels, hudText } from '../views/hud.ts'
import { terminalStrip } from '../views/parts/terminal-strip.ts'
import { type Ctx, sendPage, sendText, varies } from './answer.ts'
import { showState } from './api.ts'
import { askedOf, extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { formIn } from './pages.ts'
import { talkOf } from './talks.ts'
import { terminalFiles } from './terminals.ts'

export const showHome = (needs: Needs) => (c: Ctx) => {
  const picture = needs.cluster.picture()
  const extra = { ...extraOf(needs, true), asked: askedOf(c) }
  varies(c)
  const form = formIn(c)
  if (form === 'text') return sendText(c, hudText(picture, extra))
  // A page of every panel says in JSON what they are made of.
  if (form === 'json') return showState(needs)(c)
  const talk = talkFor(c, needs)
  const body = hudPage(
    picture,
    extra,
    (panel, thrown) => {
      const error = randomBytes(2).toString('hex').toUpperCase()
      const stack = thrown instanceof Error ? thrown.stack : String(thrown)
      needs.log.error('site: a panel broke', { panel, error, stack })
      return error
    },
    { terminal: stripFor(c, needs), talk },
  )
  const live = talk ? [...hudPanels, 'talk' as const] : hudPanels
  return sendPage(c, needs, { title: 'Jarvis', body, whole: true, live })
}

/** As the stream tells it too. */
const MOST_TURNS = 6

/** His newest talk, for whoever may act. */
const talkFor = (c: Ctx, needs: Needs) => {
  const caller = c.get('caller')
  if (!needs.chat || !caller || !covers(caller.scope, 'operate')) return undefined
  return talkOf(needs, caller, undefined, MOST_TURNS)
}

/** For a person who can open one; its first tab is chosen by him, so that nothing is loaded before. */
const stripFor = (c: Ctx, { terminals, config }: Needs) => {
  if (c.get('caller')?.kind !== 'person' || !terminals || terminals.targets().length === 0) return
  return terminalStrip({ files: terminalFiles(config.root), tabs: terminals.list() })
}
