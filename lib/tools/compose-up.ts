/**
 * Brings a compose project up as its file says now: what has changed in it is made anew. The project
 * is one that the host knows by itself, and its files are those that it names, never the caller's.
 */
import * as z from 'zod'
import { minutes } from '../clock.ts'
import { harmless } from '../untrusted.ts'
import {
  type ContainerState,
  conditionOf,
  containersOn,
  engine,
  engineTrouble,
  hostInput,
  hostNamed,
} from './containers.ts'
import { outcomeOf, resumed } from './docker-tool.ts'
import { listed, stranger } from './places.ts'
import { lookAgain } from './read-back.ts'
import { defineTool, type Found, type Hands, type ReadBack, refusal } from './tool.ts'

/** Images may have to be fetched. */
const LIMIT_MS = minutes(10)

export const projectInput = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'expected the name of a project')
  .meta({ description: 'Name of a compose project.' })

export const composeUp = defineTool({
  name: 'compose_up',
  title: 'Bring a compose project up',
  description:
    'Runs docker compose up -d for a project that the host knows: starts what is down and makes anew what its file has changed. Needs the approval of a person.',
  topic: 'containers',
  right: 'operate',
  proof: 'every container of the project runs or has ended well',
  words: { noun: 'Compose up', doing: 'being brought up', afterFailure: 'See compose_ps of it.' },
  tasks: [],
  input: z.strictObject({ host: hostInput, project: projectInput }),
  key: ({ host, project }) => `compose/${host.toLowerCase()}/${project}`,
  async find(hands, { host: wanted, project }): Promise<Found> {
    const host = hostNamed(hands, wanted)
    const files = await filesOf(hands, host, project)
    const all = await membersOf(hands, host, project)
    const words = ['compose', '-p', project, ...files.flatMap((file) => ['-f', file])]
    const label = `${project} on ${host}`
    const back = (patient: boolean) => readBack(hands, { host, project, label }, patient)
    return {
      label,
      targets: [{ kind: 'container', id: `${host}/${project}` }],
      state: [files, await said(hands, host, words), all.map((c) => c.id + c.state)].join('|'),
      plan: {
        before: `${label}: ${all.map((c) => `${c.name} ${conditionOf(c)}`).join('; ') || 'no containers'}.`,
        calls: [`ssh ${host} docker ${[...words, 'up', '-d'].join(' ')}`],
        expected: `Every container of ${label} runs or has ended well.`,
        undo: 'none; the file as it was, and compose up again',
        goes: 'What containers that are made anew have written outside their volumes',
        stays: 'Volumes, and containers whose part of the file is as it was',
        checked: [`It reads: ${files.join(', ')}`],
      },
      whyNot: undefined,
      run: async ({ stopped }) => ({
        outcome: engine(hands, host, [...words, 'up', '-d'], {
          timeoutMs: LIMIT_MS,
          signal: stopped,
        }).then(outcomeOf),
      }),
      resume: async () => resumed(await back(true)),
      readBack: (_since, patient) => back(patient),
    }
  },
})

type Project = { name: string; files: string[] }

/** The files of a project as the host names them. Throws `not-found`, and `conflict` for odd ones. */
const filesOf = async (hands: Hands, host: string, wanted: string): Promise<string[]> => {
  const done = await engine(hands, host, ['compose', 'ls', '--all', '--format', 'json'])
  if (done.code !== 0) throw engineTrouble(host, done)
  const all = projectsIn(done.stdout)
  const found = all.find((p) => p.name === wanted)
  const names = all.map((p) => p.name)
  if (!found) throw stranger('project', wanted, names, `On ${host}: ${listed(names)}.`)
  const odd = found.files.find((file) => !/^\/[\w./@ -]+$/.test(file) || file.includes('..'))
  if (found.files.length > 0 && odd === undefined) return found.files
  throw refusal(
    'files',
    'conflict',
    `Which file ${wanted} is made from cannot be said: ${harmless(odd, 80) || 'it names none'}.`,
    `Bring it up by hand on ${host}.`,
  )
}

const projectsIn = (json: string): Project[] => {
  let rows: unknown
  try {
    rows = JSON.parse(json)
  } catch {
    return []
  }
  if (!Array.isArray(rows)) return []
  return rows.flatMap((row: { Name?: unknown; ConfigFiles?: unknown } | null) =>
    typeof row?.Name === 'string' && projectInput.safeParse(row.Name).success
      ? [
          {
            name: row.Name,
            files: String(row.ConfigFiles ?? '')
              .split(',')
              .filter(Boolean),
          },
        ]
      : [],
  )
}

/** A fingerprint of what the file says now: when it changes, a card from before is worth nothing. */
const said = async (hands: Hands, host: string, words: string[]): Promise<string> => {
  const done = await engine(hands, host, [...words, 'config', '--hash', '*'])
  return done.code === 0 ? done.stdout.slice(0, 10_000) : ''
}

const membersOf = async (hands: Hands, host: string, project: string): Promise<ContainerState[]> =>
  (await containersOn(hands, host)).filter((c) => c.project === project)

type Back = { host: string; project: string; label: string }

const readBack = (
  hands: Hands,
  { host, project, label }: Back,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock: hands.clock, label, patient }, async () => {
    const all = await membersOf(hands, host, project)
    const down = all.filter((c) => c.state !== 'running' && c.exitCode !== 0)
    return {
      asExpected: all.length > 0 && down.length === 0,
      text:
        down.length > 0
          ? `Of ${label} do not run: ${listed(down.map((c) => c.name))}.`
          : `${all.length} containers of ${label} run or have ended well.`,
      data: { host, project, containers: all.map(({ name, state }) => ({ name, state })) },
    }
  })
