/** Docker and podman: lists, logs, figures. `inspect` shows environments, so only states of it. */
import { look } from '../look.ts'
import type { Given, Rule } from '../rule.ts'

/** Fields of `inspect` and `ps` that hold no environment, no command line and no mount of secrets. */
const STATES =
  /^(?:[\w :,=/|\\t-]|\{\{\s*(?:json\s+)?\.(?:State(?:\.(?:Status|Running|Paused|Restarting|OOMKilled|Dead|Pid|ExitCode|StartedAt|FinishedAt|Error|Health\.(?:Status|FailingStreak)))?|RestartCount|Name|Names|Id|ID|Created|CreatedAt|Image|Status|Ports|Size|RunningFor|HostConfig\.(?:RestartPolicy(?:\.Name)?|Memory|NetworkMode)|NetworkSettings\.(?:Ports|IPAddress)|Repository|Tag|Digest|Driver|Mountpoint|CPUPerc|MemUsage|MemPerc|NetIO|BlockIO|PIDs|Container|Type|TotalCount|Active|Reclaimable|ServerVersion)\s*\}\})*$/

const plainFormat = ({ flags }: Given) =>
  flags
    .filter((f) => f.name === '--format' || f.name === '-f')
    .every((f) => /^(?:json|table.*)$/.test(f.value ?? '') || STATES.test(f.value ?? ''))

const engine = (name: string): Rule[] => [
  look(
    `${name} ps`,
    '-aqlsn --all --quiet --latest --size --no-trunc -f:text --filter:text --format:text',
    '',
    [
      `${name} ps`,
      `${name} ps -a`,
      `${name} ps -a --format "{{.Names}} {{.Status}}"`,
      `${name} ps --filter status=exited`,
    ],
    [`${name} rm -f x`, `${name} -H tcp://10.0.0.1 ps`, `${name} run x`],
    {
      check: ({ flags }) =>
        flags
          .filter((f) => f.name === '--format')
          .every((f) => STATES.test(f.value!.replace(/^table /, '')) || f.value === 'json'),
    },
  ),
  look(
    `${name} container ls`,
    '-aqls --all --quiet --no-trunc -f:text --filter:text',
    '',
    [`${name} container ls -a`],
    [`${name} container prune -f`],
  ),
  look(
    `${name} logs`,
    '-t -n:number --tail:number --timestamps --since:time --until:time --details',
    'container',
    [`${name} logs web`, `${name} logs --tail 100 web`, `${name} logs --since 1h web`],
    [`${name} logs -f web`, `${name} logs --follow web`, `${name} exec web df`],
  ),
  look(
    `${name} stats`,
    '-a --no-stream --all --no-trunc --format:text',
    'container*',
    [`${name} stats --no-stream`],
    [`${name} stats`, `${name} stop web`],
    { needs: '--no-stream', check: plainFormat },
  ),
  look(
    `${name} top`,
    '',
    'container',
    [`${name} top web`],
    [`${name} top web e`, `${name} top web -o environ`, `${name} kill web`],
  ),
  look(
    `${name} port`,
    '',
    'container word?',
    [`${name} port web`],
    [`${name} cp web:/etc/shadow /tmp/x`],
  ),
  look(`${name} diff`, '', 'container', [`${name} diff web`], [`${name} commit web x`]),
  look(
    `${name} images`,
    '-aq --all --quiet --digests --no-trunc -f:text --filter:text',
    'image?',
    [`${name} images`, `${name} images -a`],
    [`${name} rmi x`, `${name} pull x`],
  ),
  look(
    `${name} image ls`,
    '-aq --all --quiet --digests --no-trunc',
    'image?',
    [`${name} image ls`],
    [`${name} image prune -f`, `${name} image rm x`],
  ),
  look(
    `${name} volume ls`,
    '-q --quiet -f:text --filter:text',
    '',
    [`${name} volume ls`],
    [`${name} volume rm x`, `${name} volume prune -f`],
  ),
  look(
    `${name} network ls`,
    '-q --quiet --no-trunc',
    '',
    [`${name} network ls`],
    [`${name} network rm x`],
  ),
  look(
    `${name} network inspect`,
    '',
    'container',
    [`${name} network inspect bridge`],
    [`${name} network connect x y`],
  ),
  look(`${name} version`, '', '', [`${name} version`], [`${name} swarm init`]),
  look(`${name} info`, '', '', [`${name} info`], [`${name} login`]),
  look(
    `${name} system df`,
    '-v --verbose',
    '',
    [`${name} system df`, `${name} system df -v`],
    [`${name} system prune -af`],
  ),
  look(
    `${name} inspect`,
    '-f:text --format:text --type:word',
    'container+',
    [
      `${name} inspect -f "{{.State.Status}}" web`,
      `${name} inspect --format "{{.RestartCount}}" web`,
    ],
    [
      `${name} inspect web`,
      `${name} inspect -f "{{.Config.Env}}" web`,
      `${name} inspect -f "{{json .}}" web`,
      `${name} inspect -f "{{range .Config.Env}}{{.}}{{end}}" web`,
    ],
    {
      needs: '-f --format',
      check: ({ flags }) => flags.every((f) => f.name === '--type' || STATES.test(f.value!)),
    },
  ),
  look(
    `${name} compose logs`,
    '-t --timestamps --tail:number -n:number --since:time --no-color',
    'container*',
    [`${name} compose logs --tail 50`],
    [`${name} compose logs -f`, `${name} compose -f /tmp/x logs`],
  ),
  look(
    `${name} compose ls`,
    '-aq --all',
    '',
    [`${name} compose ls`],
    [`${name} compose up -d`, `${name} compose down`],
  ),
  look(
    `${name} compose ps`,
    '-aq --all',
    'container*',
    [`${name} compose ps`],
    [`${name} compose -f /tmp/x ps`, `${name} compose config`, `${name} compose rm -f`],
  ),
]

export const containers: readonly Rule[] = [
  ...engine('docker'),
  ...engine('podman'),
  look('ctr containers ls', '-q', '', ['ctr containers ls'], ['ctr run x y']),
  look('lxc list', '', '', ['lxc list'], ['lxc delete x', 'lxc exec x df']),
]
