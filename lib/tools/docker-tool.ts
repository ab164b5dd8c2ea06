/** What starting, stopping and restarting a container have in common: found in the live list, read back by its state. */
import * as z from 'zod'
import { minutes } from '../clock.ts'
import type { Outcome } from '../proxmox/types.ts'
import { harmless } from '../untrusted.ts'
import {
  conditionOf,
  containerInput,
  containerNamed,
  engine,
  engineTrouble,
  hostInput,
  hostNamed,
} from './containers.ts'
import { lookAgain } from './read-back.ts'
import { type ActTool, defineTool, type Found, type Hands, type ReadBack } from './tool.ts'

type DockerTool = Pick<
  ActTool,
  'name' | 'title' | 'description' | 'words' | 'proof' | 'idempotent'
> & {
  verb: 'start' | 'stop' | 'restart'
  undo: string
  goes: string
  whyNot(state: string, label: string): string | undefined
  /** Whether it is as the deed should leave it. */
  shows(now: Inspected, before: Inspected): boolean
}

type Inspected = { state: string; startedAt: string; id: string }

/** A container has ten seconds to end by itself, and a database may take a minute to start. */
const LIMIT_MS = minutes(2)
const STATE = '{{.State.Status}} {{.State.StartedAt}} {{.Id}}'

export const dockerTool = ({ verb, undo, goes, whyNot, shows, ...tool }: DockerTool) =>
  defineTool({
    ...tool,
    topic: 'containers',
    right: 'operate',
    tasks: [],
    input: z.strictObject({ host: hostInput, container: containerInput }),
    key: ({ host, container }) => `container/${host.toLowerCase()}/${container}`,
    async find(hands, { host: wanted, container }): Promise<Found> {
      const host = hostNamed(hands, wanted)
      const row = await containerNamed(hands, host, container)
      const before = await inspected(hands, host, container)
      const label = `${container} on ${host}`
      const back = (patient: boolean) =>
        readBack(hands, { host, container, label, before, shows }, patient)
      return {
        label,
        targets: [{ kind: 'container', id: `${host}/${container}` }],
        state: `${before.id} ${before.state}`,
        plan: {
          before: `${label} is ${conditionOf(row)}.`,
          calls: [`ssh ${host} docker ${verb} ${container}`],
          expected: `${label} is ${verb === 'stop' ? 'exited' : 'running'}.`,
          undo,
          goes,
          stays: 'Its image, its volumes, and what it has written',
        },
        whyNot: whyNot(before.state, label),
        run: async ({ stopped }) => ({
          outcome: engine(hands, host, [verb, container], {
            timeoutMs: LIMIT_MS,
            signal: stopped,
          }).then((done) => outcomeOf(done)),
        }),
        resume: async () => resumed(await back(true)),
        readBack: (_since, patient) => back(patient),
      }
    },
  })

const inspected = async (hands: Hands, host: string, container: string): Promise<Inspected> => {
  const done = await engine(hands, host, ['container', 'inspect', '--format', STATE, container])
  if (done.code !== 0) throw engineTrouble(host, done)
  const [state = '', startedAt = '', id = ''] = done.stdout.trim().split(' ')
  return {
    state: /^[a-z]{1,20}$/.test(state) ? state : 'unknown',
    startedAt: startedAt.slice(0, 40),
    id: id.slice(0, 12),
  }
}

type Back = Pick<DockerTool, 'shows'> & {
  host: string
  container: string
  label: string
  before: Inspected
}

const readBack = (
  hands: Hands,
  { host, container, label, before, shows }: Back,
  patient: boolean,
): Promise<ReadBack> =>
  lookAgain({ clock: hands.clock, label, patient }, async () => {
    const now = await inspected(hands, host, container)
    return {
      asExpected: shows(now, before),
      text: `${label} is ${now.state}.`,
      data: { host, container, state: now.state },
    }
  })

type Done = Awaited<ReturnType<typeof engine>>

/** What the engine says of a failure ends in the container's own words, so it is shortened. */
export const outcomeOf = ({ code, stderr, lost, timedOut, cancelled }: Done): Outcome => {
  if (lost) return { result: 'failed', unknown: true, text: 'The link was lost meanwhile' }
  if (timedOut) return { result: 'failed', text: 'It took too long and was given up' }
  if (cancelled) return { result: 'failed', text: 'It was ended from here' }
  if (code === 0) return { result: 'ok' }
  const last = harmless(stderr.trim().split('\n').at(-1), 160)
  return { result: 'failed', text: last || `It ended with code ${code}` }
}

/** The server ended meanwhile: what is seen now is all that is known. */
export const resumed = ({ asExpected }: ReadBack): Outcome =>
  asExpected
    ? { result: 'ok' }
    : { result: 'failed', unknown: true, text: 'The server ended before the answer was there' }
