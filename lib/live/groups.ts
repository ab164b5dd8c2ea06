/** Viewers that look at the same panels in the same form: for them one frame is made. */
import { Problem } from '../errors.ts'
import type { LivePanel } from './draw.ts'
import type { Form } from './messages.ts'
import type { Parcel } from './packet.ts'
import type { Viewer } from './viewer.ts'

export type Group = {
  key: string
  form: Form
  names: string[]
  viewers: Set<Viewer>
  /** The whole frame, kept for a moment; see the hub. */
  whole?: { at: number; parcel: Parcel } | undefined
}

export type Counts = {
  viewers: number
  stalled: number
  byForm: Record<Form, number>
  byPanel: Record<string, number>
}

export type Groups = {
  /** The group of a wish, new when it is the first one. Throws not-found. */
  of(wish: { panels: readonly string[]; form: Form }): Group
  enter(group: Group, viewer: Viewer): void
  leave(group: Group, viewer: Viewer): void
  all(): Iterable<Group>
  /** A copy, safe to walk while streams end. */
  viewers(): Viewer[]
  size(): number
  counts(): Counts
}

export const createGroups = (panels: ReadonlyMap<string, LivePanel>): Groups => {
  const groups = new Map<string, Group>()
  const viewers = () => [...groups.values()].flatMap((group) => [...group.viewers])
  let size = 0

  return {
    of({ panels: wished, form }) {
      const names = [...panels.keys()].filter((name) => wished.includes(name))
      const unknown = wished.find((name) => !panels.get(name)?.[form])
      if (unknown !== undefined || names.length === 0)
        throw new Problem('not-found', `There is no live panel "${unknown ?? ''}" as ${form}.`, {
          next: `Panels: ${[...panels.keys()].join(', ')}.`,
        })
      const key = `${form} ${names.join()}`
      return groups.get(key) ?? { key, form, names, viewers: new Set() }
    },
    enter(group, viewer) {
      groups.set(group.key, group)
      group.viewers.add(viewer)
      size += 1
    },
    leave(group, viewer) {
      if (group.viewers.delete(viewer)) size -= 1
      if (group.viewers.size === 0 && groups.get(group.key) === group) groups.delete(group.key)
    },
    all: () => groups.values(),
    viewers,
    size: () => size,
    counts() {
      const byForm: Counts['byForm'] = { html: 0, wall: 0, json: 0, text: 0 }
      const byPanel = Object.fromEntries([...panels.keys()].map((name) => [name, 0]))
      for (const { form, names, viewers: here } of groups.values()) {
        byForm[form] += here.size
        for (const name of names) byPanel[name] = (byPanel[name] ?? 0) + here.size
      }
      const stalled = viewers().filter((viewer) => viewer.isStale).length
      return { viewers: size, stalled, byForm, byPanel }
    },
  }
}
