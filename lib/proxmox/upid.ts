/**
 * A task's name and what stands in it:
 * `UPID:node:pid:pstart:starttime:type:id:user@realm[!token]:` with the three numbers in hex.
 * The task lives on the node in it; under another node's path it is "no such task".
 */
import { Problem } from '../errors.ts'
import type { Upid } from './types.ts'

export type UpidParts = {
  node: string
  pid: number
  /** Seconds since 1970. */
  starttime: number
  type: string
  /** A vmid, a storage, or empty. */
  id: string
  user: string
  /** The token's name without its user. */
  token?: string | undefined
}

// pstart has 9 digits on long-running hosts (pve-common UPID.pm).
const shape =
  /^UPID:([A-Za-z0-9][A-Za-z0-9.-]*):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/

export const isUpid = (value: unknown): value is Upid =>
  typeof value === 'string' && shape.test(value)

/** Throws `invalid` for anything that is not a UPID. */
export const parseUpid = (upid: Upid): UpidParts => {
  const found = shape.exec(upid)
  if (!found) throw new Problem('invalid', 'That is not the name of a Proxmox task (UPID:…).')
  const [, node, pid, , start, type, id, owner] = found as unknown as string[]
  const [user, token] = owner!.split('!')
  return {
    node: node!,
    pid: Number.parseInt(pid!, 16),
    starttime: Number.parseInt(start!, 16),
    type: type!,
    // Some ids are escaped by the worker (`\x3a` for a colon); shown as sent.
    id: id!,
    user: user!,
    token,
  }
}
