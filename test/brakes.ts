/** The brakes of a house under test: nothing is protected but what its names say, level 4. */
import { canonical, type Json } from '../lib/audit/canonical.ts'
import type { Clock } from '../lib/clock.ts'
import type { Picture } from '../lib/cluster/picture.ts'
import type { Db } from '../lib/db/db.ts'
import { type Brakes, createBrakes } from '../lib/safety/brakes.ts'
import type { Marks } from '../lib/safety/protected.ts'
import type { SafetySettings } from '../lib/safety/settings.ts'
import { createShellPolicy } from '../lib/safety/shell/policy.ts'

/** Made once a process: its table takes some milliseconds. */
const shell = createShellPolicy()

type Given = {
  db: Db
  clock: Clock
  picture(): Picture
  marks?: Marks | undefined
  defaults?: Partial<SafetySettings> | undefined
  onTrip?: ((reason: string) => void) | undefined
}

export const testBrakes = ({ db, clock, picture, marks, defaults, onTrip }: Given): Brakes =>
  createBrakes({
    db,
    clock,
    canonical: (value) => canonical(value as Json),
    world: picture,
    marks: () => marks ?? {},
    defaults: { level: 4, ...defaults },
    onTrip,
    shell,
  })
