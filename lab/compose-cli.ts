/** `docker compose`: the projects under /opt/stacks, their containers, and bringing them up. */
import type { Container, Docker } from './docker.ts'
import { portsOf, statusOf } from './docker-cli.ts'
import { aligned, given } from './docker-words.ts'
import { type Answer, failure, lines } from './place.ts'
import type { World } from './world.ts'

const root = '/opt/stacks'
const fileOf = (project: string) => `${root}/${project}/compose.yaml`
const ahead =
  /^(?:-p|--project-name|-f|--file|--project-directory|--format|--filter|--timeout|-t|--tail|-n)$/

export const compose = (words: string[], world: World): Answer => {
  const asked = given(words, ahead)
  const [verb = '', ...services] = asked.names
  if (verb === 'version') return lines('Docker Compose version v2.40.0')
  if (verb === 'ls') return list(world.docker, asked.value('--format'), asked.has('-a', '--all'))
  const project = projectOf(
    world.docker,
    asked.value('-p', '--project-name'),
    asked.value('-f', '--file') ?? asked.value('--project-directory'),
  )
  if (typeof project !== 'string') return project
  const all = world.docker.containers.filter(
    (c) => c.project === project && (services.length === 0 || services.includes(c.service ?? '')),
  )
  if (services.length > 0 && all.length === 0) return failure(`no such service: ${services[0]}`)
  if (verb === 'ps') return ps(all, world, asked.value('--format'), asked.has('-a', '--all'))
  if (verb === 'logs')
    return lines(...all.flatMap((c) => c.log.map((l) => `${c.service}-1  | ${l.text}`)))
  const act = Object.hasOwn(acts, verb) ? acts[verb] : undefined
  if (!act) return failure(`unknown docker command: "compose ${verb}"`)
  return act(all, world.docker)
}

const projectOf = (
  docker: Docker,
  name: string | undefined,
  place: string | undefined,
): string | Answer => {
  const wanted = name ?? (place ? new RegExp(`^${root}/([\\w-]+)`).exec(place)?.[1] : undefined)
  if (wanted && docker.containers.some((c) => c.project === wanted)) return wanted
  if (place) return failure(`open ${place}: no such file or directory`, 14)
  return failure('no configuration file provided: not found', 14)
}

const list = (docker: Docker, format: string | undefined, all: boolean): Answer => {
  const names = [...new Set(docker.containers.flatMap((c) => c.project ?? []))]
  const rows = names
    .map((name) => {
      const own = docker.containers.filter((c) => c.project === name)
      const up = own.filter((c) => docker.stateOf(c).running).length
      const down = own.length - up
      const status = [...(down ? [`exited(${down})`] : []), ...(up ? [`running(${up})`] : [])]
      return { Name: name, Status: status.join(', '), ConfigFiles: fileOf(name), up }
    })
    .filter((r) => all || r.up > 0)
    .map(({ up: _, ...r }) => r)
  if (format === 'json') return lines(JSON.stringify(rows))
  const table = [
    ['NAME', 'STATUS', 'CONFIG FILES'],
    ...rows.map((r) => [r.Name, r.Status, r.ConfigFiles]),
  ]
  return lines(...aligned(table))
}

const ps = (
  own: Container[],
  { docker, now }: World,
  format: string | undefined,
  all: boolean,
): Answer => {
  const shown = own.filter((c) => all || docker.stateOf(c).running)
  if (format === 'json') return lines(...shown.map((c) => JSON.stringify(rowOf(c, docker, now()))))
  const table = [
    ['NAME', 'IMAGE', 'SERVICE', 'STATUS', 'PORTS'],
    ...shown.map((c) => [c.name, c.image, c.service!, statusOf(c, docker, now()), portsOf(c)]),
  ]
  return lines(...aligned(table))
}

const rowOf = (c: Container, docker: Docker, now: number) => {
  const { running, code } = docker.stateOf(c)
  return {
    Command: `"${c.command}"`,
    CreatedAt: new Date(c.createdAt).toISOString(),
    ExitCode: running ? 0 : code,
    Health: running ? (c.health ?? '') : '',
    ID: c.id.slice(0, 12),
    Image: c.image,
    Name: c.name,
    Names: c.name,
    Project: c.project,
    Publishers: running
      ? c.ports.map((p) => ({
          URL: '0.0.0.0',
          TargetPort: p.inside,
          PublishedPort: p.host,
          Protocol: 'tcp',
        }))
      : [],
    Service: c.service,
    State: running ? 'running' : 'exited',
    Status: statusOf(c, docker, now),
  }
}

/** What was done to each is told on standard error, as the real one does. */
const told =
  (takes: number, act: (docker: Docker, c: Container) => string) =>
  (own: Container[], docker: Docker): Answer => ({
    err: own.map((c) => ` Container ${c.name}  ${act(docker, c)}\n`).join(''),
    takes,
  })

const acts: Record<string, (own: Container[], docker: Docker) => Answer> = {
  up: told(1200, (docker, c) => {
    const ran = docker.stateOf(c).running
    docker.start(c)
    return ran ? 'Running' : 'Started'
  }),
  stop: told(1200, (docker, c) => {
    docker.stop(c)
    return 'Stopped'
  }),
  restart: told(1500, (docker, c) => {
    docker.restart(c)
    return 'Started'
  }),
}
