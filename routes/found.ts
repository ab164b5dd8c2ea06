/** Finds what a page is about in the picture; what is not there is told with the nearest that is. */
import type { GuestState, NodeState, Picture, StorageState } from '../lib/cluster/picture.ts'
import { Problem } from '../lib/errors.ts'
import { nearest } from '../lib/nearest.ts'
import { paths } from '../lib/paths.ts'
import type { Guarded } from '../views/pages/shield.ts'
import { shown } from '../views/parts/shown.ts'
import type { Needs } from './needs.ts'

const LONGEST = 60

/** Throws `not-found`, or `unreachable` where the cluster was never seen. */
export const guestIn = (picture: Picture, asked: string): GuestState => {
  const found = /^[1-9]\d{2,8}$/.test(asked)
    ? picture.guests.find((g) => g.vmid === Number(asked))
    : undefined
  if (found) return found
  demandSeen(picture)
  // A name is not an address, since two guests may have the same; it is a good hint.
  const named = picture.guests.find((g) => g.name.toLowerCase() === asked.toLowerCase())
  const near =
    named?.vmid ??
    nearest(
      asked,
      picture.guests.map((g) => String(g.vmid)),
    )
  const meant = picture.guests.find((g) => String(g.vmid) === String(near))
  throw missing(
    `There is no guest ${cut(asked)}.`,
    meant && {
      words: `${meant.vmid} ${shown(meant.name, '')}`.trim(),
      href: paths.guest(meant.vmid),
    },
  )
}

/** By name or alias, without regard to case. */
export const nodeIn = (picture: Picture, asked: string): NodeState => {
  const wanted = asked.toLowerCase()
  const found =
    picture.nodes.find((n) => n.name.toLowerCase() === wanted) ??
    picture.nodes.find((n) => n.aliases.some((a) => a.toLowerCase() === wanted))
  if (found) return found
  demandSeen(picture)
  const near = nearest(
    asked,
    picture.nodes.map((n) => n.name),
  )
  throw missing(
    `There is no node ${cut(asked)}.`,
    near === undefined ? undefined : { words: shown(near), href: paths.node(near) },
  )
}

export const storageIn = (picture: Picture, asked: string): StorageState => {
  const found = picture.storages.find((s) => s.id === asked)
  if (found) return found
  demandSeen(picture)
  const near =
    picture.storages.find((s) => s.storage === asked)?.id ??
    nearest(
      asked,
      picture.storages.map((s) => s.id),
    )
  throw missing(
    `There is no storage ${cut(asked)}.`,
    near === undefined ? undefined : { words: shown(near), href: paths.storage(near) },
  )
}

const cut = (text: string) => shown(text).slice(0, LONGEST)

/** `near` in the details is a link; the page of the failure draws it as one. */
const missing = (message: string, near: { words: string; href: string } | undefined) =>
  new Problem('not-found', message, {
    ...(near && { next: `Did you mean ${near.words}?`, details: { near: near.href } }),
  })

const demandSeen = ({ parts: { resources } }: Picture): void => {
  if (resources.at !== undefined) return
  throw new Problem('unreachable', 'I have not seen the cluster yet.', {
    next: resources.trouble?.text ?? 'The first reading is on its way.',
  })
}

/** Why a thing is protected, as far as that can be known. */
export const shieldOf = (
  { brakes }: Pick<Needs, 'brakes'>,
  target: { kind: 'guest' | 'node'; id: string },
): Guarded => {
  const protection = brakes.protection()
  return protection ? protection.of(target) : 'unknown'
}

/** The node with the address that wakes it, also where Jarvis learned that by itself. */
export const wakeable = ({ macOf }: Pick<Needs, 'macOf'>, node: NodeState): NodeState => ({
  ...node,
  mac: node.mac ?? macOf?.(node.name),
})
