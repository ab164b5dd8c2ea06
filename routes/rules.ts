/**
 * What Jarvis answers without a model: commands with a stroke in front, and questions that a table
 * understands to the last word. The same panels as the page, as text; nothing here acts.
 */

import type { Scope } from '../lib/auth/auth.ts'
import type { RuleAnswer } from '../lib/chat/chat.ts'
import { createCommands } from '../lib/chat/commands.ts'
import { createIntents } from '../lib/chat/intents.ts'
import { hours } from '../lib/clock.ts'
import { brief, briefText } from '../views/brief.ts'
import { wordsOf } from '../views/panels/event-words.ts'
import { shownPanels } from '../views/panels/panels.ts'
import { extraOf } from './moment.ts'
import type { Needs } from './needs.ts'
import { briefSafety } from './safety-now.ts'

/** Their text is not only names and figures: Proxmox and strangers have written in it. */
const strange: ReadonlySet<string> = new Set(['tasks', 'memory'])

const MOST_EVENTS = 1000
const EVENTS_BACK_MS = hours(24)

export const createRules = (needs: Needs) => {
  const { cluster, clock, config, events, memory } = needs
  const intents = createIntents()
  const panel = (name: keyof typeof shownPanels, q = '') => {
    const extra = { ...extraOf(needs, name === 'events'), asked: { q, sort: '' } }
    return shownPanels[name].text(cluster.picture(), extra)
  }
  const commandsFor = (scope: Scope) =>
    createCommands({
      panelText(name, asked) {
        if (name === 'status') return statusText(needs)
        if (name === 'guest') return guestText(panel('guests'), asked)
        if (name === 'memory')
          return scope === 'view' || !memory ? undefined : memoryText(memory, asked)
        return panel(name, asked)
      },
    })
  const recent = () =>
    events
      .query({ since: clock.now() - EVENTS_BACK_MS, limit: MOST_EVENTS })
      .map(({ at, kind, payload }) => ({ at, text: wordsOf(kind, payload) }))

  return (question: string, scope: Scope): RuleAnswer | undefined => {
    const command = commandsFor(scope).run(question)
    if (command) {
      const { form, text } = command
      const shown = form === 'table' ? `\`\`\`\n${text.replaceAll('```', "'''")}\n\`\`\`` : text
      return { intent: command.command, text: shown, tainted: strange.has(command.command) }
    }
    const world = { picture: cluster.picture(), events: recent(), timeZone: config.timeZone }
    return intents.answer(question, world)
  }
}

const memoryText = (memory: NonNullable<Needs['memory']>, asked: string): string => {
  const found = memory.search(asked, 10)
  return found.length > 0 ? memory.asMarkdown(found) : 'Nothing that I remember is about that.\n'
}

const statusText = (needs: Needs): string => {
  const { cluster, config, version, trouble } = needs
  return briefText(
    brief({
      picture: cluster.picture(),
      mode: config.mode,
      version,
      pid: process.pid,
      upSeconds: 0,
      trouble: trouble(),
      safety: briefSafety(needs),
    }),
  )
}

/** The head of the table and the row that is meant. */
const guestText = (table: string, asked: string): string | undefined => {
  const lines = table.split('\n')
  const wanted = asked.trim().toLowerCase()
  const row = lines.find((line) => line.toLowerCase().split(/\s+/).includes(wanted))
  return row && [lines.find((line) => /\bID\b/i.test(line)) ?? '', row].join('\n')
}
