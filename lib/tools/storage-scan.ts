/**
 * Looks through a storage anew: what lies on it, what is new, and which disks belong to no guest any
 * more. Proxmox has nothing that could be triggered for it, so every list is read again.
 */
import * as z from 'zod'
import { days } from '../clock.ts'
import { asProblem } from '../errors.ts'
import { bytes, count } from '../format.ts'
import { clean } from '../log.ts'
import type { StorageContent, StorageRow } from '../proxmox/types.ts'
import { storageInput } from './guest-backup.ts'
import { disksOf } from './guest-worth.ts'
import { nodeInput } from './node-target.ts'
import { listed, storagesNamed } from './places.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

const NEW_MS = days(1)

export const storageScan = defineTool({
  name: 'storage_scan',
  title: 'Look through a storage anew',
  description:
    'Reads everything that lies on a storage again: counts, what is new since a day, and disks that belong to no guest any more. Removes nothing.',
  topic: 'storage',
  proof: 'what lies there now, by kind, with orphans named',
  idempotent: true,
  words: { noun: 'Scan', doing: 'being looked through' },
  tasks: [],
  input: z.strictObject({
    storage: storageInput.meta({ description: 'The name of the storage, such as local.' }),
    node: nodeInput.optional().meta({ description: 'Of which node, where each has its own.' }),
  }),
  key: ({ storage, node }) => `storage/${node === undefined ? '' : `${node}/`}${storage}`,
  async find(hands, { storage: wanted, node }): Promise<Found> {
    const place = placeOf(hands, wanted, node)
    const label = `${place.storage} on ${place.node}`
    return {
      label,
      targets: [{ kind: 'storage', id: place.storage, node: place.node }],
      state: label,
      plan: {
        before: `${label} was last looked through by the usual rounds.`,
        calls: [`GET /nodes/${place.node}/storage/${place.storage}/content`],
        expected: 'It is known what lies there now.',
        undo: 'none is needed; nothing is changed',
        goes: 'Nothing',
        stays: 'Everything',
      },
      whyNot: undefined,
      run: async () => ({ outcome: Promise.resolve({ result: 'ok' }) }),
      readBack: () => scanned(hands, place, label),
    }
  },
})

type Place = { storage: string; node: string }

/** The first node that has it and is on, unless one is named. */
const placeOf = ({ picture }: Hands, wanted: string, node: string | undefined): Place => {
  const now = picture()
  const found = storagesNamed(now, wanted)
  const on = new Set(now.nodes.filter((n) => n.reach === 'online').map((n) => n.name))
  const places = found.flatMap((s) => s.nodes.map((n) => ({ storage: s.storage, node: n })))
  const fitting = places.filter(
    (p) => node === undefined || p.node.toLowerCase() === node.toLowerCase(),
  )
  const place = fitting.find((p) => on.has(p.node))
  if (place) return place
  throw refusal(
    'target',
    'conflict',
    `No node that is on shows ${clean(wanted)}${node === undefined ? '' : ` as ${clean(node)} has it`}.`,
    `It belongs to: ${listed(places.map((p) => p.node))}.`,
  )
}

const scanned = async (hands: Hands, place: Place, label: string): Promise<ReadBack> => {
  const { proxmox, clock, refresh } = hands
  const { node, storage } = place
  try {
    const [rows, row] = await Promise.all([
      contentOf(hands, place),
      proxmox.nodes.storageStatus(node, storage),
    ])
    const { orphans, loose } = await ownerlessIn(hands, rows)
    await refresh?.().catch(() => undefined)
    const fresh = rows.filter((r) => (r.ctime ?? 0) * 1000 > clock.now() - NEW_MS)
    const text = [
      `${label}: ${kindsIn(rows)}; ${usedOf(row)}.`,
      fresh.length > 0 && `New since a day: ${named(fresh)}.`,
      orphans.length > 0
        ? `Of no guest any more: ${named(orphans)}.`
        : 'No disk without a guest is shown.',
      loose.length > 0 && `Not named by their guest (a snapshot may): ${named(loose)}.`,
    ]
    return {
      asExpected: true,
      text: text.filter(Boolean).join(' '),
      data: {
        storage,
        node,
        volumes: rows.length,
        new: fresh.map(volidOf),
        orphans: orphans.map(volidOf),
        loose: loose.map(volidOf),
      },
    }
  } catch (thrown) {
    return { asExpected: false, text: `${label} could not be read: ${asProblem(thrown).message}` }
  }
}

/** Each token sees another part: backups are shown to those who may make them. */
const contentOf = async ({ proxmox, hasRole }: Hands, { node, storage }: Place) => {
  const roles = hasRole('operate') ? (['audit', 'operate'] as const) : (['audit'] as const)
  const lists = await Promise.all(
    roles.map((role) => proxmox.nodes.storageContent(node, storage, undefined, { role })),
  )
  return [...new Map(lists.flat().map((r) => [r.volid, r])).values()]
}

type Ownerless = {
  /** There is no such guest. */
  orphans: StorageContent[]
  /** There is, and its configuration does not name them; a snapshot of it may. */
  loose: StorageContent[]
}

/** Backups may outlive their guest; templates are bases for others. */
const ownerlessIn = async (
  { proxmox }: Hands,
  rows: readonly StorageContent[],
): Promise<Ownerless> => {
  const disks = rows.filter(
    (r) =>
      r.vmid !== undefined &&
      /^(?:images|rootdir)$/.test(r.content) &&
      !/[:/](?:base|basevol)-|-(?:state-|cloudinit)/.test(r.volid),
  )
  const { guests } = await proxmox.cluster.resources()
  const claimed = new Map<number, Set<string> | undefined>()
  for (const { node, type: kind, vmid } of guests.filter((g) =>
    disks.some((d) => d.vmid === g.vmid),
  ))
    claimed.set(
      vmid,
      await proxmox.guests.config({ node, kind, vmid }).then(
        (config) => new Set(disksOf(config).volumes.map((v) => v.volid)),
        () => undefined,
      ),
    )
  return {
    orphans: disks.filter((d) => !claimed.has(d.vmid!)),
    loose: disks.filter((d) => claimed.get(d.vmid!)?.has(d.volid) === false),
  }
}

const KINDS: Record<string, [string, string?]> = {
  backup: ['backup'],
  images: ['disk'],
  rootdir: ['root of a container', 'roots of containers'],
  iso: ['ISO image'],
  vztmpl: ['template'],
  snippets: ['snippet'],
}

const kindsIn = (rows: readonly StorageContent[]): string => {
  const parts = Object.entries(KINDS).flatMap(([kind, [one, many]]) => {
    const n = rows.filter((r) => r.content === kind).length
    return n > 0 ? [count(n, one, many)] : []
  })
  return parts.length > 0 ? parts.join(', ') : 'nothing is shown'
}

const usedOf = ({ used, total }: StorageRow): string =>
  used === undefined ? 'how full it is is not known' : `${bytes(used)} of ${bytes(total)} used`

const volidOf = ({ volid }: StorageContent): string => clean(volid).slice(0, 160)

const MOST = 8
const named = (rows: readonly StorageContent[]): string => {
  const left = rows.length - MOST
  const names = rows.slice(0, MOST).map((r) => `${volidOf(r)} (${bytes(r.size)})`)
  return `${names.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}
