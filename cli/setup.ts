/**
 * `jarvis setup`: the conversation that connects a cluster. Everything it does is in `lib/setup/`;
 * here are only the questions, and the options that answer them for a script.
 */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Problem } from '../lib/errors.ts'
import { clean } from '../lib/log.ts'
import { type Learned, learnCertificate } from '../lib/proxmox/tls.ts'
import type { TokenRole } from '../lib/proxmox/types.ts'
import { carryOut, type RoleToken } from '../lib/setup/carry-out.ts'
import { draftConfig } from '../lib/setup/config-text.ts'
import { keyFileFrom, type SetUpHands } from '../lib/setup/hands.ts'
import { type FoundCluster, findNodes, usable } from '../lib/setup/nodes.ts'
import { lookAround, nothingFound, plan, type Step, versionOf } from '../lib/setup/plan.ts'
import type { Places } from '../lib/setup/rights.ts'
import type { Session, SessionNeeds } from '../lib/setup/session.ts'
import { checkToken, type Missing } from '../lib/setup/verify.ts'
import { placesFrom } from '../lib/setup/wishes.ts'
import { demandWritable, writeConfig } from '../lib/setup/write-config.ts'
import { type Args, type Command, numberOf, textOf } from './command.ts'
import { exit, type Io } from './io.ts'
import { passwordOption } from './secret-input.ts'
import { handsJson, handsOptions, keepConsents, setUpHands } from './setup-hands.ts'
import { agreed, logIn, rolesOf, tokensByHand } from './setup-questions.ts'

export const command: Command = {
  usage: [
    '',
    '--address HOST --fingerprint SHA256 --password-file FILE --yes',
    '--address HOST --fingerprint SHA256 --token-id ID --token-file FILE',
    '--plan [--roles audit,operate] [--release 9]',
  ],
  options: {
    address: { type: 'string', value: 'HOST', help: 'any node of the cluster, host or host:port' },
    fingerprint: { type: 'string', value: 'SHA256', help: 'of its certificate, if you know it' },
    user: { type: 'string', value: 'NAME', help: 'who logs in with the password (root@pam)' },
    ...passwordOption,
    otp: { type: 'string', value: 'DIGITS', help: 'the second factor, where there is one' },
    'token-id': { type: 'string', value: 'ID', help: 'use this token instead of a password' },
    'token-file': { type: 'string', value: 'FILE', help: 'where the secret of the token is' },
    roles: {
      type: 'string',
      value: 'LIST',
      help: 'of audit,operate,environments,destroy (the first two)',
    },
    pool: { type: 'string', value: 'NAME', help: 'where environments live (jarvis)' },
    storage: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      help: 'where their disks and templates lie',
    },
    yes: { type: 'boolean', help: 'run the listed commands through the API without asking' },
    plan: { type: 'boolean', help: 'only list the commands for a root shell on a node' },
    release: { type: 'string', value: 'N', help: 'the release of Proxmox VE, for --plan (9)' },
    file: { type: 'string', value: 'FILE', help: 'what to write (jarvis.yaml)' },
    overwrite: { type: 'boolean', help: 'replace that file; the old one is kept beside it' },
    port: { type: 'string', value: 'N', help: 'the port on which Jarvis will serve (4000)' },
    ...handsOptions,
    start: { type: 'boolean', help: 'start the server afterwards' },
  },
  words: 0,
  notes:
    'The password is used for one login and stored nowhere; the tokens are stored in the file.',
  async run(args, io) {
    if (args.values.plan) return showPlan(args, io)
    const file = configFile(args, io)
    const overwrite = await mayWrite(file, args, io)
    const learned = await meet(args, io)
    const trusted: SessionNeeds = {
      place: learned.place,
      trust: { fingerprint: learned.leaf.fingerprint },
      clock: io.clock,
    }
    const { cluster, tokens } = await connect(args, io, trusted)
    const missing = await checkAll(tokens, trusted, placesOf(args), io)
    const hands = await setUpHands(args, io, file, cluster)
    const draft = {
      cluster,
      tokens,
      port: numberOf(args, 'port', 1, 65_535),
      hands: hands && { ...hands, keyFile: keyFileFrom(file, hands.keyFile) },
    }
    writeConfig(file, draftConfig(draft), { root: io.root, overwrite })
    if (hands) await keepConsents(hands, file, io)
    return finish(args, io, { file, cluster, tokens, missing, hands })
  },
}

const configFile = (args: Args, { root, env, cwd }: Io): string => {
  const named = textOf(args, 'file') ?? env.JARVIS_CONFIG
  return named ? resolve(cwd, named) : join(root, 'jarvis.yaml')
}

/** The lines to type by hand, without asking anybody. */
const showPlan = (args: Args, io: Io): number => {
  const release = numberOf(args, 'release', 1, 99) ?? 9
  const found = nothingFound(versionOf({ version: `${release}.0` }))
  const steps = plan(found, rolesOf(args), placesOf(args))
  io.out(args.values.json ? JSON.stringify(steps.map(stepView), null, 2) : listed(steps))
  return exit.ok
}

const stepView = ({ why, command }: Step) => ({ why, command })
const listed = (steps: Step[]) => steps.map((s) => `# ${s.why}\n${s.command}`).join('\n')

const placesOf = (args: Args): Places => {
  const storage = args.values.storage
  return placesFrom(textOf(args, 'pool'), Array.isArray(storage) ? storage.map(String) : [])
}

