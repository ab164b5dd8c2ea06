/** Who asks for deeds in the tests of the tools, and a person who allows what waits. */
import type { Asking } from '../lib/tools/deeds.ts'
import { alice } from './cast.ts'
import type { House } from './house.ts'

export const butler: Asking = {
  kind: 'machine',
  name: 'butler',
  scope: 'operate',
  from: '192.168.1.9',
  token: { id: '7' },
}
export const person: Asking = {
  kind: 'person',
  name: alice.name,
  scope: 'admin',
  from: '192.168.1.20',
}

type How = { as?: Asking; patienceMs?: number }

/** As the butler unless said. */
export const call = (
  { tools }: House,
  tool: string,
  args: unknown,
  { as = butler, patienceMs }: How = {},
) => tools.call({ tool, args, caller: as, patienceMs })

/** Opens the card of a request at the desk and confirms it. */
export const allow = async ({ tools }: House, id: number, typed?: string) => {
  const { approval, nonce } = await tools.open(id, { account: alice.name, session: 'desk' })
  return tools.confirm(
    id,
    { caller: person, session: 'desk' },
    { nonce, hash: approval.hash, typed },
  )
}

/** Asks, and where a person is needed, he allows it. */
export const callAllowed = async (house: House, tool: string, args: unknown, typed?: string) => {
  const asked = await call(house, tool, args)
  return asked.approval ? allow(house, asked.approval.id, typed) : asked
}
