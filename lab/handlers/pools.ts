/** Resource pools: named groups of guests and storages. */
import { seconds } from '../../lib/clock.ts'
import { died } from '../answer.ts'
import { boolean, items, needed, oneOf, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Pool } from '../things.ts'
import { resourceRow } from './rows.ts'

export const poolRoutes = (kit: Kit): Route[] => {
  const { world, access } = kit
  const locked = async (what: string) => {
    if (world.isQuorate()) return
    await kit.wait(seconds(10))
    throw died(`${what} failed: cfs-lock 'file-user_cfg' error: no quorum!`)
  }
  const found = ({ values }: Call): Pool => {
    const pool = world.pools.find((p) => p.poolid === values.poolid)
    if (!pool) throw died(`pool '${values.poolid}' does not exist`)
    return pool
  }
  const members = ({ poolid }: Pool) =>
    world.guests.filter((g) => g.pool === poolid).map((g) => resourceRow(kit, g))

  const create = async ({ values }: Call) => {
    await locked('create pool')
    if (world.pools.some((p) => p.poolid === values.poolid))
      throw died(`create pool failed: pool '${values.poolid}' already exists`)
    world.pools.push({ poolid: values.poolid!, comment: values.comment ?? '' })
    return null
  }
  const update = async (call: Call) => {
    await locked('update pools')
    const pool = found(call)
    const { values } = call
    if (values.comment !== undefined) pool.comment = values.comment
    for (const id of items(values.vms)) {
      const guest = world.guest(id)
      if (!guest) throw died(`update pools failed: VM ${id} does not exist`)
      if (values.delete === '1') delete guest.pool
      else guest.pool = pool.poolid
    }
    return null
  }
  const remove = async (call: Call) => {
    await locked('delete pool')
    const pool = found(call)
    if (members(pool).length) throw died(`delete pool failed: pool '${pool.poolid}' is not empty`)
    world.pools.splice(world.pools.indexOf(pool), 1)
    return null
  }

  const may = ['/pool/{poolid}', ['Pool.Allocate']] as const
  const rules = {
    vms: text(),
    storage: text(),
    comment: text(),
    delete: boolean,
    'allow-move': boolean,
  }
  const types = { type: oneOf('qemu', 'lxc', 'storage') }
  return [
    route(
      'GET',
      '/pools',
      'all',
      ({ caller, values }) =>
        world.pools
          .filter((p) => access.can(caller, `/pool/${p.poolid}`, ['Pool.Audit']))
          .filter((p) => !values.poolid || p.poolid === values.poolid)
          .map((p) => (values.poolid ? { ...p, members: members(p) } : p)),
      { rules: { poolid: text(), ...types } },
    ),
    route('POST', '/pools', may, create, {
      privileged: true,
      rules: { poolid: needed(text(256)), comment: text() },
    }),
    route(
      'GET',
      '/pools/{poolid}',
      ['/pool/{poolid}', ['Pool.Audit']],
      (call) => ({ ...found(call), members: members(found(call)) }),
      { rules: types },
    ),
    route('PUT', '/pools/{poolid}', may, update, { privileged: true, rules }),
    route('PUT', '/pools', may, update, {
      privileged: true,
      rules: { poolid: needed(text(256)), ...rules },
    }),
    route('DELETE', '/pools/{poolid}', may, remove, { privileged: true }),
  ]
}
