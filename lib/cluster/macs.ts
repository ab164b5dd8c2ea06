/**
 * By which address each node can be woken: out of the configuration, or learned from the node's own
 * options while it is on and kept for the time when it is not.
 */
import type { Bus } from '../bus.ts'
import { type Clock, hours, isWithin, minutes } from '../clock.ts'
import type { Db } from '../db/db.ts'
import { messageOf } from '../errors.ts'
import type { Events } from '../events/kinds.ts'
import type { Log } from '../log.ts'
import type { Proxmox } from '../proxmox/client.ts'
import type { NodeState } from './picture.ts'
import type { KnownNode } from './readings.ts'

export type Mac = {
  mac: string
  /** Where the packet goes, when the node's options say so. */
  broadcast?: string | undefined
  from: 'configuration' | 'node'
}

export type Macs = {
  /** By the node's name; undefined = nobody has told. */
  of(node: string): Mac | undefined
  /** Names of nodes that can be woken though the cluster is silent. */
  known(): string[]
  /** Stops learning. */
  close(): void
}

export type MacsNeeds = {
  db: Db
  clock: Pick<Clock, 'now'>
  log: Log
  bus: Pick<Bus<Events>, 'on'>
  nodes: readonly KnownNode[]
  source: Pick<Proxmox['nodes'], 'config'>
  /** The nodes as they are now. */
  seen(): readonly NodeState[]
}

type Row = { node: string; mac: string; broadcast: string | null }

/** A MAC changes with a network card. */
const ASK_AGAIN_MS = hours(6)
const AFTER_FAILURE_MS = minutes(10)

export const createMacs = (needs: MacsNeeds): Macs => {
  const { db, clock, log, source } = needs
  const configured = new Map(
    needs.nodes.flatMap(({ name, mac }) => (mac ? [[name.toLowerCase(), mac] as const] : [])),
  )
  const learned = new Map<string, Found>(
    db
      .all<Row>('select node, mac, broadcast from node_macs')
      .map((r) => [r.node, { mac: r.mac, broadcast: r.broadcast ?? undefined }]),
  )
  const asked = new Map<string, { at: number; rest: number }>()

  const keep = (node: string, found: Found | undefined) => {
    const before = learned.get(node)
    if (before?.mac === found?.mac && before?.broadcast === found?.broadcast) return
    // What the operator has taken out of the node's options is not used behind his back.
    if (!found) db.run('delete from node_macs where node = ?', [node])
    else
      db.run(
        `insert into node_macs (node, mac, broadcast, learned_at) values (?, ?, ?, ?)
         on conflict (node) do update set mac = excluded.mac, broadcast = excluded.broadcast,
           learned_at = excluded.learned_at`,
        [node, found.mac, found.broadcast ?? null, clock.now()],
      )
    if (found) learned.set(node, found)
    else learned.delete(node)
  }

  const ask = async (node: string): Promise<void> => {
    asked.set(node, { at: clock.now(), rest: ASK_AGAIN_MS })
    try {
      const { wakeonlan } = await source.config(node)
      if (!closed) keep(node, wakeOptions(wakeonlan))
    } catch (error) {
      asked.set(node, { at: clock.now(), rest: AFTER_FAILURE_MS })
      log.debug('wake: the options of a node were not read', { node, reason: messageOf(error) })
    }
  }

  const isDue = ({ name, reach }: NodeState): boolean => {
    if (reach !== 'online' || configured.has(name.toLowerCase())) return false
    const last = asked.get(name)
    return !last || !isWithin(last.at, last.rest, clock.now())
  }

  let closed = false
  const stopListening = needs.bus.on('cluster.polled', () => {
    for (const node of needs.seen()) if (isDue(node)) void ask(node.name)
  })

  return {
    of(node) {
      const mac = configured.get(node.toLowerCase())
      if (mac) return { mac, from: 'configuration' }
      const found = learned.get(node)
      return found && { ...found, from: 'node' }
    },
    known: () => [...new Set([...needs.nodes.map((n) => n.name), ...learned.keys()])],
    close() {
      closed = true
      stopListening()
    },
  }
}

type Found = { mac: string; broadcast?: string | undefined }

/**
 * `[mac=]<MAC>[,bind-interface=…][,broadcast-address=…]` (pve-manager, PVE/NodeConfig.pm). It is the
 * only place where the API tells a MAC of a node: its list of networks has none (9.2).
 */
export const wakeOptions = (text: string | undefined): Found | undefined => {
  const parts = (text ?? '').split(',').map((part) => part.trim())
  const mac = /^(?:mac=)?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/i
  const found = parts.map((part) => mac.exec(part)?.[1]).find(Boolean)
  if (!found) return undefined
  const broadcast = parts
    .map((part) => /^broadcast-address=(\d{1,3}(?:\.\d{1,3}){3})$/.exec(part)?.[1])
    .find(Boolean)
  return { mac: found.toLowerCase(), broadcast }
}
