/** The ways in which Proxmox says no. A handler throws one; lab/http.ts writes it down. */
import { configPath, type Kind } from './things.ts'

export class Refusal extends Error {
  readonly status: number
  readonly errors: Record<string, string> | undefined
  /** json: `{data:null,message}`; text: the bare sentence; empty: nothing at all, as 401 and 595. */
  readonly form: 'json' | 'text' | 'empty'

  constructor(
    status: number,
    message: string,
    { errors, form = 'json' }: { errors?: Record<string, string>; form?: Refusal['form'] } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.errors = errors
    this.form = form
  }
}

/** What a Perl `die` becomes: status 500 with its text as reason phrase. */
export const died = (text: string) => new Refusal(500, `${text}\n`)

export const wrongParameters = (errors: Record<string, string>) =>
  new Refusal(400, 'Parameter verification failed.\n', { errors })

export const forbidden = (path: string, privileges: string[]) =>
  new Refusal(403, `Permission check failed (${path}, ${privileges.join('|')})\n`)

/** Never a 404: measured on PVE 9.2.11. */
export const noSuchGuest = (kind: Kind, node: string, vmid: number | string) =>
  died(`Configuration file '${configPath(kind, node, vmid)}' does not exist`)

export const noQuorum = () => died('cluster not ready - no quorum?')
