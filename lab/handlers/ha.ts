/** `/cluster/ha`: nobody is under its care here. */
import { type Call, type Kit, type Route, route } from '../routing.ts'

const audit = ['/', ['Sys.Audit']] as const

export const haRoutes = ({ world }: Kit): Route[] => {
  const haStatus = ({ entry }: Call) => [
    {
      id: 'quorum',
      type: 'quorum',
      node: entry.name,
      quorate: world.isQuorate() ? 1 : 0,
      status: world.isQuorate() ? 'OK' : 'No quorum on node!',
    },
    {
      id: 'fencing',
      type: 'fencing',
      node: entry.name,
      'armed-state': 'standby',
      status: 'standby (CRM watchdog standby)',
    },
  ]

  return [
    route('GET', '/cluster/ha/status/current', audit, haStatus),
    route('GET', '/cluster/ha/status/manager_status', audit, ({ entry }) => ({
      manager_status: { node_status: {} },
      // A string on PVE 9.2.2.
      quorum: { quorate: world.isQuorate() ? '1' : '0', node: entry.name },
    })),
    route('GET', '/cluster/ha/resources', audit, () => []),
    route('GET', '/cluster/ha/rules', audit, () => []),
  ]
}
