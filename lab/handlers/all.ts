/** Every call the lab understands. */
import type { Kit, Route } from '../routing.ts'
import { clusterRoutes } from './cluster.ts'
import { guestRoutes } from './guests.ts'
import { powerRoutes } from './power.ts'
import { taskRoutes } from './tasks.ts'

export const allRoutes = (kit: Kit): Route[] => [
  ...clusterRoutes(kit),
  ...taskRoutes(kit),
  ...guestRoutes(kit, 'lxc'),
  ...guestRoutes(kit, 'qemu'),
  ...powerRoutes(kit, 'lxc'),
  ...powerRoutes(kit, 'qemu'),
]
