/** `/access/groups`. */
import { died } from '../answer.ts'
import { needed, text } from '../parameters.ts'
import { type Kit, type Route, route } from '../routing.ts'
import { accessDesk } from './desk.ts'

export const groupRoutes = (kit: Kit): Route[] => {
  const { users, groups } = kit.access
  const { locked } = accessDesk(kit)
  const wide = { privileged: true }
  return [
    route('GET', '/access/groups', 'all', () =>
      [...groups].map(([groupid, g]) => ({
        groupid,
        ...g,
        users: [...users.values()]
          .filter((u) => u.groups.includes(groupid))
          .map((u) => u.userid)
          .join(','),
      })),
    ),
    route(
      'POST',
      '/access/groups',
      ['/access/groups', ['Group.Allocate']],
      async ({ values }) => {
        await locked('create group')
        if (groups.has(values.groupid!))
          throw died(`create group failed: group '${values.groupid}' already exists`)
        groups.set(values.groupid!, values.comment ? { comment: values.comment } : {})
        return null
      },
      { ...wide, rules: { groupid: needed(text(64)), comment: text() } },
    ),
  ]
}
