/** The command line of Docker, as far as one looks at containers and starts, stops and reads them. */
import { compose } from './compose-cli.ts'
import type { Container, Docker } from './docker.ts'
import { ago, aligned, filled, given } from './docker-words.ts'
import { type Answer, type Command, failure, human, lines } from './place.ts'
import type { World } from './world.ts'

const docker: Command = (words, _, world) => {
  const [verb = '', ...rest] = words[0] === 'container' ? words.slice(1) : words
  if (verb === 'compose') return compose(rest, world)
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run) return run(rest, world)
  return failure(
    `docker: unknown command: docker ${verb}\n\nRun 'docker --help' for more information`,
  )
}

const ps = (words: string[], { docker, now }: World): Answer => {
  const asked = given(words)
  const all = docker.containers
    .filter((c) => asked.has('-a', '--all', '-aq') || docker.stateOf(c).running)
    .filter((c) => matches(c, docker, asked.value('--filter', '-f')))
  if (asked.has('-q', '--quiet', '-aq'))
    return lines(...all.map((c) => (asked.has('--no-trunc') ? c.id : c.id.slice(0, 12))))
  const rows = all.map((c) => rowOf(c, docker, now(), asked.has('--no-trunc')))
  const format = asked.value('--format')
  if (format === 'json' || format === '{{json .}}')
    return lines(...rows.map((r) => JSON.stringify(r)))
  if (format && !format.startsWith('table')) return lines(...rows.map((r) => filled(format, r)))
  const titles = ['CONTAINER ID', 'IMAGE', 'COMMAND', 'CREATED', 'STATUS', 'PORTS', 'NAMES']
  const keys = ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names']
  return lines(...aligned([titles, ...rows.map((r) => keys.map((key) => r[key] ?? ''))]))
}

const matches = (c: Container, docker: Docker, filter: string | undefined): boolean => {
  if (!filter) return true
  const [key, value = ''] = filter.split('=')
  if (key === 'name') return c.name.includes(value)
  if (key === 'status') return (docker.stateOf(c).running ? 'running' : 'exited') === value
  if (key === 'health') return c.health === value
  if (key === 'label') return filter.endsWith(`project=${c.project}`)
  return true
}

type Row = Record<string, string>
const rowOf = (c: Container, docker: Docker, now: number, whole: boolean): Row => {
  const state = docker.stateOf(c)
  return {
    Command: `"${c.command}"`,
    CreatedAt: `${new Date(c.createdAt).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`,
    ID: whole ? c.id : c.id.slice(0, 12),
    Image: c.image,
    Labels: c.project
      ? `com.docker.compose.project=${c.project},com.docker.compose.service=${c.service}`
      : '',
    LocalVolumes: '0',
    Mounts: '',
    Names: c.name,
    Networks: c.project ? `${c.project}_default` : 'bridge',
    Ports: state.running ? portsOf(c) : '',
    RunningFor: `${ago(now - c.createdAt)} ago`,
    Size: '0B',
    State: state.running ? 'running' : 'exited',
    Status: statusOf(c, docker, now),
  }
}

export const portsOf = (c: Container): string =>
  c.ports.map((p) => `0.0.0.0:${p.host}->${p.inside}/tcp`).join(', ')

/** `Up 5 days (healthy)`, `Exited (1) 9 hours ago` */
export const statusOf = (c: Container, docker: Docker, now: number): string => {
  const { running, since, code } = docker.stateOf(c)
  if (!running) return `Exited (${code}) ${ago(now - since)} ago`
  return `Up ${ago(now - since)}${c.health ? ` (${c.health})` : ''}`
}

const unknown = (name: string) => `Error response from daemon: No such container: ${name}`

/** Names what it did, and complains of whom it did not find. */
const each =
  (takes: number, act: (docker: Docker, c: Container) => unknown) =>
  (words: string[], { docker }: World): Answer => {
    const { names } = given(words)
    if (names.length === 0) return failure('docker: requires at least 1 argument')
    const out: string[] = []
    const err: string[] = []
    for (const name of names) {
      const found = docker.find(name)
      if (found) act(docker, found)
      if (found) out.push(`${name}\n`)
      else err.push(`${unknown(name)}\n`)
    }
    return {
      out: out.join(''),
      err: err.join(''),
      code: err.length ? 1 : 0,
      takes: out.length * takes,
    }
  }

