/** What is shown of a talk: its last turns, and what stands there before anything was said. */
import { html } from 'hono/html'
import type { Caller } from '../lib/auth/auth.ts'
import type { Chat } from '../lib/chat/chat.ts'
import { Problem } from '../lib/errors.ts'
import type { Html } from '../views/layout.ts'
import { says } from '../views/parts/panel.ts'
import type { LogView } from '../views/parts/talk.ts'
import type { Needs } from './needs.ts'
import { type TalkNeeds, turnView } from './talk-view.ts'

export type TalkPart = LogView & { title?: string /** How many turns are shown. */; most?: number }

export const chatOf = ({ chat }: Pick<Needs, 'chat'>): Chat => {
  if (chat) return chat
  throw new Problem('not-found', 'There is nobody to talk to here.')
}

/** The last turns of a talk, or of his newest. Throws `not-found` for another's. */
export const talkOf = (
  needs: TalkNeeds & Pick<Needs, 'chat'>,
  owner: Pick<Caller, 'name' | 'kind'>,
  talk: number | undefined,
  most: number,
): TalkPart => {
  const chat = chatOf(needs)
  const empty = emptyTalk(undefined, !needs.llm || needs.llm.status().providers.length === 0)
  const id = talk ?? chat.list(owner)[0]?.id
  if (id === undefined) return { turns: [], most, empty }
  const { conversation, turns } = chat.read(id, owner)
  return {
    talk: id,
    title: conversation.title,
    most,
    turns: turns.slice(-most).map((turn) => turnView(needs, turn)),
    empty,
  }
}

/** Quiet: without a model the rest of the house works, and so do the rules. */
export const emptyTalk = (first = 'Ask, or tell me what to mend.', isAlone = false): Html =>
  html`${says({
    first,
    ...(isAlone && {
      rest: 'No model is connected; I go by rules. Try “how is the cluster?”, “how full is local-lvm?”, or /help.',
    }),
  })}`
