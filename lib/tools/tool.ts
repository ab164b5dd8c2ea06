/**
 * What a tool is: a name, a description, strict arguments, and either one look, or the five questions
 * that the door asks before, during and after a deed: where is the target now, may it be done, what
 * will be done, do it, what became of it.
 */
import * as z from 'zod'
import type { Clock } from '../clock.ts'
import type { Picture } from '../cluster/picture.ts'
import { Problem, type ProblemKind } from '../errors.ts'
import type { EventRow, EventStore } from '../events/events.ts'
import { clean } from '../log.ts'
import type { Memory } from '../memory/memory.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { Outcome, TokenRole, Write } from '../proxmox/types.ts'
import type { Protection } from '../safety/protected.ts'
import type { ShellPolicy } from '../safety/shell/policy.ts'
import type { Target } from '../safety/tiers.ts'
import type { Ssh } from '../ssh/ssh.ts'
import type { Deeds } from './deeds.ts'
import type { Waker } from './waker.ts'

/** What a tool works with. */
export type Hands = {
  proxmox: Pick<Proxmox, 'cluster' | 'guests' | 'nodes' | 'storages' | 'tasks'>
  /** The picture of the cluster, for what needs no fresh reading. */
  picture(): Picture
  /** What was just read at the source outranks the list that lags. */
  believe(status: { vmid: number; status: string; qmp?: string | undefined }): void
  clock: Clock
  /** The id of the token that writes; undefined = there is none. */
  ownToken(): string | undefined
  /** Is there a token for this role? */
  hasRole(role: TokenRole): boolean
  /** Commands on the nodes; undefined where there is no key. */
  ssh?: Pick<Ssh, 'exec' | 'host' | 'hosts'> | undefined
  /** Hosts on which containers may be looked at and handled, by name. */
  containerHosts: readonly string[]
  /** What a command line may do, and how it is written anew. */
  shell: Pick<ShellPolicy, 'judge'>
  /** What Jarvis has seen, and each event as a sentence. */
  events?: Pick<EventStore, 'query'> | undefined
  tell(event: EventRow): string
  /** What is remembered; undefined where nothing is. */
  memory?: Pick<Memory, 'search' | 'find' | 'remember' | 'forget'> | undefined
  /** Magic packets; undefined where nobody sends any. */
  wake?: Waker | undefined
  /** Reads the picture anew. */
  refresh?: (() => Promise<void>) | undefined
  /** What is protected now, for cards; undefined when it cannot be known. */
  protection(): Protection | undefined
  /** Deeds on nodes of the last quarter of an hour, and what is under way. */
  deeds: Pick<Deeds, 'recent' | 'open'>
}

/** What will happen, for a card or a dry run. All of it safe to show. */
export type Plan = {
  before: string
  calls: string[]
  expected: string
  undo: string
  /** For the card: what is lost, what remains, what was looked at. Left out: nothing, all, the state. */
  goes?: string | undefined
  stays?: string | undefined
  checked?: string[] | undefined
}

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

/** What looking has shown. */
export type Looked = {
  /** For people and models; figures with units, no controls. */
  text: string
  data: Record<string, unknown>
}

/** A target as it was read a moment ago, with what can be done to it. */
export type Found = {
  /** `303 homeassistant`; safe to show. */
  label: string
  /** For the judge: what it touches. */
  targets: readonly Target[]
  plan: Plan
  /** A sentence when it makes no sense now. */
  whyNot: string | undefined
  /** A sentence where no machine may even ask now; a person reads it on the card and decides. */
  notForMachines?: string | undefined
  /** Changes when the target does: a card that was opened before is worth nothing then. */
  state: string
  /** What a person has to type before it: a VMID, for what cannot be undone. */
  typed?: string | undefined
  /** Where the judge calls it GREEN it only looks: no claim, no task. */
  look?(signals: Signals): Promise<Looked>
  run(signals: Signals): Promise<Write>
  /** For deeds without a Proxmox task: waits on for the end of one that began before a restart. */
  resume?(since: number, signals: Signals): Promise<Outcome>
  /** `since` is when the deed began; `patient` waits until the state is there, some seconds. */
  readBack(since: number, patient: boolean): Promise<ReadBack>
}

