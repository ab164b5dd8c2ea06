/** The shapes of what scripts read, for the description of the API and for the tests that hold it to them. */
import * as z from 'zod'
import { panels } from '../lib/paths.ts'
import { costRow } from './shapes-costs.ts'

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' })
const fraction = z.number().meta({ description: 'Fraction, 1 = all of it' })
const bytes = z.number().meta({ description: 'Bytes' })
const seconds = z.number().meta({ description: 'Seconds' })
const use = z.strictObject({ used: bytes, total: bytes })
const net = z.strictObject({ in: z.number(), out: z.number() }).meta({
  description: 'Bytes a second',
})
const orNull = <T extends z.ZodType>(shape: T) => shape.nullable()
const reach = z.enum(['online', 'offline', 'unknown'])

export const node = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  address: orNull(z.string()),
  reach,
  since: orNull(moment).meta({ description: 'Since when the reach is what it is, as far as seen' }),
  permitted: z.boolean().meta({ description: 'False: the token may not see its figures' }),
  cpu: orNull(fraction),
  cores: orNull(z.number()),
  memory: orNull(use),
  root: orNull(use),
  uptimeS: orNull(seconds),
  net: orNull(net),
  mac: orNull(z.string()),
  votes: orNull(z.number()),
})

export const guest = z.strictObject({
  vmid: z.number(),
  kind: z.enum(['qemu', 'lxc']),
  name: z.string(),
  node: z.string(),
  condition: z.enum(['running', 'stopped', 'paused', 'unknown', 'other']),
  word: z.string().meta({ description: 'The word as Proxmox sent it' }),
  why: orNull(z.string()).meta({ description: 'Why the condition is unknown' }),
  since: orNull(moment),
  template: z.boolean(),
  tags: z.array(z.string()),
  lock: orNull(z.string()),
  ha: orNull(z.string()),
  cpu: orNull(fraction),
  cores: orNull(z.number()),
  memory: orNull(use),
  disk: orNull(use),
  uptimeS: orNull(seconds),
  net: orNull(net),
})

export const storage = z.strictObject({
  id: z.string(),
  storage: z.string(),
  nodes: z.array(z.string()),
  shared: z.boolean(),
  plugin: z.string(),
  content: z.array(z.string()),
  condition: z.enum(['available', 'inactive', 'unknown']),
  why: orNull(z.string()),
  use: orNull(use),
  fullInDays: orNull(z.number()),
})

export const task = z.strictObject({
  upid: z.string(),
  node: z.string(),
  type: z.string(),
  object: z.string(),
  user: z.string(),
  start: moment,
  end: orNull(moment),
  outcome: z.enum(['running', 'ok', 'warnings', 'stopped', 'failed']),
  text: orNull(z.string()),
})

export const backup = z.strictObject({
  vmid: z.number(),
  name: z.string(),
  node: z.string(),
  last: orNull(z.strictObject({ at: moment, storage: z.string(), size: orNull(bytes) })),
  count: z.number(),
  uncovered: z.boolean().meta({ description: 'In no backup job' }),
})

export const event = z.strictObject({
  id: z.number(),
  at: moment,
  kind: z.string(),
  severity: z.enum(['info', 'good', 'warn', 'crit']),
  subject: orNull(z.string()),
  words: z.string(),
  payload: z.record(z.string(), z.unknown()),
})

export const vote = z.strictObject({ node: z.string(), reach, votes: orNull(z.number()) })

const celsius = z.number().meta({ description: '°C' })

export const temperatureRow = z.strictObject({
  node: z.string(),
  sensor: orNull(z.string()),
  celsius: orNull(celsius),
  warnCelsius: orNull(celsius),
  criticalCelsius: orNull(celsius),
  state: z.enum(['well', 'warm', 'critical', 'unknown']),
  at: orNull(moment),
  why: orNull(z.string()).meta({ description: 'Why there is no reading' }),
})

export const powerRow = z.strictObject({
  node: z.string(),
  aliases: z.array(z.string()),
  power: z.enum(['on', 'off', 'unknown']),
  since: moment,
  uptimeS: orNull(seconds),
  guestsRunning: orNull(z.number()),
  mac: orNull(z.string()),
  waking: orNull(z.strictObject({ since: moment, by: z.string() })),
  lastTry: orNull(z.strictObject({ at: moment, tookS: seconds, words: z.string() })).meta({
    description: 'Of waking a node that is not on; null: none since it went off, or it succeeded',
  }),
  wakeable: z.boolean(),
  whyNot: orNull(z.string()).meta({ description: 'Why it cannot be woken now' }),
})

