/**
 * Commands inside a virtual machine, through its agent: they start at once and are asked for by their
 * process id. The right is VM.GuestAgent.Unrestricted; an agent that does not answer is a 500.
 */
import { Problem } from '../errors.ts'
import type { CallOptions, Calls } from './calls.ts'
import { flag, number, row, text } from './decode.ts'
import type { GuestRef } from './guests.ts'
import { path } from './path.ts'

export type AgentRun =
  | { exited: false }
  | {
      exited: true
      /** Undefined when a signal ended it. */
      code?: number | undefined
      signal?: number | undefined
      out: string
      err: string
      /** The agent keeps 16 MiB of each; the rest is lost. */
      truncated: boolean
    }

export type Agent = {
  /** Starts a program with its arguments; answers its process id in the guest. Virtual machines only. */
  exec(
    ref: GuestRef,
    command: string[],
    options?: CallOptions & { input?: string | undefined },
  ): Promise<number>
  /** What became of it. The end is told once: keep it. */
  execStatus(ref: GuestRef, pid: number, options?: CallOptions): Promise<AgentRun>
}

export const createAgent = (calls: Calls): Agent => ({
  async exec(ref, command, { input, ...options } = {}) {
    const params = { command, 'input-data': input }
    const asked = { role: 'operate' as const, ...options }
    const pid = number(row((await calls.page('POST', `${at(ref)}/exec`, params, asked)).data).pid)
    if (pid === undefined)
      throw new Problem('failed', `The agent of guest ${ref.vmid} named no process.`)
    return pid
  },
  execStatus: async (ref, pid, options) =>
    agentRun(await calls.read(`${at(ref)}/exec-status`, { pid }, { role: 'operate', ...options })),
})

const at = ({ node, kind, vmid }: GuestRef): string => {
  if (kind === 'lxc')
    throw new Problem('invalid', 'A container has no agent; use pct exec instead.')
  return path`/nodes/${node}/qemu/${vmid}/agent`
}

export const agentRun = (data: unknown): AgentRun => {
  const r = row(data)
  if (!flag(r.exited)) return { exited: false }
  return {
    exited: true,
    code: number(r.exitcode),
    signal: number(r.signal),
    out: text(r['out-data']) ?? '',
    err: text(r['err-data']) ?? '',
    truncated: flag(r['out-truncated']) || flag(r['err-truncated']),
  }
}
