/** The whole program table, one family a file, by program. */
import { rankOf } from '../tiers.ts'
import { changes } from './programs/changes.ts'
import { containers } from './programs/containers.ts'
import { disks } from './programs/disks.ts'
import { files } from './programs/files.ts'
import { guests } from './programs/guests.ts'
import { hardware } from './programs/hardware.ts'
import { network } from './programs/network.ts'
import { processes } from './programs/processes.ts'
import { proxmox } from './programs/proxmox.ts'
import { storage } from './programs/storage.ts'
import { system } from './programs/system.ts'
import { text } from './programs/text.ts'
import { type Given, type Prepared, prepare, type Rule } from './rule.ts'

export const rules: readonly Rule[] = [
  ...proxmox,
  ...guests,
  ...storage,
  ...disks,
  ...files,
  ...text,
  ...system,
  ...processes,
  ...network,
  ...containers,
  ...hardware,
  ...changes,
]

export type Found = { rule: Rule; given: Given }

export type Table = {
  /** The rule that allows exactly these words; the lowest tier first. */
  find(program: string, args: readonly string[]): Found | undefined
  size: number
}

export const createTable = (all: readonly Rule[] = rules): Table => {
  const byProgram = new Map<string, Prepared[]>()
  for (const rule of all) {
    const prepared = prepare(rule)
    const others = byProgram.get(prepared.program) ?? []
    byProgram.set(prepared.program, [...others, prepared])
  }
  for (const list of byProgram.values())
    list.sort((a, b) => rankOf(a.rule.tier) - rankOf(b.rule.tier) || b.sub.length - a.sub.length)
  return {
    size: all.length,
    find(program, args) {
      for (const { rule, fits } of byProgram.get(program) ?? []) {
        const given = fits(args)
        if (given) return { rule, given }
      }
      return undefined
    },
  }
}
