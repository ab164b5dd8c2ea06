/** The containers of the configured hosts, those that do not run first. */
import * as z from 'zod'
import { count } from '../format.ts'
import {
  type ContainerState,
  conditionOf,
  containersOn,
  demandSsh,
  hostInput,
  hostNamed,
  hostsOf,
  onEach,
} from './containers.ts'
import { listing } from './told.ts'
import { defineLook } from './tool.ts'

export const dockerList = defineLook({
  name: 'docker_list',
  title: 'List of containers',
  description:
    'Docker or Podman containers on the configured hosts: state, since when, health, image, ports. All hosts, or one.',
  topic: 'containers',
  input: z.strictObject({ host: hostInput.optional() }),
  look: async (hands, { host: wanted }) => {
    demandSsh(hands)
    const hosts = wanted === undefined ? hostsOf(hands) : [hostNamed(hands, wanted)]
    const answers = await onEach(hosts, (host) => containersOn(hands, host))
    const mute = answers.filter((a) => a.trouble !== undefined)
    const rows = answers
      .flatMap(({ host, value = [] }) => value.map((c) => ({ host, ...c })))
      .sort((a, b) => Number(isWell(a)) - Number(isWell(b)))
    const down = rows.filter((c) => c.state !== 'running').length
    const head = `${count(rows.length, 'container')}, ${down} not running, read just now.`
    const { text, shown } = listing([head, ...mute.map((a) => `${a.host}: ${a.trouble}`)], {
      titles: ['HOST', 'NAME', 'STATE', 'IMAGE', 'PORTS', 'PROJECT'],
      rows,
      cells: (c) => [c.host, c.name, conditionOf(c), c.image, c.ports.join(','), c.project ?? '–'],
    })
    return {
      text,
      data: {
        total: rows.length,
        containers: shown,
        notReached: mute.map(({ host, trouble }) => ({ host, trouble })),
      },
    }
  },
})

const isWell = ({ state, health }: ContainerState) => state === 'running' && health !== 'unhealthy'
