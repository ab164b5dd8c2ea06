/**
 * The composition root: configuration → lock → database → rooms → site → loops, each handing in what
 * the next one needs. `stop` undoes it in reverse. Nothing here decides anything.
 */
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { listenControl } from './cli/control.ts'
import { canonical, type Json } from './lib/audit/canonical.ts'
import { createTrail, type Trail } from './lib/audit/trail.ts'
import { createAuth } from './lib/auth/auth.ts'
import { createBus } from './lib/bus.ts'
import { createChat } from './lib/chat/chat.ts'
import { type Clock, sleep, systemClock } from './lib/clock.ts'
import { createCluster } from './lib/cluster/cluster.ts'
import { createInventory } from './lib/cluster/hardware.ts'
import { createMacs } from './lib/cluster/macs.ts'
import { createSelf } from './lib/cluster/self.ts'
import { knownWorld } from './lib/cluster/world.ts'
import type { Config } from './lib/config.ts'
import { type ClusterConfig, tokenFor } from './lib/config-cluster.ts'
import type { SshConfig } from './lib/config-ssh.ts'
import { openDb } from './lib/db/db.ts'
import { lockFolder } from './lib/db/lock.ts'
import { migrate, readMigrations } from './lib/db/migrate.ts'
import { createRefusals } from './lib/db/refusals.ts'
import { createWriteBuffer } from './lib/db/write-buffer.ts'
import { messageOf } from './lib/errors.ts'
import { createEvents } from './lib/events/events.ts'
import type { Events } from './lib/events/kinds.ts'
import { createLlm } from './lib/llm/llm.ts'
import { summaryBy } from './lib/llm/summary.ts'
import type { Log } from './lib/log.ts'
import { createMemory } from './lib/memory/memory.ts'
import { createProxmox } from './lib/proxmox/client.ts'
import { createBrakes } from './lib/safety/brakes.ts'
import { createKillSwitch, type StopChange } from './lib/safety/kill-switch.ts'
import { createSchedule } from './lib/schedule/schedule.ts'
import { planWork } from './lib/schedule/work.ts'
import { createKeeper } from './lib/setup/keeper.ts'
import { createTalks } from './lib/setup/talks.ts'
import { createIdentity } from './lib/ssh/identity.ts'
import { createSsh } from './lib/ssh/ssh.ts'
import { createTerminals } from './lib/terminals/terminals.ts'
import { createDoor } from './lib/tools/call.ts'
import { createWaker } from './lib/tools/waker.ts'
import { createWol } from './lib/wol.ts'
import { createSite } from './routes/index.ts'
import { listen } from './routes/listen.ts'
import { createLive } from './routes/live.ts'
import { createLocal, isLocal } from './routes/local.ts'
import { createMcpFace } from './routes/mcp.ts'
import type { Env } from './routes/needs.ts'
import { createRules } from './routes/rules.ts'
import { wordsOf } from './views/panels/event-words.ts'

export type StartOptions = {
  config: Config
  log: Log
  version: string
  clock?: Clock
  /** Reads the configuration anew, after the set-up has written it. */
  reload?: () => Config
  /** Called when the server cannot go on and must be stopped by whoever started it. */
  onFatal?: (error: unknown) => void
}

export type Jarvis = {
  /** The address to open, as people type it. */
  url: string
  fetch: (request: Request, env?: Env['Bindings']) => Response | Promise<Response>
  /** The one-time code of a server without an account. */
  welcomeCode: string | undefined
  /** A token to look around with; the lab alone gives one away. */
  viewToken: string | undefined
  /** Ends streams, flushes what waits, closes the database. Safe to call twice. */
  stop(): Promise<void>
}

/** Starts everything; on a failure what was already started is undone before it throws. */
export const startJarvis = async (options: StartOptions): Promise<Jarvis> => {
  const { log, reload, clock = systemClock } = options
  const undo: (() => unknown)[] = []
  const undoAll = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) {
      try {
        await step()
      } catch (error) {
        log.error('stop: a step failed', { reason: messageOf(error) })
      }
    }
  }
  const build = async (config: Config) => {
    try {
      return await compose({ ...options, config }, undo, reload && startAnew)
    } catch (error) {
      await undoAll()
      throw error
    }
  }
  let ending = false
  let turning: Promise<void> | undefined
  /** In place and on the same port: a container that ended would come back as what it was. */
  const turn = async () => {
    const config = reload!()
    await undoAll()
    if (ending) return
    jarvis = await build({ ...config, server: { ...config.server, port: jarvis.port } })
    log.info('serve: started anew', { mode: config.mode, url: jarvis.url })
  }
  /** A moment later, so that the answer to whoever asked for it is out. */
  const startAnew = () => {
    if (turning || ending) return
    const later = sleep(clock, 300).then(turn)
    turning = later
      .catch((error) => options.onFatal?.(error))
      .finally(() => {
        turning = undefined
      })
  }
  let jarvis = await build(options.config)
  return {
    url: jarvis.url,
    fetch: (request, env) => jarvis.fetch(request, env),
    welcomeCode: jarvis.welcomeCode,
    viewToken: jarvis.viewToken,
    async stop() {
      ending = true
      await turning
      await undoAll()
    },
  }
}