const logs = (words: string[], { docker, now }: World): Answer => {
  const asked = given(words, /^(?:-n|--tail|--since|--until)$/)
  const [name = ''] = asked.names
  const found = docker.find(name)
  if (!found) return failure(unknown(name))
  const tail = asked.value('--tail', '-n')
  const since = /^(\d+)([smhd])$/.exec(asked.value('--since') ?? '')
  const unit = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 }[since?.[2] ?? 's'] ?? 1e3
  const from = since ? now() - Number(since[1]) * unit : 0
  const rows = found.log
    .filter((l) => l.at >= from)
    .slice(tail && tail !== 'all' ? -Number(tail) : 0)
  const stamped = asked.has('-t', '--timestamps')
  return lines(...rows.map((l) => `${stamped ? `${new Date(l.at).toISOString()} ` : ''}${l.text}`))
}

const inspect = (words: string[], { docker }: World): Answer => {
  const asked = given(words)
  const found = asked.names.map((name) => ({ name, c: docker.find(name) }))
  const missing = found.find(({ c }) => !c)
  const all = found.flatMap(({ c }) => (c ? [inspected(c, docker)] : []))
  const format = asked.value('--format', '-f')
  const said = format ? all.map((one) => filled(format, one)) : [JSON.stringify(all, null, 4)]
  return missing
    ? { ...lines(...said), ...failure(`Error: No such object: ${missing.name}`) }
    : lines(...said)
}

const inspected = (c: Container, docker: Docker) => {
  const { running, since, code } = docker.stateOf(c)
  const time = new Date(since).toISOString()
  return {
    Id: c.id,
    Created: new Date(c.createdAt).toISOString(),
    Name: `/${c.name}`,
    RestartCount: c.restarts,
    State: {
      Status: running ? 'running' : 'exited',
      Running: running,
      ExitCode: running ? 0 : code,
      StartedAt: running ? time : new Date(since - 3_600_000).toISOString(),
      FinishedAt: running ? '0001-01-01T00:00:00Z' : time,
      ...(c.health ? { Health: { Status: running ? c.health : 'unhealthy' } } : {}),
    },
    Config: {
      Image: c.image,
      Labels: c.project
        ? {
            'com.docker.compose.project': c.project,
            'com.docker.compose.service': c.service,
            'com.docker.compose.project.working_dir': `/opt/stacks/${c.project}`,
          }
        : {},
    },
    HostConfig: { RestartPolicy: { Name: c.restart } },
  }
}

const stats = (words: string[], { docker }: World): Answer => {
  const running = docker.containers.filter((c) => docker.stateOf(c).running)
  const rows = running.map((c, i) => ({
    ID: c.id.slice(0, 12),
    Name: c.name,
    CPUPerc: `${(0.4 + i * 0.7).toFixed(2)}%`,
    MemUsage: `${human(c.memory)}iB / 8GiB`,
    MemPerc: `${((c.memory / (8 * 1024 ** 3)) * 100).toFixed(2)}%`,
    NetIO: '12MB / 3MB',
    BlockIO: '0B / 0B',
    PIDs: '12',
  }))
  if (given(words).value('--format')) return lines(...rows.map((r) => JSON.stringify(r)))
  const titles = ['CONTAINER ID', 'NAME', 'CPU %', 'MEM USAGE / LIMIT', 'MEM %']
  return lines(
    ...aligned([titles, ...rows.map((r) => [r.ID, r.Name, r.CPUPerc, r.MemUsage, r.MemPerc])]),
  )
}

const version = (words: string[]): Answer => {
  const { Client, Server } = { Client: { Version: '28.5.1' }, Server: { Version: '28.5.1' } }
  const format = given(words).value('--format', '-f')
  return lines(
    format
      ? filled(format, { Client, Server })
      : `Client: ${Client.Version}\nServer: ${Server.Version}`,
  )
}

const verbs: Record<string, (words: string[], world: World) => Answer> = {
  ps,
  ls: ps,
  logs,
  inspect,
  stats,
  version,
  '--version': () => lines('Docker version 28.5.1, build e180ab8'),
  start: each(400, (docker, c) => docker.start(c)),
  stop: each(900, (docker, c) => docker.stop(c)),
  restart: each(1200, (docker, c) => docker.restart(c)),
}

export const dockerCommands: Record<string, Command> = { docker }
