/** Starts a container on one of the configured hosts. */
import { dockerTool } from './docker-tool.ts'

export const dockerStart = dockerTool({
  name: 'docker_start',
  title: 'Start a container',
  description: 'Starts a stopped Docker or Podman container of a host.',
  verb: 'start',
  proof: 'the container runs',
  idempotent: true,
  words: { noun: 'Start', doing: 'being started', afterFailure: 'See docker_logs of it.' },
  undo: 'docker_stop',
  goes: 'Nothing',
  whyNot: (state, label) => (state === 'running' ? `${label} is running already.` : undefined),
  shows: ({ state }) => state === 'running',
})