/** Before the set-up: no token, so nobody is ever asked at this address. */
const nowhere: ClusterConfig = {
  nodes: [{ name: 'none', address: '127.0.0.1:9', aliases: [] }],
  tokens: [],
}

const compose = async (
  options: StartOptions,
  undo: (() => unknown)[],
  startAnew: (() => void) | undefined,
) => {
  const { config, log, version, clock = systemClock } = options
  const lock = await lockFolder(config.data, 'serve')
  undo.push(() => lock.release())
  const bus = createBus<Events>((kind, error) =>
    log.error('bus: a listener failed', { kind, reason: messageOf(error) }),
  )
  const disk = createRefusals({ log, bus })
  const db = await openDb(join(config.data, 'jarvis.db'), {
    onFull: disk.refused,
    onStored: disk.stored,
  })
  undo.push(() => db.close())
  const applied = migrate(db, readMigrations(join(config.root, 'migrations')))
  if (applied.length > 0) log.info('db: migrated', { to: applied.at(-1) })
  const buffer = createWriteBuffer(db, { clock, onTrouble: disk.refused })
  undo.push(() => buffer.close())
  const schedule = createSchedule({ clock, log, db })
  const events = createEvents({ db, bus, clock, buffer, keep: config.keep })
  const trail = createTrail({
    db,
    clock,
    log,
    keep: config.keep,
    onBroken: ({ brokenAt = 0, why = 'changed' }) =>
      bus.emit('audit.broken', { row: brokenAt, why }),
  })
  const auth = createAuth({ db, clock, bus, sessions: config.sessions })

  const simulated = config.mode === 'lab' ? await import('./lab/bring-up.ts') : undefined
  const lab = await simulated?.bringUpLab({ data: config.data, clock, log })
  if (lab) undo.push(() => lab.stop())
  const place = lab?.cluster ?? config.cluster ?? nowhere
  const proxmox = createProxmox({
    nodes: place.nodes,
    ...(place.ca ? { ca: place.ca } : {}),
    token: (role) => tokenFor(place, role),
    clock,
    log,
  })
  undo.push(() => proxmox.close())
  const { hosts, identity }: SshConfig = lab?.ssh ?? config.ssh
  const ssh = createSsh({ hosts: () => hosts, identity: createIdentity(identity), db, clock, log })
  undo.push(() => ssh.closeAll())
  // The lab made these keys itself a moment ago.
  for (const { name, fingerprint } of lab?.ssh.hosts ?? [])
    ssh.accept(name, { fingerprint, algorithm: 'ssh-ed25519' }, 'the lab')
  const cluster = createCluster({
    proxmox,
    bus,
    clock,
    log,
    db,
    nodes: place === nowhere ? [] : place.nodes,
    poll: config.poll,
    buffer,
    ...(identity.keyFile || identity.agent ? { hands: ssh } : {}),
  })
  const macs = createMacs({
    db,
    clock,
    log,
    bus,
    nodes: place === nowhere ? [] : place.nodes,
    source: proxmox.nodes,
    seen: () => cluster.picture().nodes,
  })
  undo.push(() => macs.close())
  const inventory = createInventory({
    clock,
    log,
    bus,
    source: proxmox.guests,
    seen: () => cluster.picture(),
    onNews: () => self.look(),
  })
  undo.push(() => inventory.close())
  const self = createSelf({
    // The lab's guests are no neighbours of this machine: where he runs there is told.
    cards: lab ? () => ({}) : networkInterfaces,
    inventory,
    nodes: () => cluster.picture().nodes,
    told: lab ? lab.marks.self : config.safety.runsIn,
    bus,
  })
  const stop = createKillSwitch({
    db,
    clock,
    log,
    bus,
    file: join(config.data, 'STOP'),
    // The lab's data lie one folder below; who stops the house means the lab as well.
    ...(lab && { alsoObey: join(config.data, '..', 'STOP') }),
  })
  stop.onChange((change) => writeDown(trail, change))
  stop.start()
  undo.push(() => stop.close())
  const brakes = createBrakes({
    db,
    clock,
    canonical: (value) => canonical(value as Json),
    world: () => knownWorld(cluster.picture(), inventory.of),
    marks: () => ({
      ...(lab?.marks ?? { self: config.safety.runsIn, roles: config.safety.roles }),
      found: self.found()?.key,
    }),
    hour: hourIn(config.timeZone),
    defaults: { level: lab ? 4 : 3 },
    onTrip: (text) => bus.emit('safety.tripped', { text }),
  })
  stop.onChange(({ state }) => {
    if (state.pressed) brakes.approvals.voidAll('STOP was pressed')
  })
  const memory = createMemory({
    db,
    clock,
    log,
    timeZone: config.timeZone,
    summarise: (texts) => summaryBy(llm, texts),
  })
  undo.push(() => memory.close())
  const tools = createDoor({
    brakes,
    proxmox,
    cluster,
    stop,
    db,
    clock,
    log,
    trail,
    bus,
    ownToken: () => tokenFor(place, 'operate')?.id,
    hasRole: (role) => tokenFor(place, role) !== undefined,
    containerHosts: lab?.containerHosts ?? config.containers.hosts,
    events,
    tell: ({ kind, payload }) => wordsOf(kind, payload),
    memory,
    ...(identity.keyFile || identity.agent ? { ssh } : {}),
    wake: createWaker({
      macs,
      wol: lab?.wol ?? createWol({ clock }),
      nodes: place.nodes,
      settings: config.wake,
    }),
    push: () => live.flush(),
  })
  const llm = createLlm({
    config: config.llm,
    db,
    clock,
    log,
    timeZone: config.timeZone,
    bus,
  })
  undo.push(() => llm.close())
  // A thought that goes on after STOP would end in a deed that is refused: better not to think it.
  stop.onChange(({ state }) => {
    if (state.pressed) llm.halt()
  })
  const terminals = createTerminals({
    ssh,
    db,
    clock,
    log,
    trail,
    world: () => cluster.picture(),
    able: Boolean(identity.keyFile || identity.agent),
  })
  const chat = createChat({
    db,
    clock,
    log,
    bus,
    llm,
    door: tools,
    memory,
    stop,
    brakes,
    picture: () => cluster.picture(),
    intents: (question, scope) => rules(question, scope),
  })
  undo.push(() => chat.close())
  const needs = {
    config,
    version,
    clock,
    log,
    auth,
    cluster,
    proxmox,
    events,
    bus,
    trail,
    schedule,
    tools,
    memory,
    chat,
    brakes,
    terminals,
    llm,
    stop,
    self,
    macOf: (node: string) => macs.of(node)?.mac,
    trouble: disk.trouble,
    address: () => door.url,
  }
  const rules = createRules(needs)
  const setup = createTalks({
    ...config,
    file: config.file ?? '',
    port: config.server.port,
    clock,
    db,
  })
  undo.push(() => setup.close())
  const live = createLive(needs)
  const mcp = createMcpFace(needs)
  const site = createSite({
    ...needs,
    live,
    mcp,
    setup,
    startAnew,
    ...(lab ? { lab: lab.face } : {}),
  })

  const door = await listen(config, site.fetch)
  undo.push(() => door.close())
  // Before the door: streams end with a word, not with a broken connection.
  undo.push(() => live.close())
  undo.push(() => mcp.close())
  undo.push(() => terminals.close())
  const keeper = createKeeper({ auth, trail, db })
  const local = createLocal({ ...needs, keeper, startedAt: clock.now() })
  const control = await listenControl({
    data: config.data,
    fetch: (request, env) => (isLocal(request) ? local : site).fetch(request, env),
  })
  undo.push(() => control.close())
  if (config.mode !== 'setup') cluster.start()
  undo.push(() => cluster.stop())
  // Before the door closes: whoever waits for a deed is told that it is under way.
  undo.push(() => tools.close())
  tools.recover().catch((error) => log.error('tools: recovery broke', { reason: messageOf(error) }))
  chat.recover()
  planWork(schedule, config.timeZone, {
    events,
    trail,
    brakes,
    tools,
    terminals,
    memory,
    llm,
    chat,
    history: cluster.history,
    auth,
  })
  schedule.start()
  undo.push(() => schedule.stop())
  bus.emit('server.started', { version, mode: config.mode })
  return {
    url: door.url,
    port: door.port,
    fetch: site.fetch,
    welcomeCode: auth.welcome.code(),
    viewToken: simulated?.giveAway(auth),
  }
}

/** The hour of the day where the operator lives. */
const hourIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23' })
  return (at: number) => Number(format.format(at))
}

/** STOP in the trail, however it was pressed. */
const writeDown = (trail: Trail, { state, by, from, reason }: StopChange) =>
  trail.write({
    who: by,
    from,
    what: state.pressed ? 'stop.press' : 'stop.release',
    verdict: 'run',
    outcome: 'done',
    reason,
  })
