/**
 * The set-up as a talk, step by step: each needs the one before, and what came of it stays here, in
 * memory, so that it survives a closed browser.
 * The root password is used in the moment and not kept; a login's ticket goes when its work is done.
 */
import { existsSync, readFileSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import { loadConfig } from '../config.ts'
import { messageOf, Problem } from '../errors.ts'
import { fingerprintOf, type Learned, learnCertificate } from '../proxmox/tls.ts'
import type { TokenRole } from '../proxmox/types.ts'
import { demandNode, type Lookup } from './address.ts'
import { carryOut, type RoleToken } from './carry-out.ts'
import { amendConfig, draftConfig } from './config-text.ts'
import { type FoundCluster, type FoundNode, findNodes } from './nodes.ts'
import { lookAround, nothingFound, plan, type Step, versionOf } from './plan.ts'
import type { Places } from './rights.ts'
import { loginByPassword, loginByToken, type Session, type SessionNeeds } from './session.ts'
import { checkToken, type Missing } from './verify.ts'
import { demandWritable, writeConfig } from './write-config.ts'

export const stages = [
  'address',
  'certificate',
  'access',
  'plan',
  'check',
  'nodes',
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
  write(how: { overwrite: boolean }): void
}

export type TalkNeeds = {
  clock: Clock
  /** What will be written. */
  file: string
  root: string
  /** The port on which we serve, for the file. */
  port: number
  lookup?: Lookup | undefined
}

export const createTalk = (needs: TalkNeeds): Talk & { close(): void } => {
  const { clock, file, root, port } = needs
  let agreed: Agreed = {}
  let session: Session | undefined

  const forgetLogin = () => {
    session?.close()
    session = undefined
  }
  const learn = async (address: string) => {
    await demandNode(address, needs.lookup)
    return learnCertificate(address, { clock })
  }
  const demand = <K extends keyof Agreed>(key: K): NonNullable<Agreed[K]> => {
    const value = agreed[key]
    if (value) return value
    throw new Problem('conflict', 'That step has not been reached yet.', {
      next: 'Go through the steps in their order.',
    })
  }
  const trusted = (): SessionNeeds => {
    demand('trusted')
    const { place, leaf } = demand('learned')
    return { place, trust: { fingerprint: leaf.fingerprint }, clock }
  }
  const checkAll = async (tokens: RoleToken[]): Promise<Missing[]> => {
    const missing: Missing[] = []
    for (const token of tokens) missing.push(...(await checkToken(trusted(), token, agreed.places)))
    return missing
  }
  /** What was agreed up to here; whatever came later has to be agreed anew. */
  const goOn = (change: Agreed) => {
    agreed = change
  }

  return {
    agreed: () => agreed,
    before: () => (existsSync(file) ? faultOf(file, root) : undefined),
    reached: () => stages.slice(0, stages.indexOf(stageOf(agreed)) + 1),
    async meet(address) {
      demandWritable(file)
      const learned = await learn(address)
      forgetLogin()
      goOn({ address: address.trim(), learned })
    },
    trust(fingerprint) {
      const { leaf } = demand('learned')
      if (fingerprintOf(fingerprint) !== leaf.fingerprint)
        throw new Problem('untrusted', 'You agreed to another certificate than the one I hold.', {
          next: 'Nothing was sent. Compare once more.',
        })
      const { address, learned } = agreed
      goOn({ address, learned, trusted: true } as Agreed)
    },
    async logIn(login, wish) {
      const { address, learned } = agreed
      const opened = await loginByPassword(trusted(), login)
      try {
        const steps = plan(await lookAround(opened), wish.roles, wish.places)
        forgetLogin()
        session = opened
        goOn({ address, learned, trusted: true, ...wish, steps, who: opened.who } as Agreed)
      } catch (error) {
        opened.close()
        throw error
      }
    },
    byHand(release, wish) {
      demand('trusted')
      const steps = plan(nothingFound(versionOf({ version: `${release}.0` })), ...order(wish))
      forgetLogin()
      const { address, learned } = agreed
      goOn({ address, learned, trusted: true, ...wish, steps } as Agreed)
    },
    async carryOut() {
      const steps = demand('steps')
      const { roles, places } = agreed
      if (!session || !roles)
        throw new Problem('conflict', 'Nobody is logged in who could do it.', {
          next: 'Log in once more, or run the lines by hand.',
        })
      try {
        const tokens = await carryOut(session, steps)
        const { missing: _, cluster: __, reviewed: ___, ...before } = agreed
        goOn({ ...before, who: undefined, tokens })
      } catch (error) {
        // What was done is done: the plan shows what is left, a token whose secret is lost included.
        const left = await lookAround(session).catch(() => undefined)
        if (left) agreed = { ...agreed, steps: plan(left, roles, places) }
        throw error
      }
      forgetLogin()
      agreed = { ...agreed, missing: await checkAll(demand('tokens')) }
    },
    async useTokens(tokens) {
      demand('steps')
      const missing = await checkAll(tokens)
      forgetLogin()
      const { cluster: _, reviewed: __, ...before } = agreed
      goOn({ ...before, who: undefined, tokens, missing })
    },
    async check() {
      agreed = { ...agreed, missing: await checkAll(demand('tokens')) }
    },
    async findNodes() {
      const audit = demand('tokens').find((t) => t.roles.includes('audit'))!
      const reader = loginByToken(trusted(), audit)
      try {
        const cluster = await findNodes(reader, demand('learned').place, learn)
        const { reviewed: _, ...before } = agreed
        goOn({ ...before, cluster })
      } finally {
        reader.close()
      }
    },
    async review(edits) {
      const cluster = demand('cluster')
      const nodes: FoundNode[] = []
      for (const node of cluster.nodes) nodes.push(await edited(node, edits.get(node.name), learn))
      goOn({ ...agreed, cluster: { ...cluster, nodes }, reviewed: true })
    },
    write({ overwrite }) {
      demand('reviewed')
      const draft = {
        cluster: demand('cluster'),
        tokens: demand('tokens'),
        port: port || undefined,
      }
      const fresh = draftConfig(draft)
      const before = overwrite && existsSync(file) ? readFileSync(file, 'utf8') : undefined
      const amended = before === undefined ? undefined : amendConfig(before, draft)
      try {
        writeConfig(file, amended ?? fresh, { root, overwrite })
      } catch (error) {
        // The old file was wrong in itself: its other settings cannot be kept.
        if (!amended || !(error instanceof Problem) || error.kind !== 'invalid') throw error
        writeConfig(file, fresh, { root, overwrite })
      }
    },
    close() {
      forgetLogin()
      agreed = {}
    },
  }
}

const faultOf = (file: string, root: string): string => {
  try {
    loadConfig({ root, env: { JARVIS_CONFIG: file } })
    return ''
  } catch (error) {
    return messageOf(error)
  }
}

const order = ({ roles, places }: Wish): [TokenRole[], Places] => [roles, places]

const stageOf = ({ learned, trusted, steps, tokens, cluster, reviewed }: Agreed): Stage => {
  if (!learned) return 'address'
  if (!trusted) return 'certificate'
  if (!steps) return 'access'
  if (!tokens) return 'plan'
  if (!cluster) return 'check'
  return reviewed ? 'write' : 'nodes'
}

/** Another address for a node is believed only if the same certificate answers there. */
const edited = async (
  node: FoundNode,
  edit: NodeEdit | undefined,
  learn: (address: string) => Promise<Learned>,
): Promise<FoundNode> => {
  if (!edit) return node
  const { address, aliases, mac } = edit
  const changed: FoundNode = { ...node, address, aliases, mac: mac || undefined }
  if (address === node.address) return changed
  const { leaf } = await learn(address)
  if (node.fingerprint && leaf.fingerprint !== node.fingerprint)
    throw new Problem('untrusted', `At ${address} is not ${node.name}: its certificate differs.`, {
      next: `Expected ${node.fingerprint}, got ${leaf.fingerprint}.`,
    })
  return changed
}
