/**
 * Wakes a node that is off, by magic packets of our own, and waits until the cluster has it back. It
 * asks for no quorum: a cluster without one is mended by waking its nodes.
 */
import * as z from 'zod'
import { minutes, seconds, sleep } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { clean } from '../log.ts'
import { nearest } from '../nearest.ts'
import type { Outcome } from '../proxmox/types.ts'
import { nodeInput } from './node-target.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal, type Signals } from './tool.ts'
import type { Waker } from './waker.ts'

/** A server with much memory and many disks takes two minutes until its cluster services run. */
export const WAKE_LIMIT_MS = minutes(3)
const LOOK_EVERY_MS = seconds(2)

export const wakeNode = defineTool({
  name: 'wake_node',
  title: 'Wake a node',
  description:
    'Sends magic packets to a node that is off and waits up to 3 minutes until it is back in the cluster. It works without quorum. The node must be allowed to wake by its network card.',
  topic: 'nodes',
  proof: 'the cluster has the node back',
  idempotent: true,
  words: {
    noun: 'Waking',
    doing: 'being woken',
    afterFailure: 'Is wake-on-LAN switched on in its firmware, and is the cable in?',
  },
  tasks: [],
  withoutQuorum: true,
  input: z.strictObject({
    node: nodeInput,
  }),
  key: ({ node }) => `node/${node}`,
  find: async (hands, { node }) => found(hands, demandWaker(hands), node),
})

const demandWaker = ({ wake }: Hands): Waker => {
  if (wake) return wake
  throw refusal('wake', 'failed', 'This server cannot send magic packets.')
}

/** The node as the cluster sees it; undefined when nobody answers, which may be why it is woken. */
const membersNow = async ({ proxmox }: Hands) => {
  try {
    return (await proxmox.cluster.status()).nodes
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.kind === 'unreachable' || problem.kind === 'timeout') return undefined
    throw problem
  }
}

const found = async (hands: Hands, wake: Waker, node: string): Promise<Found> => {
  const members = await membersNow(hands)
  const names = members?.map((m) => m.name) ?? wake.known()
  if (!names.includes(node)) throw stranger(node, names)
  const member = members?.find((m) => m.name === node)
  const mac = wake.macOf(node)
  if (!mac && !member?.online) throw nameless(node)
  return {
    label: node,
    targets: [{ kind: 'node', id: node }],
    state: member?.online ? 'on' : 'off',
    plan: {
      before: `${node} is ${member?.online ? 'on' : members ? 'lost' : 'not known to be on'}.`,
      calls: [`magic packets for ${mac ?? 'nobody'}`],
      expected: `${node} is on.`,
      undo: 'shut the node down again',
    },
    whyNot: member?.online ? `${node} is on already.` : undefined,
    async run(signals) {
      await wake.send(node, member?.ip)
      return { outcome: answered(hands, node, hands.clock.now() + WAKE_LIMIT_MS, signals) }
    },
    resume: (since, signals) => answered(hands, node, since + WAKE_LIMIT_MS, signals),
    readBack: () => readBack(hands, node),
  }
}

/** Resolves when the cluster has the node, when the time is over, or when nobody waits any more. */
const answered = async (
  hands: Hands,
  node: string,
  until: number,
  { stopped, closing }: Signals,
): Promise<Outcome> => {
  const ended = AbortSignal.any([stopped, closing])
  for (;;) {
    const members = await membersNow(hands).catch(() => undefined)
    if (members?.some((m) => m.name === node && m.online)) return { result: 'ok' }
    if (ended.aborted) return { result: 'failed', text: 'nobody waits for it any more' }
    if (hands.clock.now() >= until) return { result: 'failed', text: 'no answer after 3 min' }
    await sleep(hands.clock, LOOK_EVERY_MS, ended).catch(() => undefined)
  }
}

const readBack = async (hands: Hands, node: string): Promise<ReadBack> => {
  const members = await membersNow(hands).catch(() => undefined)
  if (!members) return { asExpected: false, text: `Nobody can tell whether ${node} is on.` }
  const online = members.some((m) => m.name === node && m.online)
  if (online) await hands.refresh?.()
  return {
    asExpected: online,
    text: `${node} is ${online ? 'on' : 'lost'}.`,
    data: { node, online },
  }
}

const stranger = (node: string, names: string[]) => {
  const near = nearest(node, names)
  return refusal(
    'target',
    'not-found',
    `There is no node ${clean(node)}.`,
    near === undefined ? undefined : `Did you mean ${clean(near)}?`,
  )
}

const nameless = (node: string) =>
  refusal(
    'mac',
    'conflict',
    `I know no MAC address of ${node}.`,
    `Write it into the configuration (mac: below cluster.nodes), or on the node: pvenode config set --wakeonlan MAC. I learn that while the node is on.`,
  )
