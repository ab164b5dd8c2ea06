/** What one command with plain words would destroy for good, or undefined. Wrappers are off already. */
import { CLUSTER_HARMS, STOPPING, stack } from './cluster.ts'
import { DISK_HARMS, formats } from './disks.ts'
import { isRaw, isSystemTree } from './places.ts'
import { TREE_HARMS } from './trees.ts'
import { type Harm, RAW, STACK, TREE, writing } from './words.ts'

/** By program; `mkfs.*` is found by its beginning. */
const HARMS: Readonly<Record<string, Harm>> = { ...TREE_HARMS, ...DISK_HARMS, ...CLUSTER_HARMS }

/** By the last part of the path: `/sbin/mkfs.ext4` is mkfs. */
export const harmOf = (program: string, args: readonly string[]): string | undefined => {
  const name = program.replace(/^.*\//, '').toLowerCase()
  if (/^mkfs\./.test(name)) return formats(args)
  const init = /^\/etc\/init\.d\/([\w-]+)$/.exec(program)
  if (init && STOPPING.test(args[0] ?? '') && stack([init[1]!])) return STACK
  return Object.hasOwn(HARMS, name) ? HARMS[name]!(args) : undefined
}

/** What a redirection into this file would do. */
export const harmOfWriting = writing

/** Code of another language that names such a place: to delete it, or to open it for writing. */
export const harmOfCode = (code: string, text: string): string | undefined => {
  if (isRaw(text)) return RAW
  if (/unlink|rmtree|remove|rmdir|delete|File::Path|FileUtils/.test(code) && isSystemTree(text))
    return TREE
  return /write|'[wa]b?\+?'|"[wa]b?\+?"|>/.test(code) ? writing(text) : undefined
}
