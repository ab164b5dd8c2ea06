/** Restarts a container: down in order, then up again. */
import { dockerTool } from './docker-tool.ts'

export const dockerRestart = dockerTool({
  name: 'docker_restart',
  title: 'Restart a container',
  description: 'Stops a Docker or Podman container of a host and starts it again.',
  verb: 'restart',
  proof: 'the container runs, and since another moment than before',
  words: { noun: 'Restart', doing: 'being restarted', afterFailure: 'See docker_logs of it.' },
  undo: 'none; it runs as before',
  goes: 'Its connections, for a moment',
  whyNot: (state, label) =>
    state === 'paused' ? `${label} is paused; it has to be let go first.` : undefined,
  // Running alone proves nothing: it ran before.
  shows: (now, before) => now.state === 'running' && now.startedAt !== before.startedAt,
})
