/** Services and their log, of a node or of a guest: `systemctl` and `journalctl`. */
import { lineOf } from './handlers/node-logs.ts'
import {
  type Answer,
  type Command,
  columns,
  failure,
  figuresOf,
  lines,
  type Place,
} from './place.ts'
import type { LogLine, Service } from './things.ts'
import { stamp } from './volumes.ts'
import type { World } from './world.ts'

/** In a guest there are the few that every machine has. */
const servicesIn = ({ node, guest }: Place): Service[] =>
  guest
    ? ['ssh', 'cron', 'systemd-journald', ...(guest.vmid === 103 ? ['docker'] : [])].map(
        (name) => ({
          name,
          desc: name,
          enabled: true,
          running: true,
        }),
      )
    : node.services

export const systemctl: Command = (words, place, world) => {
  const [verb = 'list-units', ...rest] = words.filter((w) => !w.startsWith('-'))
  const all = servicesIn(place)
  if (verb === 'list-units' || verb === '--failed') {
    const failed = words.some((w) => w === '--failed' || w === '--state=failed')
    return failed ? lines('0 loaded units listed.') : listUnits(all)
  }
  const name = (rest[0] ?? '').replace(/\.service$/, '')
  const unit = all.find((s) => s.name === name)
  if (!unit) return failure(`Unit ${name}.service could not be found.`, verb === 'status' ? 4 : 5)
  const word = unit.running ? 'active' : 'inactive'
  if (verb === 'is-active') return { out: `${word}\n`, code: unit.running ? 0 : 3 }
  if (verb === 'is-enabled') return lines(unit.enabled ? 'enabled' : 'disabled')
  if (verb === 'status') return statusOf(unit, place, world)
  if (['start', 'stop', 'restart', 'reload'].includes(verb)) return act(unit, verb, place, world)
  return failure(`Unknown command verb ${verb}.`)
}

const listUnits = (all: Service[]): Answer =>
  lines(
    '  UNIT LOAD ACTIVE SUB DESCRIPTION',
    ...all.map((s) => {
      const [active, sub] = s.running ? ['active', 'running'] : ['inactive', 'dead']
      return columns([`  ${s.name}.service`, 'loaded', active, sub, s.desc], [34, 6, 8, 7])
    }),
  )

const statusOf = (unit: Service, place: Place, world: World): Answer => {
  const since = stamp(world.now() - figuresOf(place, world).uptime * 1000)
  const state = unit.running ? `active (running) since ${since} UTC` : 'inactive (dead)'
  return {
    ...lines(
      `${unit.running ? '●' : '○'} ${unit.name}.service - ${unit.desc}`,
      `     Loaded: loaded (/usr/lib/systemd/system/${unit.name}.service; ${unit.enabled ? 'enabled' : 'disabled'}; preset: enabled)`,
      `     Active: ${state}`,
      ...(unit.running ? [`   Main PID: ${1000 + unit.name.length * 7} (${unit.name})`] : []),
    ),
    code: unit.running ? 0 : 3,
  }
}

const act = (unit: Service, verb: string, { node, guest }: Place, world: World): Answer => {
  if (guest) return { takes: 500 }
  unit.running = verb !== 'stop'
  const word = { stop: 'Stopped', reload: 'Reloaded' }[verb] ?? 'Started'
  world.note(node, 'systemd[1]', `${word} ${unit.name}.service - ${unit.desc}.`)
  if (unit.name === 'pveproxy') world.mute(node, !unit.running)
  return { takes: 700 }
}

export const journalctl: Command = (words, place, world) => {
  const option = (...names: string[]): string | undefined => {
    for (const [i, word] of words.entries()) {
      const name = names.find(
        (n) =>
          word === n ||
          word.startsWith(`${n}=`) ||
          (/^-\w$/.test(n) && word.startsWith(n) && word !== n),
      )
      if (name) return word === name ? words[i + 1] : word.slice(name.length).replace(/^=/, '')
    }
    return undefined
  }
  const unit = option('-u', '--unit')?.replace(/\.service$/, '')
  const count = Number(option('-n', '--lines') ?? 1000)
  const bad = option('-p', '--priority') !== undefined
  const rows = journalOf(place, world)
    .filter((l) => !unit || l.tag.startsWith(unit) || l.text.includes(unit))
    .filter((l) => !bad || /fail|error|killed|out of memory/i.test(l.text))
    .slice(-count)
  if (rows.length === 0) return lines('-- No entries --')
  return lines(...rows.map((l) => lineOf(place.name, l)))
}

const journalOf = ({ node, guest, name }: Place, world: World): LogLine[] => {
  if (!guest) return node.syslog
  const up = guest.states.at(-1)!.since
  return [
    { at: up, tag: 'systemd[1]', text: `Started Journal Service on ${name}.` },
    { at: up + 2000, tag: 'sshd[211]', text: 'Server listening on 0.0.0.0 port 22.' },
    {
      at: world.now() - 240_000,
      tag: 'systemd[1]',
      text: 'Finished systemd-tmpfiles-clean.service.',
    },
  ].filter((l) => l.at <= world.now())
}
