/** The whole cluster in a dozen lines: what answers, what is lost, what somebody should look at. */
import * as z from 'zod'
import { days } from '../clock.ts'
import type { ClusterState, Picture } from '../cluster/picture.ts'
import { age, count, duration, percent } from '../format.ts'
import { nameOf } from '../untrusted.ts'
import { listed } from './places.ts'
import { heard, shareOf, told } from './told.ts'
import { defineLook } from './tool.ts'

export const clusterStatus = defineLook({
  name: 'cluster_status',
  title: 'State of the cluster',
  description:
    'The cluster in brief: quorum, nodes, guests, fullest storages, failed tasks, guests without backup, how old the figures are. Begin here.',
  topic: 'cluster',
  input: z.strictObject({}),
  look: async ({ picture, clock }) => {
    const now = clock.now()
    const p = picture()
    const failed = p.tasks.filter((t) => t.outcome === 'failed' && t.start >= now - days(1))
    const running = p.tasks.filter((t) => t.outcome === 'running')
    const lost = p.nodes.filter((n) => n.reach !== 'online')
    const bare = p.parts.backups.trouble ? [] : p.backups.filter((b) => !b.last)
    const fullest = fullestOf(p)
    return {
      text: told([
        `${nameOf(p.cluster.name) || (p.cluster.standalone ? 'A node alone' : 'The cluster')}, ${heard(p.parts.resources, now)}.`,
        quorumOf(p.cluster),
        `Nodes: ${p.nodes.length - lost.length} of ${p.nodes.length} online.`,
        ...lost.map(
          (n) =>
            `! ${nameOf(n.name)} is ${n.reach === 'offline' ? 'lost' : 'silent'}, for ${age(n.since, now)}.`,
        ),
        guestsOf(p),
        fullest.length > 0 &&
          `Fullest storages: ${fullest.map((s) => `${nameOf(s.id)} ${shareOf(s.use)}${s.fullInDays === undefined ? '' : ` (full in ${duration(s.fullInDays * 86_400)})`}`).join(', ')}.`,
        `Tasks: ${running.length} running, ${failed.length} failed in the last day${failed.length > 0 ? `: ${listed(failed.map((t) => `${t.type}/${t.object || t.node}`))}` : ''}.`,
        bare.length > 0 && `No backup known of: ${listed(bare.map((b) => b.vmid))}.`,
        hottestOf(p),
      ]),
      data: {
        name: nameOf(p.cluster.name) || null,
        quorate: p.cluster.quorate ?? null,
        nodes: p.nodes.map((n) => ({ name: n.name, reach: n.reach })).slice(0, 40),
        guests: p.guests.length,
        running: p.guests.filter((g) => g.condition === 'running').length,
        tasksRunning: running.length,
        tasksFailed: failed.length,
        withoutBackup: bare.map((b) => b.vmid).slice(0, 40),
        ageS: p.parts.resources.at === undefined ? null : (now - p.parts.resources.at) / 1000,
      },
    }
  },
})

const quorumOf = ({ standalone, quorate, votes }: ClusterState): string => {
  if (standalone) return 'Quorum: not needed, it is one node.'
  if (quorate === undefined) return 'Quorum: cannot be known now.'
  const of = votes ? `${votes.online} of ${votes.total} votes, ${votes.needed} needed` : ''
  return quorate ? `Quorum: yes (${of}).` : `! Quorum: LOST (${of}). Nothing can be changed.`
}

const guestsOf = ({ guests }: Picture): string => {
  const by = new Map<string, number>()
  for (const g of guests) by.set(g.condition, (by.get(g.condition) ?? 0) + 1)
  const parts = [...by].map(([condition, n]) => `${n} ${condition}`)
  return `Guests: ${guests.length}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}.`
}

const fullestOf = ({ storages }: Picture) =>
  storages
    .filter((s) => s.use)
    .sort((a, b) => b.use!.used / b.use!.total - a.use!.used / a.use!.total)
    .slice(0, 3)

const hottestOf = ({ nodes }: Picture): string | false => {
  const hot = nodes
    .flatMap((n) => (n.temperatures?.hottest ? [{ node: n.name, ...n.temperatures.hottest }] : []))
    .sort((a, b) => b.celsius - a.celsius)[0]
  return (
    hot !== undefined &&
    `Hottest: ${hot.node} ${Math.round(hot.celsius)} °C (warns at ${hot.warn}).`
  )
}

/** Of one core: `12 %`. */
export const cpuOf = (cpu: number | undefined, cores: number | undefined): string =>
  `${percent(cpu)}${cores ? ` of ${count(cores, 'core')}` : ''}`
