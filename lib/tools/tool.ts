/**
 * What a tool is: a name, a description, strict arguments, and the five questions that the door asks
 * of it: where is the target now, may it be done, what will be done, do it, what became of it.
 */
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import { Problem, type ProblemKind } from '../errors.ts'
import { clean } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { Outcome, Write } from '../proxmox/types.ts'
import type { Ssh } from '../ssh/ssh.ts'
import type { Waker } from './waker.ts'

/** What a tool works with. */
export type Hands = {
  proxmox: Pick<Proxmox, 'cluster' | 'guests' | 'tasks'>
  /** What was just read at the source outranks the list that lags. */
  believe(status: { vmid: number; status: string; qmp?: string | undefined }): void
  clock: Clock
  /** The id of the token that writes; undefined = there is none. */
  ownToken(): string | undefined
  /** Commands on the nodes; undefined where there is no key. */
  ssh?: Pick<Ssh, 'exec' | 'host'> | undefined
  /** Magic packets; undefined where nobody sends any. */
  wake?: Waker | undefined
  /** Reads the picture anew. */
  refresh?: (() => Promise<void>) | undefined
}

/** What will happen, for a card or a dry run. */
export type Plan = { before: string; calls: string[]; expected: string; undo: string }

export type ReadBack = {
  /** Is it as the plan expected? */
  asExpected: boolean
  /** How it is now: `303 homeassistant is running.` */
  text: string
  data?: Record<string, unknown> | undefined
}

/**
 * `stopped`: STOP was pressed; what is not a Proxmox task (those the door cancels) ends itself.
 * `closing`: the server ends; the following ends with it, the task does not.
 */
export type Signals = { stopped: AbortSignal; closing: AbortSignal }

/** A target as it was read a moment ago, with what can be done to it. */
export type Found = {
  /** `303 homeassistant`; safe to show. */
  label: string
  plan: Plan
  /** A sentence when it makes no sense now. */
  whyNot: string | undefined
  run(signals: Signals): Promise<Write>
  /** For deeds without a Proxmox task: waits on for the end of one that began before a restart. */
  resume?(since: number, signals: Signals): Promise<Outcome>
  /** `since` is when the deed began; `patient` waits until the state is there, some seconds. */
  readBack(since: number, patient: boolean): Promise<ReadBack>
}

export type Tool = {
  name: string
  title: string
  /** For a model: what it does, what it does not. */
  description: string
  /** JSON schema of the arguments. */
  schema: object
  words: {
    /** `Reboot of 303 …` */
    noun: string
    /** `… is being restarted` */
    doing: string
    /** What to do when it has failed; the task's log unless said. */
    afterFailure?: string
  }
  /** Also done in a cluster without quorum, or with nobody who answers. */
  withoutQuorum?: boolean
  /** Types of the Proxmox tasks that it starts, to find one whose name was lost. */
  tasks: string[]
  /** Checks the arguments; answers them with the target they name. Throws `invalid`. */
  read(raw: unknown): { args: Record<string, unknown>; key: string }
  /** Throws `not-found`, `forbidden` or whatever keeps it from being looked at. */
  find(hands: Hands, args: Record<string, unknown>): Promise<Found>
}

type Definition<Args extends Record<string, unknown>> = Omit<Tool, 'schema' | 'read' | 'find'> & {
  input: z.ZodType<Args>
  key(args: Args): string
  find(hands: Hands, args: Args): Promise<Found>
}

/** A tool of its parts; the arguments are checked here once, by their strict shape. */
export const defineTool = <Args extends Record<string, unknown>>({
  input,
  key,
  find,
  ...rest
}: Definition<Args>): Tool => ({
  ...rest,
  schema: z.toJSONSchema(input),
  read(raw) {
    const checked = input.safeParse(raw ?? {})
    if (!checked.success) throw wrongArguments(rest.name, checked.error)
    return { args: checked.data, key: key(checked.data) }
  },
  find: (hands, args) => find(hands, args as Args),
})

/** No, by which rule, and what to do about it. */
export const refusal = (rule: string, kind: ProblemKind, message: string, next?: string): Problem =>
  new Problem(kind, message, { ...(next && { next }), details: { rule } })

/** Words with which callers try to answer for the person who has to. */
const consent =
  /^(is_?)?(confirm(ed|ation)?|force[ds]?|tier|approved?|approval|yes|sure|override)$/i

const wrongArguments = (tool: string, error: z.ZodError): Problem => {
  const details: Record<string, string> = { rule: 'arguments' }
  let pleaded = false
  for (const issue of error.issues.slice(0, 20)) {
    if (issue.code !== 'unrecognized_keys') {
      details[name(issue.path.join('.') || 'args')] = clean(issue.message).slice(0, 200)
      continue
    }
    for (const key of issue.keys.slice(0, 20)) {
      const pleads = consent.test(key)
      pleaded ||= pleads
      details[name(key)] = pleads ? NO_CONSENT : 'There is no such argument.'
    }
  }
  return new Problem('invalid', `Those are not the arguments of ${tool}.`, {
    details,
    next: pleaded ? NO_CONSENT : `GET /api/tools describes them.`,
  })
}

const NO_CONSENT =
  'No argument can confirm, force or approve anything; only a person can, in the browser or on a terminal.'

const name = (key: string) => clean(key).slice(0, 60)
