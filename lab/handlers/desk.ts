/** What the calls about users and rights share: locks, look-ups, and who may edit. */
import { seconds } from '../../lib/clock.ts'
import type { Caller, User } from '../access.ts'
import { died, forbidden } from '../answer.ts'
import type { Kit } from '../routing.ts'

export const accessDesk = ({ world, access, wait }: Kit) => {
  /** Writes to user.cfg need quorum and wait 10 s for it. */
  const locked = async (what: string) => {
    if (world.isQuorate()) return
    await wait(seconds(10))
    throw died(`${what} failed: cfs-lock 'file-user_cfg' error: no quorum!`)
  }
  const existing = (userid: string): User => {
    const found = access.users.get(userid)
    if (!found) throw died(`no such user ('${userid}')`)
    return found
  }
  const may = (caller: Caller, path: string, privilege: string) => {
    if (!access.can(caller, path, [privilege])) throw forbidden(path, [privilege])
  }
  const mayEdit = (caller: Caller) => may(caller, '/access/groups', 'User.Modify')
  const mayRead = (caller: Caller, userid: string) => {
    if (caller.user !== userid) mayEdit(caller)
  }

  return { locked, existing, may, mayEdit, mayRead }
}
