/** A node as the target of a deed, by its name. */
import * as z from 'zod'

export const nodeInput = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, 'expected the name of a node')
  .meta({ description: 'The name of the node, such as pve.' })
