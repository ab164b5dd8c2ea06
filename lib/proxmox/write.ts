/** Starts a write and promises its outcome: a UPID is followed to the task's end, other answers are the end. */
import type { CallOptions, Calls } from './calls.ts'
import type { Method } from './errors.ts'
import type { Params } from './path.ts'
import type { Tasks } from './tasks.ts'
import type { Write, WriteOptions } from './types.ts'
import { isUpid } from './upid.ts'

export type StartWrite = (
  method: Exclude<Method, 'GET'>,
  path: string,
  params?: Params,
  options?: WriteOptions & Pick<CallOptions, 'node'>,
) => Promise<Write>

export const createWrites =
  (calls: Calls, tasks: Pick<Tasks, 'follow'>): StartWrite =>
  async (method, path, params = {}, { onLine, signal, role = 'operate', timeout, node } = {}) => {
    const { data } = await calls.page(method, path, params, { role, signal, timeout, node })
    if (!isUpid(data)) return { outcome: Promise.resolve({ result: 'ok' }) }
    // A token always sees its own tasks; the auditing one needs Sys.Audit for those of others.
    return { upid: data, outcome: tasks.follow(data, { onLine, signal, role }) }
  }