export const fact = z.strictObject({ what: z.string(), is: z.string() })

export const cluster = z.strictObject({
  name: orNull(z.string()),
  standalone: z.boolean(),
  quorate: orNull(z.boolean()).meta({ description: 'null: cannot be known now' }),
  votes: orNull(
    z.strictObject({
      online: z.number(),
      total: z.number(),
      needed: z.number(),
      assumed: z.boolean().meta({ description: 'Each node is taken to have one vote' }),
    }),
  ),
  entry: orNull(z.string()).meta({ description: 'The node that serves the picture' }),
})

const part = z.strictObject({
  at: orNull(moment),
  ageS: orNull(seconds),
  limitS: seconds,
  stale: z.boolean(),
  trouble: orNull(
    z.strictObject({
      kind: z.enum(['unreachable', 'unauthorized', 'forbidden', 'untrusted', 'failed']),
      text: z.string(),
      next: orNull(z.string()),
      since: moment,
    }),
  ),
})

export const stop = z.strictObject({
  pressed: z.boolean(),
  by: orNull(z.string()),
  at: orNull(moment),
  reason: orNull(z.string()),
})

/** What a status screen says; rows or tiles besides. */
export const wallScreen = z.looseObject({
  band: z.enum(['well', 'amber', 'red', 'grey']),
  sentence: z.string(),
  rest: z.string(),
})

export const state = z.strictObject({
  version: z.number(),
  now: moment,
  parts: z.strictObject({
    resources: part,
    guests: part,
    storages: part,
    status: part,
    tasks: part,
    storage: part,
    backups: part,
    temperatures: part,
  }),
  cluster,
  nodes: z.array(node),
  guests: z.array(guest),
  storages: z.array(storage),
  tasks: z.array(task),
  backups: z.array(backup),
  stop,
})

const panelOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({
    panel: z.enum(panels),
    title: z.string(),
    state: z.enum(['loading', 'fresh', 'stale', 'unknown', 'forbidden', 'error']),
    count: z.string(),
    notes: z.array(z.string()),
    next: orNull(z.string()),
    now: moment,
    at: orNull(moment).meta({ description: 'The last good reading' }),
    ageS: orNull(seconds),
    rows: z.array(row),
  })

/** A request that waits for a person. */
export const waiting = z.strictObject({
  id: z.number(),
  card: z.string().meta({ description: 'Requests of one card were asked for together' }),
  deed: z.string(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  target: z.string(),
  label: z.string(),
  tier: z.enum(['GREEN', 'YELLOW', 'RED', 'BLACK']),
  by: z.string().meta({ description: 'Who asks' }),
  kind: z.enum(['person', 'machine', 'wall']),
  since: moment,
  expires: moment,
  url: z.string(),
})

/** What `/f/<panel>.json` answers. */
export const panelShapes = {
  nodes: panelOf(node),
  guests: panelOf(guest),
  storage: panelOf(storage),
  quorum: panelOf(vote).extend({ cluster }),
  tasks: panelOf(task),
  temperatures: panelOf(temperatureRow),
  backups: panelOf(backup),
  power: panelOf(powerRow),
  events: panelOf(event),
  jarvis: panelOf(fact).extend({
    doing: z.string(),
    level: orNull(z.number()).describe('That counts: 1 while the breaker is down.'),
    waiting: orNull(z.number()),
    breaker: orNull(z.string()),
    day: z
      .array(orNull(fraction))
      .meta({ description: 'Load since midnight, a quarter of an hour each' }),
  }),
  costs: panelOf(costRow),
  approvals: panelOf(waiting),
}

export const eventsPage = z.strictObject({
  events: z.array(event),
  next: orNull(z.number()).meta({ description: 'The `before` of the following page' }),
})

/** `/tasks` as JSON. */
export const tasksPage = z.strictObject({
  at: orNull(moment),
  trouble: orNull(z.string()).meta({ description: 'Why the list may lack some' }),
  tasks: z.array(task),
})

export const readiness = z.strictObject({
  ready: z.boolean(),
  reasons: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), text: z.string() })),
})

