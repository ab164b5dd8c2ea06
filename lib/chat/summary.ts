/** The cluster in a few lines for a model: figures with units, the unusual first, never more than fits. */
import type { GuestState, NodeState, Part, Picture, StorageState } from '../cluster/picture.ts'
import { age, bytes, percent } from '../format.ts'
import { harmless, nameOf } from '../untrusted.ts'

const MOST_GUESTS = 30
const MOST_STORAGES = 8

/** Names and states alone: notes and logs of others never get in here. */
export const summaryOf = (picture: Picture): string =>
  [
    readAt(picture),
    clusterLine(picture),
    `Nodes: ${picture.nodes.map(nodeWords).join('; ') || 'none known'}.`,
    guestLines(picture.guests),
    `Storages: ${storageWords(picture.storages)}.`,
    taskLine(picture),
  ].join('\n')

const readAt = ({ parts, now }: Picture): string => {
  const { at, limit, trouble }: Part = parts.resources
  if (at === undefined) return 'Nothing is known of the cluster yet.'
  const stale = now - at > limit ? ' That is STALE: say so.' : ''
  const why = trouble ? ` Trouble: ${harmless(trouble.text, 160)}` : ''
  return `Read ${age(at, now)} ago.${stale}${why}`
}

const clusterLine = ({ cluster }: Picture): string => {
  const { name, standalone, quorate, votes } = cluster
  if (standalone) return 'One node alone, no cluster.'
  const word = quorate === undefined ? 'quorum unknown' : quorate ? 'quorate' : 'NO QUORUM'
  const counted = votes ? `, ${votes.online} of ${votes.total} votes, ${votes.needed} needed` : ''
  return `Cluster ${nameOf(name ?? '')}: ${word}${counted}.`
}

const nodeWords = (node: NodeState): string => {
  const { name, reach, cpu, memory, root, temperatures } = node
  if (reach !== 'online') return `${nameOf(name)} ${reach.toUpperCase()}`
  const parts = [
    cpu === undefined ? undefined : `CPU ${percent(cpu)}`,
    memory && `RAM ${bytes(memory.used)} of ${bytes(memory.total)}`,
    root && `root ${percent(root.used / root.total)}`,
    temperatures?.hottest && `${Math.round(temperatures.hottest.celsius)} °C`,
  ]
  return `${nameOf(name)} online (${parts.filter(Boolean).join(', ') || 'no figures'})`
}

const guestLines = (guests: readonly GuestState[]): string => {
  const real = guests.filter((g) => !g.template)
  const running = real.filter((g) => g.condition === 'running').length
  // What does not run is what is asked about.
  const sorted = [...real].sort(
    (a, b) => Number(a.condition === 'running') - Number(b.condition === 'running'),
  )
  const words = sorted.slice(0, MOST_GUESTS).map(guestWords)
  const more = real.length - words.length
  const rest = more > 0 ? `; and ${more} more (guest_list)` : ''
  return `Guests, ${running} of ${real.length} running: ${words.join('; ')}${rest}.`
}

const guestWords = ({
  vmid,
  name,
  kind,
  node,
  condition,
  cpu,
  memory,
  lock,
}: GuestState): string => {
  const figures =
    condition === 'running' && memory
      ? ` CPU ${percent(cpu ?? 0)} RAM ${bytes(memory.used)}/${bytes(memory.total)}`
      : ''
  const locked = lock ? ` locked(${nameOf(lock)})` : ''
  return `${vmid} ${nameOf(name)} (${kind === 'lxc' ? 'container' : 'VM'} on ${nameOf(node)}) ${condition}${figures}${locked}`
}

const storageWords = (storages: readonly StorageState[]): string => {
  const fullest = [...storages].sort((a, b) => fill(b) - fill(a))
  const words = fullest.slice(0, MOST_STORAGES).map(({ id, condition, use, fullInDays }) => {
    const full = use ? `${percent(use.used / use.total)} of ${bytes(use.total)}` : condition
    const soon = fullInDays === undefined ? '' : `, full in ${Math.round(fullInDays)} d`
    return `${nameOf(id)} ${full}${soon}`
  })
  const more = storages.length - words.length
  return `${words.join('; ') || 'none known'}${more > 0 ? `; and ${more} more` : ''}`
}

const fill = ({ use }: StorageState) => (use && use.total > 0 ? use.used / use.total : 0)

const taskLine = ({ tasks }: Picture): string => {
  const running = tasks.filter((t) => t.outcome === 'running').length
  return running === 0 ? 'No task runs.' : `${running} tasks run (recent_tasks).`
}
