/** The compose projects of a host with their services, by the labels that compose leaves on containers. */
import * as z from 'zod'
import { count } from '../format.ts'
import {
  type ContainerState,
  conditionOf,
  containersOn,
  hostInput,
  hostNamed,
} from './containers.ts'
import { listed, stranger } from './places.ts'
import { listing } from './told.ts'
import { defineLook } from './tool.ts'

export const composePs = defineLook({
  name: 'compose_ps',
  title: 'Compose projects',
  description:
    'Compose projects of a host: each service with its container, state, image and ports.',
  topic: 'containers',
  input: z.strictObject({
    host: hostInput,
    project: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected the name of a project')
      .optional()
      .meta({ description: 'One project alone.' }),
  }),
  look: async (hands, { host: wanted, project }) => {
    const host = hostNamed(hands, wanted)
    const all = (await containersOn(hands, host)).filter((c) => c.project !== undefined)
    const names = [...new Set(all.map((c) => c.project!))].sort()
    if (project !== undefined && !names.includes(project))
      throw stranger('project', project, names, `On ${host}: ${listed(names)}.`)
    const rows = all
      .filter((c) => project === undefined || c.project === project)
      .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
    const up = rows.filter((c) => c.state === 'running').length
    const head = `${host}: ${count(project === undefined ? names.length : 1, 'project')}, ${up} of ${count(rows.length, 'container')} running, read just now.`
    const { text, shown } = listing([head], {
      titles: ['PROJECT', 'SERVICE', 'CONTAINER', 'STATE', 'IMAGE', 'PORTS'],
      rows,
      cells: (c) => [
        c.project!,
        c.service ?? '–',
        c.name,
        conditionOf(c),
        c.image,
        c.ports.join(','),
      ],
    })
    return { text, data: { host, projects: names.slice(0, 60), containers: shown } }
  },
})

const placeOf = ({ project, service, name }: ContainerState) =>
  `${project} ${service ?? ''} ${name}`
