/** Every call the lab understands. */
import type { Kit, Route } from '../routing.ts'
import type { Kind } from '../things.ts'
import { agentRoutes } from './agent.ts'
import { backupJobRoutes } from './backup-jobs.ts'
import { cloneRoutes } from './clone.ts'
import { clusterRoutes } from './cluster.ts'
import { contentRoutes } from './content.ts'
import { createRoutes } from './create.ts'
import { destroyRoutes } from './destroy.ts'
import { groupRoutes } from './groups.ts'
import { guestRoutes } from './guests.ts'
import { haRoutes } from './ha.ts'
import { loginRoutes } from './login.ts'
import { migrateRoutes } from './migrate.ts'
import { nodeDiskRoutes } from './node-disks.ts'
import { nodeLogRoutes } from './node-logs.ts'
import { nodeNetworkRoutes } from './node-network.ts'
import { nodeRoutes } from './nodes.ts'
import { poolRoutes } from './pools.ts'
import { powerRoutes } from './power.ts'
import { resizeRoutes } from './resize.ts'
import { rightsRoutes } from './rights.ts'
import { rrdRoutes } from './rrd.ts'
import { snapshotRoutes } from './snapshots.ts'
import { storageRoutes } from './storage.ts'
import { taskRoutes } from './tasks.ts'
import { upkeepRoutes } from './upkeep.ts'
import { userTokenRoutes } from './user-tokens.ts'
import { userRoutes } from './users.ts'
import { vzdumpRoutes } from './vzdump.ts'

const kinds: Kind[] = ['lxc', 'qemu']

export const allRoutes = (kit: Kit): Route[] => [
  ...clusterRoutes(kit),
  ...backupJobRoutes(kit),
  ...haRoutes(kit),
  ...nodeRoutes(kit),
  ...nodeNetworkRoutes(),
  ...nodeLogRoutes(),
  ...nodeDiskRoutes(),
  ...upkeepRoutes(kit),
  ...taskRoutes(kit),
  ...storageRoutes(kit),
  ...rrdRoutes(kit),
  ...loginRoutes(kit),
  ...userRoutes(kit),
  ...userTokenRoutes(kit),
  ...groupRoutes(kit),
  ...rightsRoutes(kit),
  ...poolRoutes(kit),
  ...vzdumpRoutes(kit),
  ...createRoutes(kit),
  ...contentRoutes(kit),
  ...agentRoutes(kit),
  ...kinds.flatMap((kind) => [
    ...guestRoutes(kit, kind),
    ...powerRoutes(kit, kind),
    ...snapshotRoutes(kit, kind),
    ...destroyRoutes(kit, kind),
    ...migrateRoutes(kit, kind),
    ...cloneRoutes(kit, kind),
    ...resizeRoutes(kit, kind),
  ]),
]
