/** Nodes, guests and stores as people call them: by name, id or alias, in one word or three. */
import type { GuestState, NodeState, Picture, StorageState } from '../../cluster/picture.ts'
import { folded, isOther, isSlip } from './vocabulary.ts'

/** What a question is about. Stores of one name stand on several nodes. */
export type Subject =
  | { kind: 'node'; key: string; node: NodeState }
  | { kind: 'guest'; key: string; guest: GuestState }
  | { kind: 'store'; key: string; stores: StorageState[] }

export type Names = {
  /** All that are called so. */
  called(words: string[]): Subject[]
  /** All that are called nearly so: one typing mistake in five letters or more. */
  nearly(words: string[]): Subject[]
}

const squashed = (text: string) => folded(text).replace(/[^\p{L}\p{N}]/gu, '')
const LONG_ENOUGH = 5

export const namesOf = (picture: Picture): Names => {
  const known = new Map<string, Subject[]>()
  const learn = (name: string, subject: Subject) => {
    const word = squashed(name)
    const there = known.get(word) ?? []
    if (word && !there.some((s) => s.key === subject.key)) known.set(word, [...there, subject])
  }
  for (const node of picture.nodes)
    for (const name of [node.name, ...node.aliases])
      learn(name, { kind: 'node', key: `node/${node.name}`, node })
  for (const guest of picture.guests)
    for (const name of [guest.name, String(guest.vmid)])
      learn(name, { kind: 'guest', key: `guest/${guest.vmid}`, guest })
  for (const store of picture.storages) {
    const stores = picture.storages.filter((s) => s.storage === store.storage)
    learn(store.storage, { kind: 'store', key: `store/${store.storage}`, stores })
    if (store.id !== store.storage)
      learn(store.id, { kind: 'store', key: `store/${store.id}`, stores: [store] })
  }

  return {
    called: (words) => known.get(squashed(words.join(''))) ?? [],
    nearly(words) {
      const typed = squashed(words.join(''))
      if (typed.length < LONG_ENOUGH || words.some(isOther)) return []
      // Several agents are not the one that is called agent.
      return [...known].flatMap(([name, subjects]) =>
        name.length >= LONG_ENOUGH && typed !== `${name}s` && isSlip(typed, name) ? subjects : [],
      )
    },
  }
}
