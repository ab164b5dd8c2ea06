/**
 * The set-up as a talk, step by step: each needs the one before, and what came of it stays here, in
 * memory, so that it survives a closed browser.
 * The root password is used in the moment and not kept; a login's ticket goes when its work is done.
 */
import type { Clock } from '../clock.ts'
import type { Db } from '../db/db.ts'
import type { Learned } from '../proxmox/tls.ts'
import type { TokenRole } from '../proxmox/types.ts'
import type { Lookup } from './address.ts'
import type { RoleToken } from './carry-out.ts'
import type { Door, SetUpHands } from './hands.ts'
import type { FoundCluster } from './nodes.ts'
import type { Step } from './plan.ts'
import type { Places } from './rights.ts'
import { membersOf } from './talk-cluster.ts'
import { createDesk, stageOf } from './talk-desk.ts'
import { entranceOf } from './talk-entrance.ts'
import { paperOf } from './talk-file.ts'
import { handsOf } from './talk-hands.ts'
import { tokensOf } from './talk-tokens.ts'
import type { Missing } from './verify.ts'

export const stages = [
  'address',
  'certificate',
  'access',
  'plan',
  'check',
  'nodes',
  'hands',
  'write',
] as const
export type Stage = (typeof stages)[number]
export const isStage = (word: string): word is Stage => (stages as readonly string[]).includes(word)

/** What is agreed so far. */
export type Agreed = {
  address?: string
  learned?: Learned
  /** The operator has said that the certificate is the right one. */
  trusted?: boolean
  roles?: TokenRole[]
  places?: Places
  steps?: Step[]
  /** Who is logged in and could carry out the steps; undefined = nobody, they are done by hand. */
  who?: string | undefined
  tokens?: RoleToken[]
  missing?: Missing[]
  cluster?: FoundCluster
  reviewed?: boolean
  /** SSH; undefined = none. */
  hands?: SetUpHands
  /** It was said how SSH is to be, or that none is wanted. */
  handsDone?: boolean
}

export type Login = { user: string; password: string; otp?: string | undefined }
export type Wish = { roles: TokenRole[]; places: Places }
export type NodeEdit = { address: string; aliases: string[]; mac: string }

/** The verbs of one talk, in their order. Each throws a Problem and then changes nothing. */
export type Talk = {
  agreed(): Readonly<Agreed>
  /** The file that is there already: undefined = none, '' = it is right, else what is wrong with it. */
  before(): string | undefined
  /** The stages that can be shown now; the last one is where the talk stands. */
  reached(): Stage[]
  meet(address: string): Promise<void>
  trust(fingerprint: string): void
  logIn(login: Login, wish: Wish): Promise<void>
  byHand(release: number, wish: Wish): void
  carryOut(): Promise<void>
  useTokens(tokens: RoleToken[]): Promise<void>
  check(): Promise<void>
  findNodes(): Promise<void>
  review(edits: Map<string, NodeEdit>): Promise<void>
  /** A key of our own, or the one in a file, and what each node shows as its own. */
  takeKey(named: string | undefined, door: Door): Promise<void>
  /** Fingerprints that the operator agrees to, by node; each of these nodes is then tried. */
  agreeKeys(given: ReadonlyMap<string, string>): Promise<void>
  noHands(): void
  /** `by` = who agreed to what is kept. */
  write(how: { overwrite: boolean; by: string }): void
}

export type TalkNeeds = {
  clock: Clock
  /** What will be written. */
  file: string
  root: string
  /** The port on which we serve, for the file. */
  port: number
  lookup?: Lookup | undefined
  /** Keeps the host keys that were agreed to. */
  db: Db
}

/** Everything that was agreed lies on one desk; each noun has its verbs there. */
export const createTalk = (needs: TalkNeeds): Talk & { close(): void } => {
  const desk = createDesk(needs)
  const { keepKeys, ...hands } = handsOf(desk)
  return {
    agreed: () => desk.agreed(),
    reached: () => stages.slice(0, stages.indexOf(stageOf(desk.agreed())) + 1),
    ...entranceOf(desk),
    ...tokensOf(desk),
    ...membersOf(desk),
    ...hands,
    ...paperOf(desk, keepKeys),
    close: () => desk.clear(),
  }
}
