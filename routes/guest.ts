/** `GET /guests/:vmid`: one guest, with what only its node can tell, read in parallel. */
import { isFresh } from '../lib/clock.ts'
import type { GuestState, NodeState } from '../lib/cluster/picture.ts'
import type { GuestRef } from '../lib/proxmox/guests.ts'
import type { Snapshot } from '../lib/proxmox/types.ts'
import { offersFor } from '../lib/tools/offers.ts'
import type { Got } from '../views/pages/got.ts'
import { type BackupFile, type GuestPage, guestPage } from '../views/pages/guest.ts'
import { guestPageJson, guestText } from '../views/pages/guest-forms.ts'
import { ranges } from '../views/pages/range.ts'
import { shown } from '../views/parts/shown.ts'
import { reachWords } from '../views/parts/words.ts'
import type { Ctx } from './answer.ts'
import { guestIn, shieldOf } from './found.ts'
import type { Needs } from './needs.ts'
import { formIn, send, spanIn } from './pages.ts'
import { pastOf } from './past.ts'
import { createReader, notAsked, type Read } from './reading.ts'

const SHOWN_EVENTS = 12
/** More storages with backups than a page should ask at once. */
const MOST_STORES = 8

export const showGuest = (needs: Needs) => {
  const read = createReader(needs)
  return async (c: Ctx) => {
    const picture = needs.cluster.picture()
    const guest = guestIn(picture, c.req.param('vmid') ?? '')
    const range = spanIn(c)
    formIn(c)
    const node = picture.nodes.find((n) => n.name === guest.node)
    const asked = await ask(needs, read, guest, node, range)
    const now = needs.clock.now()
    const subject = `guest/${guest.vmid}`
    const page: GuestPage = {
      now,
      timeZone: needs.config.timeZone,
      guest,
      node,
      at: picture.parts.resources.at,
      past: pastOf(needs, {
        subject,
        range,
        own: ['cpu', 'memory', 'netin', 'netout'],
        isNow: guest.condition !== 'unknown' && isFresh(picture.parts.resources, now),
        rrd: {
          cpu: 'cpu',
          memory: 'mem',
          netin: 'netin',
          netout: 'netout',
          diskread: 'diskread',
          diskwrite: 'diskwrite',
        },
        samples: asked.samples,
      }),
      deeds: {
        vmid: guest.vmid,
        ...offersFor(guest, {
          picture,
          stop: needs.stop.state(),
          running: needs.tools.running(),
          caller: c.get('caller'),
          isProtected: protectedNow(needs),
        }),
        nodes: picture.nodes
          .filter((n) => n.reach === 'online' && n.name !== guest.node)
          .map((n) => n.name),
        snapshots: namesOf(asked.snapshots),
      },
      config: asked.config,
      addresses: asked.addresses,
      snapshots: asked.snapshots,
      backups: asked.backups,
      backup: picture.backups.find((b) => b.vmid === guest.vmid),
      shield: shieldOf(needs, { kind: 'guest', id: String(guest.vmid) }),
      events: needs.events.query({ subject, since: now - ranges[range].ms, limit: SHOWN_EVENTS }),
    }
    return send(c, needs, {
      html: () => guestPage(page),
      text: () => guestText(page),
      json: () => guestPageJson(page),
    })
  }
}

/** Newest first; undefined = they could not be read. */
const namesOf = ({ value }: Got<Snapshot[]>): string[] | undefined =>
  value && [...value].sort((a, b) => (b.at ?? 0) - (a.at ?? 0)).map((s) => s.name)

/** What cannot be known counts as protected, as for the judge. */
const protectedNow = ({ brakes }: Needs) => {
  const protection = brakes.protection()
  return (vmid: number) => !protection || !!protection.of({ kind: 'guest', id: String(vmid) })
}

/** Nothing below a node that is off is asked: each such call would only wait for its end. */
const ask = async (
  needs: Needs,
  read: Read,
  guest: GuestState,
  node: NodeState | undefined,
  range: keyof typeof ranges,
) => {
  const { guests } = needs.proxmox
  const ref: GuestRef = { node: guest.node, kind: guest.kind, vmid: guest.vmid }
  const why = whyNotAsked(needs, guest, node)
  const backups = backupsOf(needs, read, guest.vmid)
  if (why !== undefined) {
    const not = notAsked(why)
    return { config: not, addresses: not, snapshots: not, samples: not, backups: await backups }
  }
  const [config, addresses, snapshots, samples] = await Promise.all([
    read((o) => guests.config(ref, o)),
    guest.condition === 'running' ? read((o) => guests.interfaces(ref, o)) : { value: [] },
    read((o) => guests.snapshots(ref, o)),
    read((o) => guests.rrd(ref, range, o)),
  ])
  return { config, addresses, snapshots, samples, backups: await backups }
}

const whyNotAsked = (
  { clock, config }: Needs,
  { node: name }: GuestState,
  node: NodeState | undefined,
): string | undefined => {
  if (!node) return `I know nothing of its node ${shown(name)}.`
  if (node.reach !== 'offline') return undefined
  const moment = { now: clock.now(), timeZone: config.timeZone }
  return `Its node ${shown(name)} is ${reachWords(node.reach, node.since, moment)}.`
}

/** Newest first, of every storage that answers; the trouble only where none does. */
const backupsOf = async (needs: Needs, read: Read, vmid: number): Promise<Got<BackupFile[]>> => {
  const { nodes, storages } = needs.cluster.picture()
  const online = new Set(nodes.filter((n) => n.reach === 'online').map((n) => n.name))
  const places = storages.flatMap((s) => {
    const node = s.nodes.find((name) => online.has(name))
    return s.condition === 'available' && s.content.includes('backup') && node
      ? [{ id: s.id, node, storage: s.storage }]
      : []
  })
  // PVEAuditor alone sees no backup (lib/cluster/state.ts), so the token that makes them is used.
  const lists = await Promise.all(
    places.slice(0, MOST_STORES).map(async ({ id, node, storage }): Promise<Got<BackupFile[]>> => {
      const got = await read((o) =>
        needs.proxmox.nodes.storageContent(node, storage, 'backup', { ...o, role: 'operate' }),
      )
      if (got.problem) return got
      const files = got.value
        .filter((f) => f.vmid === vmid)
        .map((f): BackupFile => ({ ...f, storage: id }))
      return { value: files }
    }),
  )
  const files = lists.flatMap((list) => list.value ?? [])
  const trouble = lists.find((list) => list.problem)
  if (files.length === 0 && trouble?.problem) return { problem: trouble.problem }
  return { value: files.sort((a, b) => (b.ctime ?? 0) - (a.ctime ?? 0)) }
}