export const failure = z.strictObject({
  error: z.strictObject({
    kind: z.enum([
      'unreachable',
      'timeout',
      'untrusted',
      'unauthorized',
      'forbidden',
      'not-found',
      'invalid',
      'conflict',
      'halted',
      'busy',
      'failed',
      'broken',
    ]),
    message: z.string(),
    next: orNull(z.string()),
    details: z.record(z.string(), z.string()),
    near: z.array(z.string()).optional(),
  }),
})

export const tools = z.strictObject({
  tools: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      description: z.string(),
      right: z.enum(['view', 'operate', 'admin']).meta({ description: 'what the token needs' }),
      acts: z.boolean().meta({ description: 'false: it only looks' }),
      input: z.record(z.string(), z.unknown()).meta({ description: 'JSON schema' }),
    }),
  ),
})

export const needsApproval = z.strictObject({
  success: z.literal(false),
  text: z.string(),
  approval: z.strictObject({ id: z.number(), url: z.string(), expires: z.string() }),
})

/** What a 202 says. */
export const deedStarted = z.union([z.lazy(() => deedRunning), needsApproval])

export const deed = z.strictObject({
  id: z.number(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  target: z.string(),
  label: z.string(),
  who: z.string(),
  upid: orNull(z.string()),
  state: z.enum(['running', 'done', 'warnings', 'failed', 'stopped', 'unknown']),
  text: orNull(z.string()),
  started: moment,
  ended: orNull(moment),
})

export const deedDone = z.strictObject({
  success: z.literal(true),
  state: z.enum(['done', 'warnings']),
  result: z.strictObject({
    id: z.number(),
    text: z.string(),
    data: orNull(z.record(z.string(), z.unknown())),
    tookS: seconds,
  }),
})

export const plan = z.strictObject({
  tool: z.string(),
  label: z.string(),
  plan: orNull(
    z.strictObject({
      before: z.string(),
      calls: z.array(z.string()),
      expected: z.string(),
      undo: z.string(),
    }),
  ).meta({ description: 'Of a tool that acts' }),
  whyNot: orNull(z.string()).meta({ description: 'Why it makes no sense now' }),
  verdict: z.strictObject({
    tier: z.enum(['GREEN', 'YELLOW', 'RED', 'BLACK']),
    verdict: z.enum(['run', 'ask', 'refuse']),
    rule: z.string(),
    reason: z.string(),
    next: orNull(z.string()),
  }),
})

export const deedRunning = z.strictObject({
  success: z.literal(false),
  running: z.strictObject({ id: z.number(), url: z.string() }),
})

export const togetherResults = z.strictObject({
  success: z.boolean().meta({ description: 'Every one is done' }),
  results: z.array(
    z.strictObject({
      vmid: z.number(),
      state: z.enum(['done', 'warnings', 'running', 'failed', 'refused', 'needs-approval']),
      text: z.string(),
      next: orNull(z.string()),
      approval: orNull(z.strictObject({ id: z.number(), url: z.string() })),
      deed: orNull(z.strictObject({ id: z.number(), url: z.string() })),
    }),
  ),
})

export const wakeResults = z.strictObject({
  success: z.boolean().meta({ description: 'Every node is on' }),
  results: z.array(
    z.strictObject({
      node: z.string(),
      state: z.enum(['on', 'done', 'warnings', 'running', 'failed', 'refused', 'needs-approval']),
      text: z.string(),
      next: orNull(z.string()),
      deed: orNull(z.strictObject({ id: z.number(), url: z.string() })),
    }),
  ),
})

export const scenarios = z.strictObject({
  scenarios: z.array(
    z.strictObject({
      name: z.string(),
      title: z.string(),
      on: z.boolean(),
      target: z.string().optional(),
      targets: z.array(z.string()),
    }),
  ),
})

export const done = z.strictObject({ done: z.boolean() })

export const freshKey = z.strictObject({
  id: z.string(),
  name: z.string(),
  scope: z.enum(['view', 'operate', 'admin']),
  expiresAt: orNull(z.number()).meta({ description: 'Milliseconds since 1970' }),
  secret: z.string(),
  url: z.string(),
})
