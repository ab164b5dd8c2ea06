/** How a deed ended, in one sentence that claims no more than was seen. */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import type { Outcome } from '../proxmox/types.ts'
import type { Deed, DeedState } from './deeds.ts'
import type { ActTool, ReadBack } from './tool.ts'

export type Ending = {
  state: Exclude<DeedState, 'running'>
  text: string
  problem?: Problem | undefined
}

type Seen = {
  tool: ActTool
  deed: Deed
  outcome: Outcome
  /** Undefined: the target could not be found again. */
  back: ReadBack | undefined
  stop: AbortSignal
}

export const endingOf = ({ tool, deed, outcome, back, stop }: Seen): Ending => {
  const what = `${tool.words.noun} of ${deed.label}`
  const now = back?.text ?? ''
  if (outcome.result === 'failed')
    return failing({ what, next: tool.words.afterFailure, now, stop }, outcome)
  const said = outcome.result === 'warnings' ? ` Warnings: ${clean(outcome.text)}.` : ''
  if (back?.asExpected)
    return {
      state: outcome.result === 'ok' ? 'done' : 'warnings',
      text: `${tool.words.noun} done: ${now}${said}`,
    }
  // The task says yes and the target says no: both are told.
  const doubt = back ? `The task ended well, but: ${now}` : 'What it is like now could not be read.'
  return { state: 'warnings', text: `${what}: ${doubt}${said}` }
}

type About = { what: string; next: string | undefined; now: string; stop: AbortSignal }

const failing = (
  { what, next = "The task's log says more.", now, stop }: About,
  { text, unknown }: Extract<Outcome, { result: 'failed' }>,
): Ending => {
  const words = clean(text).replace(/\.?$/, '.')
  if (unknown) {
    const told = `${what}: outcome unknown. ${words} ${now}`.trim()
    return { state: 'unknown', text: told, problem: failed(told, 'Look before you ask again.') }
  }
  if (stop.aborted) {
    const told = `${what}: cancelled by STOP. ${now}`.trim()
    return { state: 'stopped', text: told, problem: asHalted(stop, told) }
  }
  const told = `${what} failed: ${words} ${now}`.trim()
  return { state: 'failed', text: told, problem: failed(told, next) }
}

/** Proxmox did not even begin, or its answer was lost. */
export const startFailed = (tool: ActTool, deed: Deed, why: Problem, back: ReadBack): Ending => {
  const what = `${tool.words.noun} of ${deed.label}`
  // A request that was sent and never answered may have been carried out (lib/proxmox/calls.ts).
  if (why.details?.sent === 'yes') {
    const told = `${what}: outcome unknown. ${why.message} ${back.text}`
    return { state: 'unknown', text: told, problem: failed(told, why.next) }
  }
  const told = `${what} failed: ${why.message} ${back.text}`
  // A 401 of Proxmox is about the token of Jarvis, not about whoever asks.
  const kind = why.kind === 'unauthorized' || why.kind === 'invalid' ? 'failed' : why.kind
  const { rule: _, ...details } = why.details ?? {}
  const next = why.next && { next: why.next }
  return { state: 'failed', text: told, problem: new Problem(kind, told, { ...next, details }) }
}

const failed = (text: string, next: string | undefined) =>
  new Problem('failed', text, next ? { next } : {})

const asHalted = ({ reason }: AbortSignal, text: string) =>
  new Problem('halted', text, {
    ...(reason instanceof Problem && reason.next && { next: reason.next }),
    details: { rule: 'stop' },
  })
