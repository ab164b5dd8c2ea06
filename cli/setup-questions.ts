/** What the set-up asks: is this the right machine, who are you, and what did the commands print. */
import { resolve } from 'node:path'
import { Problem } from '../lib/errors.ts'
import { fingerprintOf } from '../lib/proxmox/tls.ts'
import type { TokenRole } from '../lib/proxmox/types.ts'
import type { RoleToken } from '../lib/setup/carry-out.ts'
import type { Step } from '../lib/setup/plan.ts'
import {
  loginByPassword,
  loginByToken,
  type Session,
  type SessionNeeds,
} from '../lib/setup/session.ts'
import { rolesFrom } from '../lib/setup/wishes.ts'
import { type Args, textOf } from './command.ts'
import type { Io } from './io.ts'
import { readPassword, readSecretFile } from './secret-input.ts'

/** Which roles get a token; `audit` always, since every read needs it. */
export const rolesOf = (args: Args): TokenRole[] =>
  rolesFrom((textOf(args, 'roles') ?? 'audit,operate').split(/[,\s]+/).filter(Boolean))

/** The certificate is the one that was named, or the operator says that it is the right one. */
export const agreed = async (shown: string, named: string | undefined, io: Io): Promise<void> => {
  if (named !== undefined) {
    if (fingerprintOf(named) === shown) return
    throw new Problem('untrusted', `That is not the certificate you named: it is ${shown}.`, {
      next: 'Nothing was sent. Compare with pvenode cert info on the node.',
    })
  }
  if (!io.isTTY)
    throw new Problem('untrusted', 'Nobody is here to say whether this is the right certificate.', {
      next: `Compare it with pvenode cert info on the node, then say --fingerprint ${shown}`,
      details: { fingerprint: shown },
    })
  io.err('The same must stand on the node, in the output of: pvenode cert info')
  if (/^y(es)?$/i.test(await io.ask('Is it the same? (yes/no)', 'no'))) return
  throw new Problem('untrusted', 'Then somebody may be in between. Nothing was sent.')
}

export type LoggedIn = {
  session: Session
  /** The token that was given, when it is to be used as it is. */
  own?: RoleToken | undefined
}

/** By a token where one was named, else by a password that is used for this one login. */
export const logIn = async (
  args: Args,
  io: Io,
  needs: SessionNeeds,
  roles: TokenRole[],
): Promise<LoggedIn> => {
  const id = textOf(args, 'token-id')
  if (id) {
    const file = textOf(args, 'token-file')
    const secret = file
      ? readSecretFile(resolve(io.cwd, file)).trim()
      : await readPassword({ words: [], values: {} }, io, `Secret of ${id}:`)
    const own: RoleToken = { id, secret: secret.trim(), roles }
    return { session: loginByToken(needs, own), own }
  }
  const user = textOf(args, 'user') ?? 'root@pam'
  const password = await readPassword(args, io, `Password of ${user} (used once, stored nowhere):`)
  const login = (otp?: string) => loginByPassword(needs, { user, password, otp })
  try {
    return { session: await login(textOf(args, 'otp')) }
  } catch (error) {
    const wanted = error instanceof Problem && error.details?.tfa === 'needed'
    if (!wanted || !io.isTTY) throw error
    return { session: await login(await io.ask('Six digits of the second factor:')) }
  }
}

/** The operator runs the commands on a node and copies the secrets that they print. */
export const tokensByHand = async (steps: Step[], io: Io): Promise<RoleToken[]> => {
  if (!io.isTTY)
    throw new Problem('failed', 'Nothing was changed in Proxmox.', {
      next: 'Say --yes to have the listed commands run, or run them and give --token-id and --token-file.',
    })
  io.err('Run these lines in a root shell on a node, then tell me the secrets they print.')
  const tokens: RoleToken[] = []
  for (const { token } of steps) {
    if (!token) continue
    const secret = (await io.askHidden(`Secret of ${token.id} ("value"):`)).trim()
    if (!secret) throw new Problem('invalid', 'Without a secret there is no token.')
    tokens.push({ ...token, secret })
  }
  return tokens
}
