/** Stops a container in order; after ten seconds its engine ends it. */
import { dockerTool } from './docker-tool.ts'

const ALIVE = ['running', 'paused', 'restarting']

export const dockerStop = dockerTool({
  name: 'docker_stop',
  title: 'Stop a container',
  description:
    'Stops a running Docker or Podman container of a host; it has ten seconds to end by itself. A later docker_start brings it back.',
  verb: 'stop',
  proof: 'the container does not run',
  idempotent: true,
  words: { noun: 'Stop', doing: 'being stopped' },
  undo: 'docker_start',
  goes: 'What it does, until it is started again',
  whyNot: (state, label) =>
    ALIVE.includes(state) ? undefined : `${label} does not run; it is ${state}.`,
  shows: ({ state }) => !ALIVE.includes(state) && state !== 'unknown',
})
