/** SSH in the talk: the key, the nodes' own keys, the consent to each; or the word that none is wanted. */
import { Problem } from '../errors.ts'
import { createHostKeys } from '../ssh/host-keys.ts'
import { demandNode } from './address.ts'
import { askKeys, type Door, hostOf, keyFor, type SetUpHands, tryToEnter } from './hands.ts'
import { usable } from './nodes.ts'
import type { Talk } from './talk.ts'
import type { Desk } from './talk-desk.ts'

export const handsOf = (
  desk: Desk,
): Pick<Talk, 'takeKey' | 'agreeKeys' | 'noHands'> & { keepKeys(by: string): void } => {
  const { clock, file, lookup, db } = desk.needs
  const nodes = () => usable(desk.demand('cluster'))
  const demandReviewed = () => {
    desk.demand('reviewed')
    return nodes()
  }
  return {
    async takeKey(named: string | undefined, door: Door) {
      const all = demandReviewed()
      for (const { address } of all) await demandNode(address, lookup)
      const key = await keyFor(file, named)
      const shown = await askKeys(all, door, clock)
      const hands: SetUpHands = { ...door, ...key, shown, agreed: new Map(), entered: new Map() }
      const { handsDone: _, ...before } = desk.agreed()
      desk.agree({ ...before, hands })
    },
    async agreeKeys(given) {
      const hands = desk.demand('hands')
      const agreed: SetUpHands['agreed'] = new Map()
      for (const [node, fingerprint] of given) {
        const key = hands.shown.find((s) => s.node === node)?.key
        if (key?.fingerprint !== fingerprint)
          throw new Problem(
            'untrusted',
            `You agreed to another key of ${node} than it showed me.`,
            {
              next: 'Ask once more, and compare.',
            },
          )
        agreed.set(node, key)
      }
      const entered = await Promise.all(
        nodes()
          .filter(({ name }) => agreed.has(name))
          .map(async (node): Promise<[string, string]> => {
            const key = agreed.get(node.name)!
            return [node.name, await tryToEnter(hostOf(node, hands), key, hands.keyFile, clock)]
          }),
      )
      desk.note({ hands: { ...hands, agreed, entered: new Map(entered) }, handsDone: true })
    },
    noHands() {
      demandReviewed()
      const { hands: _, ...before } = desk.agreed()
      desk.agree({ ...before, handsDone: true })
    },
    keepKeys(by) {
      const keys = createHostKeys({ db, clock })
      for (const [node, key] of desk.agreed().hands?.agreed ?? []) keys.accept(node, key, by)
    },
  }
}
