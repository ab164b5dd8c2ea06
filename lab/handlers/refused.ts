/** What the lab does not do yet: clone and create are refused as a narrow token would be. */
import { forbidden, noQuorum } from '../answer.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Kind } from '../things.ts'

export const refusedRoutes = ({ world, access }: Kit, kind: Kind): Route[] => {
  const root = `/nodes/{node}/${kind}`
  const no = (privilege: string) => (call: Call) => {
    throw forbidden(`/vms/${call.values.vmid ?? ''}`, [privilege])
  }
  const create = (call: Call) => {
    const { caller, values } = call
    const may = access.can(caller, `/vms/${values.vmid ?? ''}`, ['VM.Allocate'])
    if (may && !world.isQuorate()) throw noQuorum()
    return no('VM.Allocate')(call)
  }
  const far = { remote: true, privileged: true, lenient: true }
  return [
    route('POST', root, 'all', create, far),
    route('POST', `${root}/{vmid}/clone`, 'all', no('VM.Clone'), far),
  ]
}
