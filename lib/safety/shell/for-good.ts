/**
 * Commands that take a guest away for good, as the tools guest_delete and guest_rollback do: what binds
 * those binds these. Proxmox's programs take their words shortened (`qm dest`) and paths in any dress.
 */

export type ForGood = {
  vmid: string
  /** The number has to be typed, as for guest_delete. */
  typed: boolean
}

/** Undefined: nothing of the kind, as far as the words tell. */
export const forGoodIn = (name: string, words: readonly string[]): ForGood | undefined => {
  const [verb = '', ...rest] = words.map((word) => word.toLowerCase())
  if (name === 'qm' || name === 'pct') return byProgram(verb, rest)
  return name === 'pvesh' ? byPath(verb, rest) : undefined
}

const NUMBER = /^[1-9]\d{2,8}$/
const isShort = (word: string, whole: string, least: number) =>
  word.length >= least && whole.startsWith(word)

const byProgram = (verb: string, rest: readonly string[]): ForGood | undefined => {
  const vmid = rest.find((word) => NUMBER.test(word))
  if (vmid === undefined) return undefined
  if (isShort(verb, 'destroy', 3)) return { vmid, typed: true }
  // `pct restore 303 …` writes over the one that is there.
  return isShort(verb, 'rollback', 2) || isShort(verb, 'restore', 4)
    ? { vmid, typed: false }
    : undefined
}

const byPath = (verb: string, rest: readonly string[]): ForGood | undefined => {
  for (const word of rest) {
    const [root, , kind, vmid = '', ...more] = word.split('/').filter((part) => part !== '')
    if (root !== 'nodes' || !/^(?:qemu|lxc)$/.test(kind ?? '') || !NUMBER.test(vmid)) continue
    if (isShort(verb, 'delete', 1) && more.length === 0) return { vmid, typed: true }
    if (more[0] === 'snapshot' && more[2] === 'rollback') return { vmid, typed: false }
  }
  return undefined
}
