/**
 * The containers of Docker in the management VM: two compose projects and two that stand alone, with a
 * state that changes. They go down with the VM and those that should come up with it again.
 */
import { days, hours } from '../lib/clock.ts'
import type { Guest } from './things.ts'

export type Container = {
  /** 64 hex digits. */
  id: string
  name: string
  image: string
  command: string
  createdAt: number
  project?: string
  service?: string
  ports: { host: number; inside: number }[]
  restart: 'no' | 'unless-stopped'
  health?: 'healthy' | 'unhealthy'
  restarts: number
  /** Memory in use, bytes. */
  memory: number
  state: { running: boolean; since: number; code: number }
  log: { at: number; text: string }[]
}

export type Docker = ReturnType<typeof createDocker>

const MiB = 1024 ** 2
type Wish = Pick<Container, 'name' | 'image' | 'command' | 'memory'> &
  Partial<Pick<Container, 'project' | 'service' | 'ports' | 'health' | 'restart' | 'restarts'>> & {
    stopped?: { ago: number; code: number }
    says: string[]
  }

const wishes: Wish[] = [
  {
    name: 'ai-llama-1',
    project: 'ai',
    service: 'llama',
    image: 'ghcr.io/ggml-org/llama.cpp:server',
    command: '/app/llama-server --port 8080',
    ports: [{ host: 8080, inside: 8080 }],
    health: 'healthy',
    memory: 2300 * MiB,
    says: [
      'main: server is listening on http://0.0.0.0:8080',
      'srv  update_slots: all slots are idle',
    ],
  },
  {
    name: 'ai-open-webui-1',
    project: 'ai',
    service: 'open-webui',
    image: 'ghcr.io/open-webui/open-webui:v0.6.34',
    command: 'bash start.sh',
    ports: [{ host: 3000, inside: 8080 }],
    health: 'healthy',
    memory: 640 * MiB,
    says: ['Application startup complete.', 'Uvicorn running on http://0.0.0.0:8080'],
  },
  {
    name: 'monitoring-prometheus-1',
    project: 'monitoring',
    service: 'prometheus',
    image: 'prom/prometheus:v3.6.0',
    command: '/bin/prometheus --config.file=/etc/prometheus/prometheus.yml',
    ports: [{ host: 9090, inside: 9090 }],
    memory: 210 * MiB,
    says: ['level=info msg="Server is ready to receive web requests."'],
  },
  {
    name: 'monitoring-grafana-1',
    project: 'monitoring',
    service: 'grafana',
    image: 'grafana/grafana:12.1.1',
    command: '/run.sh',
    ports: [{ host: 3001, inside: 3000 }],
    memory: 150 * MiB,
    stopped: { ago: hours(9), code: 1 },
    restarts: 4,
    says: [
      'logger=server msg="HTTP Server Listen"',
      'logger=sqlstore level=error msg="database is locked"',
    ],
  },
  {
    name: 'uptime-kuma',
    image: 'louislam/uptime-kuma:2',
    command: 'node server/server.js',
    ports: [{ host: 3002, inside: 3001 }],
    health: 'healthy',
    memory: 180 * MiB,
    says: ['[SERVER] INFO: Listening on port 3001'],
  },
  {
    name: 'old-import',
    image: 'debian:13-slim',
    command: 'sleep 60',
    restart: 'no',
    memory: MiB,
    stopped: { ago: days(3), code: 0 },
    says: ['done'],
  },
]

export const createDocker = ({
  now,
  host,
}: {
  now: () => number
  host: () => Guest | undefined
}) => {
  const began = now()
  const containers = wishes.map((wish, i): Container => {
    const { stopped, says, ...rest } = wish
    const id = Array.from({ length: 64 }, (_, n) => ((i * 7 + n * 5 + 3) % 16).toString(16)).join(
      '',
    )
    const since = began - (stopped?.ago ?? days(5) + hours(i))
    return {
      id,
      ports: [],
      restart: 'unless-stopped',
      restarts: 0,
      createdAt: began - days(20) - hours(i),
      state: { running: !stopped, since, code: stopped?.code ?? 0 },
      log: says.map((text, n) => ({ at: since - 5000 + n * 1000, text })),
      ...rest,
    }
  })

  /** Whether it runs now: nothing does while the VM is off, and it brings them up with it. */
  const stateOf = ({ state }: Container) => {
    const vm = host()?.states.at(-1)
    if (vm?.status !== 'running') return { running: false, since: vm?.since ?? 0, code: 137 }
    return { ...state, since: state.running ? Math.max(state.since, vm.since) : state.since }
  }

  const set = (c: Container, running: boolean, code = 0) => {
    c.state = { running, since: now(), code }
    c.log.push({
      at: now(),
      text: running ? (c.log[0]?.text ?? 'started') : 'received SIGTERM, exiting',
    })
    if (c.log.length > 500) c.log.splice(0, 100)
    if (running && c.image.startsWith('grafana/')) delete c.health
  }

  return {
    containers,
    stateOf,
    /** By name or by the beginning of the id. */
    find: (word: string) =>
      containers.find((c) => c.name === word) ??
      (word.length >= 3 ? containers.find((c) => c.id.startsWith(word)) : undefined),
    start: (c: Container) => stateOf(c).running || set(c, true),
    stop: (c: Container) => stateOf(c).running && set(c, false),
    restart: (c: Container) => set(c, true),
  }
}
