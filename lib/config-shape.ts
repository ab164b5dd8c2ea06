/** Every setting of `jarvis.yaml`: its type, its default, and a good value to quote. */
import { isIP } from 'node:net'
import * as z from 'zod'

const ZONE_MESSAGE = 'not a time zone that this machine knows'
const isZone = (name: string) => {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false
  }
}

const NAME = /^[a-zA-Z0-9]([\w.-]{0,252})$/
const HOST = /^(\[[0-9a-fA-F:]+\]|[\w.-]+)(:\d{1,5})?$/
const text = z.string({ error: 'expected text' }).min(1, 'must not be empty')
const whole = (least: number, most: number) =>
  z
    .number({ error: 'expected a number' })
    .int('expected a whole number')
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`)

const user = text.regex(/^[a-z_][\w.-]{0,31}\$?$/i, 'not a user name')
const sshDoor = {
  address: text.regex(/^[\w.:-]+$/, 'expected a host name or address, without a port').optional(),
  port: whole(1, 65535).optional(),
  user: user.optional(),
}

const node = z.strictObject({
  name: text.regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, 'not a node name'),
  address: text.regex(HOST, 'expected a host name or address, with a port if it is not 8006'),
  aliases: z.array(text, { error: 'expected a list of names' }).default([]),
  mac: text.regex(/^([0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}$/, 'not a MAC address').optional(),
  fingerprint: text
    .regex(/^([0-9a-fA-F]{2}:){31}[0-9a-fA-F]{2}$/, 'not a SHA-256 fingerprint')
    .transform((f) => f.toUpperCase())
    .optional(),
  ssh: z.strictObject(sshDoor).optional(),
})

const token = z.strictObject({
  id: text.regex(/^[^\s@!]+@[^\s@!]+![\w.-]+$/, 'not a token id'),
  secret: text.optional(),
  secretFile: text.optional(),
  roles: z
    .array(z.enum(['audit', 'operate', 'environments', 'destroy'], { error: 'not a role' }), {
      error: 'expected a list of roles',
    })
    .min(1, 'a token needs a role'),
})

const cluster = z.strictObject(
  {
    ca: text.optional(),
    nodes: z.array(node, { error: 'expected a list of nodes' }).min(1, 'needs at least one node'),
    tokens: z
      .array(token, { error: 'expected a list of tokens' })
      .min(1, 'needs at least one token'),
  },
  { error: 'expected the cluster: its nodes and tokens' },
)

const server = z.strictObject({
  host: text.default('0.0.0.0'),
  port: whole(0, 65535).default(4000),
  url: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).optional(),
  hosts: z
    .array(text.regex(NAME, 'not a host name'), { error: 'expected a list of names' })
    .default([]),
  proxies: z
    .array(
      text.refine((a) => isIP(a) !== 0, 'not an address'),
      { error: 'expected a list of addresses' },
    )
    .default([]),
  tls: z.strictObject({ cert: text, key: text }).optional(),
})

const poll = z.strictObject({
  seconds: whole(2, 300).default(5),
  fastSeconds: whole(1, 60).default(2),
  storageSeconds: whole(5, 3600).default(30),
  backupMinutes: whole(1, 1440).default(10),
})

const keep = z.strictObject({
  eventsDays: whole(1, 3650).default(90),
  /** 0 = for ever. */
  auditDays: whole(0, 36_500).default(730),
})

const sessions = z.strictObject({
  idleHours: whole(1, 24 * 30).default(12),
  absoluteDays: whole(1, 365).default(30),
})

const ssh = z.strictObject({
  user: user.default('root'),
  port: whole(1, 65535).default(22),
  keyFile: text.optional(),
  passphraseFile: text.optional(),
  agent: text.optional(),
  hosts: z
    .array(
      z.strictObject({
        ...sshDoor,
        name: text.regex(/^[a-zA-Z0-9]([\w.-]{0,61}[a-zA-Z0-9])?$/, 'not a name'),
        address: sshDoor.address.unwrap(),
        aliases: z.array(text, { error: 'expected a list of names' }).default([]),
      }),
      { error: 'expected a list of hosts' },
    )
    .default([]),
})

const wake = z.strictObject({
  broadcast: z.ipv4({ error: 'expected a broadcast address' }).optional(),
  port: whole(1, 65535).default(9),
})

const THING = /^(guest\/[1-9]\d{2,8}|node\/[a-zA-Z0-9-]{1,63}|storage\/[\w.-]{1,100})$/
const thing = text.regex(THING, 'expected guest/NUMBER, node/NAME or storage/NAME')
const things = z.array(thing, { error: 'expected a list' }).default([])

const safety = z.strictObject({
  runsIn: thing.optional(),
  roles: z
    .strictObject({
      model: things,
      dns: things,
      gateway: things,
      vpn: things,
      proxy: things,
      mail: things,
      backup: things,
      quorum: things,
    })
    .prefault({}),
})

const containers = z.strictObject({
  hosts: z.array(text, { error: 'expected a list of names' }).default([]),
})

const CLOCK = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
const wall = z.strictObject({
  night: text
    .regex(new RegExp(`^(?:off|${CLOCK}-${CLOCK})$`), 'not two times of day')
    .default('off'),
})

const key = { apiKey: text.optional(), apiKeyFile: text.optional() }
const address = z.url({ protocol: /^https?$/, error: 'expected an http or https address' })
const usd = z.union([z.literal('off'), z.number().min(0)], {
  error: 'expected US dollars, or "off"',
})

const claude = z.strictObject({
  ...key,
  baseUrl: address.default('https://api.anthropic.com'),
  models: z
    .strictObject({
      routine: text.default('claude-haiku-5-5'),
      complex: text.default('claude-sonnet-5-5'),
    })
    .prefault({}),
})
/** What holds when only a key is given. */
export const claudeDefaults = claude.parse({})

const localModel = z.strictObject({
  ...key,
  url: address,
  model: text.optional(),
  contextTokens: whole(512, 10_000_000).optional(),
  loadMinutes: whole(1, 60).default(5),
  firstMinutes: whole(1, 120).default(20),
  pauseSeconds: whole(5, 3600).default(120),
})

/** A model at home of which only the address is told; undefined: that is none. */
export const localAt = (url: string) => localModel.safeParse({ url }).data

const llm = z.strictObject({
  claude: claude.optional(),
  local: localModel.optional(),
  budget: z.strictObject({ dayUsd: usd.default(1), monthUsd: usd.default(20) }).prefault({}),
  private: z.enum(['local', 'any'], { error: 'expected local or any' }).default('any'),
})

export const fileShape = z.strictObject(
  {
    server: server.prefault({}),
    cluster,
    poll: poll.prefault({}),
    timeZone: text.refine(isZone, ZONE_MESSAGE).optional(),
    sessions: sessions.prefault({}),
    keep: keep.prefault({}),
    ssh: ssh.prefault({}),
    wake: wake.prefault({}),
    safety: safety.prefault({}),
    containers: containers.prefault({}),
    wall: wall.prefault({}),
    llm: llm.prefault({}),
  },
  { error: 'expected settings, one a line' },
)

export type FileShape = z.infer<typeof fileShape>

/** What holds where no file says otherwise: the lab and the first set-up have no cluster in a file. */
export const defaults = (): Omit<FileShape, 'cluster'> =>
  fileShape.omit({ cluster: true }).parse({})

/** A good value for each place, quoted beside a mistake; `*` stands for a list's number. */
const good: Record<string, string> = {
  cluster: 'see jarvis.example.yaml, or let ./jarvis setup write it',
  'cluster.ca': 'ca: pve-root-ca.pem',
  'cluster.nodes': 'a list like "- { name: pve, address: 192.168.1.50 }"',
  'cluster.nodes.*.name': 'pve',
  'cluster.nodes.*.address': '192.168.1.50',
  'cluster.nodes.*.aliases': '[master]',
  'cluster.nodes.*.mac': 'bc:24:11:2e:5f:01',
  'cluster.nodes.*.fingerprint': '32 pairs like AB:CD:…, as pvenode cert info prints them',
  'cluster.tokens': 'a list like "- { id: jarvis@pve!audit, secretFile: token, roles: [audit] }"',
  'cluster.tokens.*.id': 'jarvis@pve!audit',
  'cluster.tokens.*.secret': 'the value that pveum printed, or secretFile',
  'cluster.tokens.*.secretFile': 'secrets/audit',
  'cluster.tokens.*.roles': '[audit, operate]',
  'cluster.tokens.*.roles.*': 'audit, operate, environments or destroy',
  'cluster.nodes.*.ssh': '{ port: 2222 }',
  'cluster.nodes.*.ssh.address': '192.168.1.50',
  'cluster.nodes.*.ssh.port': '22',
  'cluster.nodes.*.ssh.user': 'root',
  'ssh.user': 'root',
  'ssh.port': '22',
  'ssh.keyFile': 'secrets/ssh_key',
  'ssh.passphraseFile': 'secrets/ssh_passphrase',
  'ssh.agent': 'SSH_AUTH_SOCK, or the path of its socket',
  'ssh.hosts': 'a list like "- { name: docker, address: 192.168.1.60 }"',
  'ssh.hosts.*.name': 'docker',
  'ssh.hosts.*.address': '192.168.1.60',
  'ssh.hosts.*.aliases': '[containers]',
  'ssh.hosts.*.port': '22',
  'ssh.hosts.*.user': 'root',
  'wake.broadcast': '192.168.1.255',
  'wake.port': '9',
  'safety.runsIn': 'guest/103',
  'safety.roles.dns': '[guest/302]',
  'safety.roles.*.*': 'guest/302, node/pve or storage/backup',
  'containers.hosts': '[docker]',
  'containers.hosts.*': 'the name of a host below ssh.hosts, or of a node',
  'wall.night': '"22:30-06:30"',
  'llm.claude.apiKey': 'apiKeyFile: secrets/claude, or the variable JARVIS_CLAUDE_KEY_FILE',
  'llm.claude.apiKeyFile': 'secrets/claude',
  'llm.claude.baseUrl': 'https://api.anthropic.com',
  'llm.claude.models': '{ routine: claude-haiku-5-5, complex: claude-sonnet-5-5 }',
  'llm.claude.models.routine': 'claude-haiku-5-5',
  'llm.claude.models.complex': 'claude-sonnet-5-5',
  'llm.local.url': 'http://192.168.1.60:8080',
  'llm.local.model': 'what the server calls it; leave it out for llama-server',
  'llm.local.apiKeyFile': 'secrets/local-model',
  'llm.local.contextTokens': '8192',
  'llm.local.loadMinutes': '5',
  'llm.local.firstMinutes': '20',
  'llm.local.pauseSeconds': '120',
  'llm.budget.dayUsd': '1',
  'llm.budget.monthUsd': '20',
  'llm.private': 'local',
  'server.host': '0.0.0.0',
  'server.port': '4000',
  'server.url': 'https://jarvis.home:4000',
  'server.hosts': '[jarvis.home]',
  'server.hosts.*': 'jarvis.home',
  'server.proxies': '[127.0.0.1]',
  'server.proxies.*': '127.0.0.1',
  'server.tls': '{ cert: tls.crt, key: tls.key }',
  'poll.seconds': '5',
  'poll.fastSeconds': '2',
  'poll.storageSeconds': '30',
  'poll.backupMinutes': '10',
  timeZone: 'Europe/Berlin',
  'sessions.idleHours': '12',
  'sessions.absoluteDays': '30',
  'keep.eventsDays': '90',
  'keep.auditDays': '730',
}

export const goodValue = (path: readonly PropertyKey[]): string | undefined =>
  good[
    path.map((p) => (typeof p === 'number' || /^\d+$/.test(String(p)) ? '*' : String(p))).join('.')
  ]
