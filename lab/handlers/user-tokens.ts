/** `/access/users/{userid}/token`: the secret is told once, by the call that makes it. */
import type { User } from '../access.ts'
import { died, wrongParameters } from '../answer.ts'
import { boolean, integer, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'

export const tokenRows = (user: User) =>
  [...user.tokens].map(([tokenid, t]) => ({
    tokenid,
    privsep: t.privsep ? 1 : 0,
    expire: t.expire,
    ...(t.comment ? { comment: t.comment } : {}),
  }))

/** What the calls about one token do. */
const tokenDeeds = (kit: Kit) => {
  const { access } = kit
  const { users } = access
  const { locked, existing, mayRead } = accessDesk(kit)

  const token = ({ values }: Call) => {
    const found = existing(values.userid!).tokens.get(values.tokenid!)
    if (!found) throw died(`no such token '${values.tokenid}' for user '${values.userid}'`)
    return found
  }
  const createToken = async (call: Call) => {
    const { caller, values } = call
    mayRead(caller, values.userid!)
    await locked('generating token')
    const user = existing(values.userid!)
    if (user.tokens.has(values.tokenid!))
      throw wrongParameters({ tokenid: 'Token already exists.' })
    const privsep = values.privsep !== '0'
    const expire = Number(values.expire ?? 0)
    const value = access.addToken(user.userid, values.tokenid!, {
      privsep,
      expire,
      ...(values.comment ? { comment: values.comment } : {}),
    })
    const info = {
      privsep: privsep ? '1' : '0',
      ...(values.expire ? { expire: values.expire } : {}),
    }
    return { 'full-tokenid': `${user.userid}!${values.tokenid}`, value, info }
  }
  const updateToken = async (call: Call) => {
    mayRead(call.caller, call.values.userid!)
    await locked('updating token info')
    const found = token(call)
    const { values } = call
    if (values.privsep !== undefined) found.privsep = values.privsep === '1'
    if (values.expire !== undefined) found.expire = Number(values.expire)
    if (values.comment !== undefined) found.comment = values.comment
    return { privsep: found.privsep ? 1 : 0, expire: found.expire }
  }
  const deleteToken = async (call: Call) => {
    mayRead(call.caller, call.values.userid!)
    await locked('deleting token')
    token(call)
    users.get(call.values.userid!)!.tokens.delete(call.values.tokenid!)
    access.forget(`${call.values.userid}!${call.values.tokenid}`)
    return null
  }

  return { token, createToken, updateToken, deleteToken }
}

export const userTokenRoutes = (kit: Kit): Route[] => {
  const { existing, mayRead } = accessDesk(kit)
  const { token, createToken, updateToken, deleteToken } = tokenDeeds(kit)
  const wide = { privileged: true }
  const rules = { comment: text(), expire: integer(0), privsep: boolean }
  const path = '/access/users/{userid}/token/{tokenid}'
  return [
    route('GET', '/access/users/{userid}/token', 'all', ({ caller, values }) => {
      mayRead(caller, values.userid!)
      return tokenRows(existing(values.userid!))
    }),
    route('GET', path, 'all', (call) => {
      mayRead(call.caller, call.values.userid!)
      const { privsep, expire, comment } = token(call)
      return { privsep: privsep ? 1 : 0, expire, ...(comment ? { comment } : {}) }
    }),
    route('POST', path, 'all', createToken, { ...wide, rules }),
    route('PUT', path, 'all', updateToken, { ...wide, rules }),
    route('DELETE', path, 'all', deleteToken, wide),
  ]
}
