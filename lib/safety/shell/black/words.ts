/** What the families of harm share: how arguments are looked at, and the words for what is lost. */
import { isOwn, isRaw, isVital } from './places.ts'

export type Harm = (args: readonly string[]) => string | undefined

export const operandsOf = (args: readonly string[]) =>
  args.filter((a) => !a.startsWith('-') && a !== '')

export const hasShort = (args: readonly string[], letters: string) =>
  args.some((a) => /^-[a-zA-Z]+$/.test(a) && [...letters].some((l) => a.includes(l)))

export const hasLong = (args: readonly string[], ...names: string[]) =>
  args.some(
    (a) =>
      a.length > 3 &&
      names.some((n) => a === n || (a.startsWith('--') && n.startsWith(a.split('=', 1)[0]!))),
  )

export const RAW = 'it writes straight onto a disk, into memory or to the kernel'
export const TREE = 'it takes away a tree that the system, its guests or its backups live in'
export const VITAL = 'it changes a file on which logging in, booting or the cluster depend'
export const OWN = 'it touches the brakes of Jarvis himself'
export const DISKS = 'it destroys what is on a disk or a pool'
export const QUORUM = 'it overrides the majority of the cluster'
export const STACK = 'it stops what the cluster hangs on'
export const NODE = 'it takes a node out of the cluster'
export const GONE = 'it removes the hypervisor or what it boots with'

export const always =
  (why: string): Harm =>
  () =>
    why

export const writing: (path: string) => string | undefined = (path) =>
  isRaw(path) ? RAW : isOwn(path) ? OWN : isVital(path) ? VITAL : undefined

/** The first place of a list that must not be written to. */
export const writes = (paths: readonly string[]) => {
  for (const path of paths) {
    const why = writing(path)
    if (why) return why
  }
  return undefined
}