/** Shows who is at the address; nothing is sent before the operator says that it is the right one. */
const meet = async (args: Args, io: Io): Promise<Learned> => {
  const address =
    textOf(args, 'address') ?? (await io.ask('Address of any node (host or host:port):'))
  const learned = await learnCertificate(address)
  const { leaf } = learned
  io.err(
    `Certificate of ${clean(leaf.subject)}, valid until ${new Date(leaf.validTo).toISOString().slice(0, 10)}`,
  )
  io.err(`SHA-256 ${leaf.fingerprint}`)
  await agreed(leaf.fingerprint, textOf(args, 'fingerprint'), io)
  return learned
}

type Connected = { cluster: FoundCluster; tokens: RoleToken[] }

const connect = async (args: Args, io: Io, needs: SessionNeeds): Promise<Connected> => {
  const roles = rolesOf(args)
  const { session, own } = await logIn(args, io, needs, roles)
  try {
    const cluster = await findNodes(session, needs.place)
    tellNodes(cluster, io)
    return { cluster, tokens: own ? [own] : await makeTokens(args, io, session, roles) }
  } finally {
    session.close()
  }
}

const tellNodes = (cluster: FoundCluster, io: Io) => {
  io.err(cluster.name ? `Cluster ${clean(cluster.name)}:` : 'A single node:')
  for (const node of cluster.nodes)
    io.err(
      `  ${clean(node.name)}  ${node.address}  ${node.trouble ? clean(node.trouble) : node.signed ? 'certificate of the cluster’s CA' : `pinned ${node.fingerprint}`}`,
    )
}

const makeTokens = async (
  args: Args,
  io: Io,
  session: Session,
  roles: TokenRole[],
): Promise<RoleToken[]> => {
  const steps = plan(await lookAround(session), roles, placesOf(args))
  io.err(`This is to be done in Proxmox:\n${listed(steps)}`)
  const replaced = steps.filter((s) => s.replaces)
  if (replaced.length)
    io.err('A token is replaced: whoever uses the old one, another Jarvis perhaps, is shut out.')
  if (await consented(args, io)) return carryOut(session, steps, (s) => io.err(`  ${s.command}`))
  return tokensByHand(steps, io)
}

const consented = async (args: Args, io: Io): Promise<boolean> => {
  if (args.values.yes) return true
  if (!io.isTTY) return false
  const answer = await io.ask('Shall I do this now, with the login you gave me? (yes/no)', 'yes')
  return /^y(es)?$/i.test(answer)
}

/** Each token is tried, and its rights are compared with what its roles need. */
const checkAll = async (tokens: RoleToken[], needs: SessionNeeds, places: Places, io: Io) => {
  const missing: Missing[] = []
  for (const token of tokens) missing.push(...(await checkToken(needs, token, places)))
  for (const { role, privilege, path, why, mend, partly } of missing) {
    io.err(`${role}: ${partly ? 'only in part' : 'missing'}: ${privilege} on ${path} (${why})`)
    io.err(`  ${mend}`)
  }
  return missing
}

/**
 * Asked before anything else: a token that is made for a file that cannot be written is lost, and
 * the one that it replaced is gone.
 */
const mayWrite = async (file: string, args: Args, io: Io): Promise<boolean> => {
  demandWritable(file)
  if (!existsSync(file) || args.values.overwrite) return args.values.overwrite === true
  const answer = io.isTTY
    ? await io.ask(`${file} exists. Replace it? The old one is kept. (yes/no)`, 'no')
    : 'no'
  if (/^y(es)?$/i.test(answer)) return true
  throw new Problem('conflict', `${file} exists and stays as it is.`, {
    next: 'Say --overwrite to replace it (the old one is kept beside it), or name another --file.',
  })
}

type Result = Connected & {
  file: string
  missing: Missing[]
  hands: SetUpHands | undefined
}

const finish = async (args: Args, io: Io, result: Result): Promise<number> => {
  const { file, cluster, tokens, missing, hands } = result
  if (args.values.json)
    io.out(
      JSON.stringify({
        file,
        cluster: cluster.name ?? null,
        nodes: usable(cluster).map(({ name, address, online }) => ({ name, address, online })),
        leftOut: cluster.nodes.filter((n) => n.foreign).map((n) => n.name),
        tokens: tokens.map(({ id, roles }) => ({ id, roles })),
        ssh: handsJson(hands),
        missing: missing.map(({ role, path, privilege, mend }) => ({
          role,
          path,
          privilege,
          mend,
        })),
      }),
    )
  else io.out(`Written: ${file}`)
  if (args.values.start || (await wantsStart(io))) return start(file, io)
  io.err(
    `Start it: ${dirname(file) === io.root.replace(/\/$/, '') ? '' : `JARVIS_CONFIG=${file} `}./jarvis serve`,
  )
  return missing.length ? exit.trouble : exit.ok
}

const wantsStart = async (io: Io) =>
  io.isTTY && /^y(es)?$/i.test(await io.ask('Start the server now? (yes/no)', 'yes'))

const start = async (file: string, io: Io): Promise<number> => {
  const serve = await import('./serve.ts')
  const env = { ...io.env, JARVIS_CONFIG: file, JARVIS_LAB: undefined, JARVIS_SETUP: undefined }
  return serve.command.run({ words: [], values: {} }, { ...io, env })
}
