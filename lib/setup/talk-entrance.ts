/** The way in: an address, the certificate that is agreed to, and a login or the word that none is wanted. */
import { Problem } from '../errors.ts'
import { fingerprintOf } from '../proxmox/tls.ts'
import { lookAround, nothingFound, plan, versionOf } from './plan.ts'
import { loginByPassword } from './session.ts'
import type { Talk } from './talk.ts'
import type { Desk } from './talk-desk.ts'
import { demandWritable } from './write-config.ts'

export const entranceOf = (desk: Desk): Pick<Talk, 'meet' | 'trust' | 'logIn' | 'byHand'> => {
  /** Address and certificate stay; a login begins everything after them anew. */
  const met = () => {
    desk.demand('trusted')
    return { address: desk.demand('address'), learned: desk.demand('learned'), trusted: true }
  }
  return {
    async meet(address) {
      demandWritable(desk.needs.file)
      const learned = await desk.learn(address)
      desk.forgetLogin()
      desk.agree({ address: address.trim(), learned })
    },
    trust(fingerprint) {
      const { leaf } = desk.demand('learned')
      if (fingerprintOf(fingerprint) !== leaf.fingerprint)
        throw new Problem('untrusted', 'You agreed to another certificate than the one I hold.', {
          next: 'Nothing was sent. Compare once more.',
        })
      desk.note({ trusted: true })
      desk.agree(met())
    },
    async logIn(login, wish) {
      const opened = await loginByPassword(desk.trusted(), login)
      try {
        const steps = plan(await lookAround(opened), wish.roles, wish.places)
        desk.keepLogin(opened)
        desk.agree({ ...met(), ...wish, steps, who: opened.who })
      } catch (error) {
        opened.close()
        throw error
      }
    },
    byHand(release, wish) {
      const nothing = nothingFound(versionOf({ version: `${release}.0` }))
      const steps = plan(nothing, wish.roles, wish.places)
      desk.agree({ ...met(), ...wish, steps })
      desk.forgetLogin()
    },
  }
}
