/**
 * Carries a deed to its end: starts it once, never again, follows its task, cancels it when STOP is
 * pressed, reads the target back, and closes the row with what is true, also after a restart.
 */
import { sleep } from '../clock.ts'
import { asProblem, inWords, messageOf, type Problem } from '../errors.ts'
import type { Outcome, TaskRow, Upid, Write } from '../proxmox/types.ts'
import { underWay } from './asking.ts'
import type { Deed, Deeds } from './deeds.ts'
import type { DoorNeeds, Result } from './door.ts'
import { type Ending, endingOf, startFailed } from './ending.ts'
import { toolNamed } from './registry.ts'
import type { ActTool, Found, Hands, ReadBack } from './tool.ts'

type Needs = DoorNeeds & {
  deeds: Deeds
  /** The row is closed. */
  onEnd(deed: number, state: Ending['state']): void
}

/** A node that is busy may miss the first word; the task is asked to end this often. */
const CANCEL_TRIES = 3
const CANCEL_AGAIN_MS = 500
/** While the disk is full the end of a deed waits in memory. */
const WRITE_AGAIN_MS = 5000
/** Clocks of the nodes may differ by so much when a lost task is looked for. */
const LOST_WITHIN_S = 60

export const createRunner = (needs: Needs) => {
  const { proxmox, cluster, stop, deeds, clock, log, bus } = needs
  const closing = new AbortController()
  const hands: Hands = {
    proxmox,
    clock,
    picture: () => cluster.picture(),
    believe: (status) => cluster.believe(status),
    ownToken: needs.ownToken,
    hasRole: needs.hasRole ?? ((role) => role !== 'destroy'),
    wake: needs.wake,
    ssh: needs.ssh,
    containerHosts: needs.containerHosts ?? [],
    shell: needs.brakes.shell,
    events: needs.events,
    memory: needs.memory,
    tell: needs.tell ?? (({ kind }) => kind),
    refresh: () => cluster.refresh?.() ?? Promise.resolve(),
    protection: () => needs.brakes.protection(),
    deeds,
  }

  /** The write itself, once. What went wrong before there was a task is an ending as well. */
  const begin = async (deed: Deed, found: Found, stopped: AbortSignal) => {
    try {
      const write = await found.run({ stopped, closing: closing.signal })
      if (write.upid) keep(deed.id, () => deeds.named(deed.id, write.upid!))
      return { write }
    } catch (thrown) {
      return { failed: asProblem(thrown) }
    }
  }

  const cancel = async (upid: Upid): Promise<void> => {
    for (let n = 1; n <= CANCEL_TRIES; n++) {
      try {
        return await proxmox.tasks.stop(upid)
      } catch (error) {
        log.warn('tools: a task was not cancelled', { upid, reason: messageOf(error) })
        await sleep(clock, CANCEL_AGAIN_MS, closing.signal).catch(() => undefined)
      }
    }
  }

  /** The task's end. It is followed on when it is being cancelled: only its end tells what is so. */
  const followed = async ({ upid, outcome }: Write, signal: AbortSignal): Promise<Outcome> => {
    const onStop = () => void (upid && cancel(upid))
    if (signal.aborted) onStop()
    else signal.addEventListener('abort', onStop, { once: true })
    try {
      return await outcome
    } finally {
      signal.removeEventListener('abort', onStop)
    }
  }

  /** A write to the house's own records: what fails is tried again, since the deed is done by now. */
  const keep = (id: number, work: () => void): void => {
    if (closing.signal.aborted) return
    try {
      work()
    } catch (error) {
      log.error('tools: a deed could not be written down yet', {
        deed: id,
        reason: messageOf(error),
      })
      clock.after(WRITE_AGAIN_MS, () => keep(id, work))
    }
  }

  const settle = (deed: Deed, tool: ActTool, ending: Ending, data: ReadBack['data']): Result => {
    const { state, text, problem } = ending
    const took = (clock.now() - deed.startedAt) / 1000
    if (!closing.signal.aborted) {
      keep(deed.id, () => deeds.end(deed.id, state, text))
      needs.onEnd(deed.id, state)
      const { id, target, label, who: by } = deed
      bus.emit('deed.finished', {
        id,
        tool: tool.name,
        target,
        label,
        by,
        state,
        text,
        tookS: took,
      })
      needs.push?.()
    }
    const said = state === 'done' || state === 'warnings' ? state : 'failed'
    return { state: said, id: deed.id, text, data, took, ...(problem && { problem }) }
  }

  /** From the started task to the closed row. */
  const finish = async (
    tool: ActTool,
    deed: Deed,
    found: Found | undefined,
    write: Write,
    signal: AbortSignal,
  ) => {
    const outcome = await followed(write, signal)
    if (closing.signal.aborted) return underWay(tool, deed, clock.now())
    const back = await found?.readBack(deed.startedAt, outcome.result !== 'failed')
    return settle(deed, tool, endingOf({ tool, deed, outcome, back, stop: signal }), back?.data)
  }

  const perform = async (tool: ActTool, deed: Deed, found: Found): Promise<Result> => {
    const signal = stop.signal()
    const calm = cluster.hurry()
    try {
      const { write, failed } = await begin(deed, found, signal)
      if (write) return await finish(tool, deed, found, write, signal)
      const back = await found.readBack(deed.startedAt, false)
      return settle(deed, tool, startFailed(tool, deed, failed, back), back.data)
    } catch (thrown) {
      return settle(deed, tool, broken(tool, deed, asProblem(thrown)), undefined)
    } finally {
      calm()
    }
  }

  const carryOut = async (tool: ActTool, deed: Deed, found: Found, patienceMs: number) => {
    const { id, target, label, who: by } = deed
    bus.emit('deed.started', { id, tool: tool.name, target, label, by })
    const end = perform(tool, deed, found)
    const wait = new AbortController()
    const late = sleep(clock, patienceMs, wait.signal).then(
      () => underWay(tool, deed, clock.now()),
      () => end,
    )
    return Promise.race([end, late]).finally(() => wait.abort())
  }

  /** What became of a deed that was under way when the server ended. */
  const resume = async (deed: Deed): Promise<void> => {
    const tool = toolNamed(deed.tool)
    if (tool?.kind !== 'act')
      return deeds.end(deed.id, 'unknown', 'This program does not know the tool any more.')
    const calm = cluster.hurry()
    try {
      const found = await tool.find(hands, deed.args).catch(() => undefined)
      const write = await begun(tool, deed, found)
      await finish(tool, deed, found, write, stop.signal())
    } catch (thrown) {
      settle(deed, tool, broken(tool, deed, asProblem(thrown)), undefined)
    } finally {
      calm()
    }
  }

  /** What is left of a deed to wait for: its task, or whatever it waits for by itself. */
  const begun = async (tool: ActTool, deed: Deed, found: Found | undefined): Promise<Write> => {
    if (found?.resume) {
      const signals = { stopped: stop.signal(), closing: closing.signal }
      return { outcome: found.resume(deed.startedAt, signals) }
    }
    const upid = deed.upid ?? (await lostTask(tool, deed))
    if (!upid) return { outcome: Promise.resolve(neverHeard) }
    keep(deed.id, () => deeds.named(deed.id, upid))
    return {
      upid,
      outcome: proxmox.tasks.follow(upid, { role: 'operate', signal: closing.signal }),
    }
  }

  /** The server ended between the call and its answer: the task may be there, under our own token. */
  const lostTask = async (tool: ActTool, deed: Deed): Promise<Upid | undefined> => {
    const own = needs.ownToken()
    // `guest/303`, or with its node: `service/pve/pveproxy`.
    const [, ...place] = deed.target.split('/')
    const object = place.at(-1)
    const node = place.length > 1 ? place[0] : undefined
    const isIt = (t: TaskRow) =>
      tool.tasks.includes(t.type) &&
      t.id === object &&
      (node === undefined || t.node === node) &&
      `${t.user}!${t.token}` === own &&
      Math.abs(t.starttime - deed.startedAt / 1000) <= LOST_WITHIN_S
    const rows = await proxmox.cluster.tasks().catch(() => [])
    return rows.find(isIt)?.upid
  }

  return {
    hands,
    /** Raised when the server ends. */
    closing: closing.signal,
    carryOut,
    recover: async () => void (await Promise.all(deeds.open().map(resume))),
    close: () => closing.abort(),
  }
}

const neverHeard: Outcome = {
  result: 'failed',
  unknown: true,
  text: 'The server ended before Proxmox had answered.',
}

const broken = (tool: ActTool, deed: Deed, problem: Problem): Ending => ({
  state: 'unknown',
  text: `${tool.words.noun} of ${deed.label}: outcome unknown. ${inWords(problem)}`,
  problem,
})