/** In whose name a deed is done, and whether words of others stand behind it. */
export type Behalf = {
  by: { name: string; kind: 'person' | 'machine' }
  /** Of what a person has allowed: whoever had asked for it. */
  askedBy?: string | undefined
  /** The context that asked had read text of others. */
  tainted: boolean
}

/** After a restart nobody knows any more, so nothing is trusted. */
const NOBODY: Behalf = { by: { name: 'nobody', kind: 'machine' }, tainted: true }

/** What a question is about: a model with a small window sees the tools of the topic alone. */
export type Topic = 'cluster' | 'guests' | 'nodes' | 'storage' | 'tasks' | 'containers' | 'house'

type Common = {
  name: string
  title: string
  /** For a model: what it does, what it does not. */
  description: string
  /** JSON schema of the arguments. */
  schema: object
  topic: Topic
  /** What the caller needs; without it looking takes `view` and acting `operate`. */
  right?: 'view' | 'operate' | 'admin' | undefined
  /** Only runbooks use it: no model is shown it. */
  hidden?: boolean | undefined
  /** Checks the arguments; answers them with the target they name. Throws `invalid`. */
  read(raw: unknown): { args: Record<string, unknown>; key: string }
}

/** It reads and changes nothing. */
export type LookTool = Common & {
  kind: 'look'
  /** Throws `not-found`, `forbidden` or whatever keeps it from being looked at. */
  look(hands: Hands, args: Record<string, unknown>): Promise<Looked>
}

/** It changes something. */
export type ActTool = Common & {
  kind: 'act'
  /** What the target is like afterwards, in the README's table. */
  proof: string
  /** Done twice it is as done once. */
  idempotent?: boolean | undefined
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
  /** Throws `not-found`, `forbidden` or whatever keeps it from being looked at. */
  find(hands: Hands, args: Record<string, unknown>, behalf?: Behalf): Promise<Found>
}

export type Tool = LookTool | ActTool

type Shape<Args> = { input: z.ZodType<Args> }
type Definition<Args extends Record<string, unknown>> = Shape<Args> &
  Omit<ActTool, 'kind' | 'schema' | 'read' | 'find'> & {
    key(args: Args): string
    find(hands: Hands, args: Args, behalf: Behalf): Promise<Found>
  }
type LookDefinition<Args extends Record<string, unknown>> = Shape<Args> &
  Omit<LookTool, 'kind' | 'schema' | 'read' | 'look'> & {
    look(hands: Hands, args: Args): Promise<Looked>
  }

/** A tool that acts, of its parts; the arguments are checked here once, by their strict shape. */
export const defineTool = <Args extends Record<string, unknown>>(
  definition: Definition<Args>,
): ActTool => {
  const { input, key, find, ...rest } = definition
  const schema = schemaOf(input)
  return {
    ...rest,
    kind: 'act',
    get schema() {
      return schema()
    },
    read(raw) {
      const args = checked(rest.name, input, raw)
      return { args, key: key(args) }
    },
    find: (hands, args, behalf = NOBODY) => find(hands, args as Args, behalf),
  }
}

/** A tool that looks. */
export const defineLook = <Args extends Record<string, unknown>>(
  definition: LookDefinition<Args>,
): LookTool => {
  const { input, look, ...rest } = definition
  const schema = schemaOf(input)
  return {
    ...rest,
    kind: 'look',
    get schema() {
      return schema()
    },
    read: (raw) => ({ args: checked(rest.name, input, raw), key: '' }),
    look: (hands, args) => look(hands, args as Args),
  }
}

/**
 * Without its dialect, which would cost each tool twenty tokens of a model's window. Made when somebody
 * asks: all of them took a tenth of the start.
 */
const schemaOf = (input: z.ZodType): (() => object) => {
  let made: object | undefined
  return () => {
    if (made) return made
    const { $schema: _, ...schema } = z.toJSONSchema(input)
    made = schema
    return made
  }
}

const checked = <Args>(name: string, input: z.ZodType<Args>, raw: unknown): Args => {
  const read = input.safeParse(raw ?? {})
  if (!read.success) throw wrongArguments(name, read.error)
  return read.data
}

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
