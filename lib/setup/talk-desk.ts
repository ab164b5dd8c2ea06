/** What lies on the desk during a set-up: what was agreed, and the login while its work lasts. */
import { Problem } from '../errors.ts'
import { type Learned, learnCertificate } from '../proxmox/tls.ts'
import { demandNode } from './address.ts'
import type { Session, SessionNeeds } from './session.ts'
import type { Agreed, Stage, TalkNeeds } from './talk.ts'

export type Desk = {
  needs: TalkNeeds
  agreed(): Readonly<Agreed>
  /** What was agreed up to here; whatever came later has to be agreed anew. */
  agree(change: Agreed): void
  /** One thing more, or another; nothing else changes. */
  note(change: Agreed): void
  /** Throws `conflict` when that step has not been reached. */
  demand<K extends keyof Agreed>(key: K): NonNullable<Agreed[K]>
  /** The node that was agreed to, for a first session. */
  trusted(): SessionNeeds
  /** Asks an address for its certificate, where it may be asked at all. */
  learn(address: string): Promise<Learned>
  session(): Session | undefined
  keepLogin(session: Session): void
  forgetLogin(): void
  clear(): void
}

export const createDesk = (needs: TalkNeeds): Desk => {
  const { clock } = needs
  let agreed: Agreed = {}
  let session: Session | undefined
  const demand: Desk['demand'] = (key) => {
    const value = agreed[key]
    if (value) return value
    throw new Problem('conflict', 'That step has not been reached yet.', {
      next: 'Go through the steps in their order.',
    })
  }
  const forgetLogin = () => {
    session?.close()
    session = undefined
  }
  return {
    needs,
    agreed: () => agreed,
    agree(change) {
      agreed = change
    },
    note(change) {
      agreed = { ...agreed, ...change }
    },
    demand,
    trusted() {
      demand('trusted')
      const { place, leaf } = demand('learned')
      return { place, trust: { fingerprint: leaf.fingerprint }, clock }
    },
    async learn(address) {
      await demandNode(address, needs.lookup)
      return learnCertificate(address, { clock })
    },
    session: () => session,
    keepLogin(opened) {
      forgetLogin()
      session = opened
    },
    forgetLogin,
    clear() {
      forgetLogin()
      agreed = {}
    },
  }
}

/** How far it has come. */
export const stageOf = (agreed: Agreed): Stage => {
  const { learned, trusted, steps, tokens, cluster, reviewed, handsDone } = agreed
  if (!learned) return 'address'
  if (!trusted) return 'certificate'
  if (!steps) return 'access'
  if (!tokens) return 'plan'
  if (!cluster) return 'check'
  if (!reviewed) return 'nodes'
  return handsDone ? 'write' : 'hands'
}
