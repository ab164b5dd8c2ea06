/** What the door takes and what it answers: the words that every face of the house speaks to it. */
import type { Trail } from '../audit/trail.ts'
import type { Bus } from '../bus.ts'
import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { Db } from '../db/db.ts'
import type { Problem } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { Answer, Opened, Person } from '../safety/approvals.ts'
import type { Brakes } from '../safety/brakes.ts'
import type { Verdict } from '../safety/judge.ts'
import type { KillSwitch } from '../safety/kill-switch.ts'
import type { Asking, Deed } from './deeds.ts'
import type { Hands, Plan } from './tool.ts'
import type { Waker } from './waker.ts'

export type Wish = {
  tool: string
  args: unknown
  caller: Asking
  /** Where the words come from: `conversation/12`. Without it, the caller's own token or session. */
  context?: string | undefined
  /** Of a machine, in its own words, for the card: shown last, as its. */
  reason?: string | undefined
  /** Several requests may share a card that lists each of them. */
  card?: string | undefined
  /** Milliseconds that the caller waits for the end; later the answer is `running`. */
  patienceMs?: number | undefined
}

export type Result = {
  state: 'done' | 'warnings' | 'failed' | 'refused' | 'running' | 'needs-approval'
  /** Of the deed; a look and a refusal are none. */
  id?: number | undefined
  text: string
  data?: Record<string, unknown> | undefined
  /** Seconds. */
  took: number
  /** For refused and failed ones: kind, next step, and `details.rule` where a rule said no. */
  problem?: Problem | undefined
  /** What waits for a person; `expires` in milliseconds since 1970. */
  approval?: { id: number; expires: number } | undefined
}

/** What would happen, without anything happening. */
export type Rehearsal = {
  tool: string
  label: string
  plan?: Plan | undefined
  verdict: Verdict
  /** Why it makes no sense now. */
  whyNot?: string | undefined
}

export type Door = {
  /** Never rejects, except when the house itself is broken. */
  call(wish: Wish): Promise<Result>
  /** Judges and plans; writes nothing, runs nothing. Throws what the tool's own look throws. */
  rehearse(wish: Wish): Promise<Rehearsal>
  /** A person opens the card of a request: it is judged anew. Throws `not-found`, `conflict`. */
  open(id: number, person: Person): Promise<Opened>
  /** He means it: judged once more, and carried out. Throws `not-found`, `conflict`, `invalid`. */
  confirm(id: number, person: Confirming, answer: Answer): Promise<Result>
  /** Throws `not-found`, `conflict` when it is over already. */
  deny(id: number, by: Asking): void
  deed(id: number): Deed | undefined
  /** The newest one on a target, ended or not: `node/pve`. */
  last(target: string): Deed | undefined
  /** What is under way, for the screen. */
  running(): Deed[]
  /** What began after this moment, oldest first. */
  since(at: number): Deed[]
  /** After a restart: finds out what became of the deeds that were under way. */
  recover(): Promise<void>
  sweep(): number
  /** Ends the waiting, not the tasks; the next start finds out what became of them. */
  close(): void
}

export type Confirming = { caller: Asking; session: string; patienceMs?: number | undefined }

export type DoorNeeds = {
  proxmox: Hands['proxmox'] & Pick<Proxmox, 'cluster'>
  cluster: Pick<Cluster, 'believe' | 'hurry' | 'picture'> & Partial<Pick<Cluster, 'refresh'>>
  stop: Pick<KillSwitch, 'state' | 'signal'>
  brakes: Brakes
  db: Db
  clock: Clock
  log: Log
  trail: Pick<Trail, 'write'>
  bus: Pick<Bus<Events>, 'emit'>
  ownToken(): string | undefined
  hasRole?: Hands['hasRole'] | undefined
  /** Commands on the nodes, where there is a key. */
  ssh?: Hands['ssh']
  containerHosts?: readonly string[] | undefined
  events?: Hands['events']
  tell?: Hands['tell'] | undefined
  memory?: Hands['memory']
  /** Magic packets; without it no node is woken. */
  wake?: Waker | undefined
  /** Sends what has changed to the screens at once. */
  push?: (() => void) | undefined
}

/** Design §2: longer than this and the answer is 202. */
export const PATIENCE_MS = 25_000
