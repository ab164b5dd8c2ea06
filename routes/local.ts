/**
 * What only the command line may ask, over the control socket: tokens, accounts, backups, and how
 * things are in brief. A site of its own that the network's door never hands a request to; and each
 * request is asked once more whether it came through the socket.
 */
import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as z from 'zod'
import type { Auth } from '../lib/auth/auth.ts'
import { asProblem, Problem } from '../lib/errors.ts'
import type { Keeper } from '../lib/setup/keeper.ts'
import { brief } from '../views/brief.ts'
import type { Ctx } from './answer.ts'
import { asFailure, planJson, resultJson, statusFor } from './deeds.ts'
import { statusOf } from './failures.ts'
import { addLocalChat, type LocalChatNeeds } from './local-chat.ts'
import type { App, Env, Needs } from './needs.ts'
import { briefSafety } from './safety-now.ts'
import { stopJson } from './stop.ts'

const name = z.string().min(1).max(200)
const newToken = z.strictObject({
  name,
  scope: z.enum(['view', 'operate', 'admin']),
  expiresAt: z.number().int().optional(),
})
const account = z.strictObject({ name, password: z.string().max(1024) })
const proof = z.strictObject({
  name: z.string().max(200).optional(),
  password: z.string().max(1024),
})
const use = proof.extend({
  tool: z.string().max(200),
  args: z.record(z.string(), z.unknown()),
  plan: z.boolean(),
})
const confirmation = proof.extend({
  session: z.string().max(100),
  nonce: z.string().max(100),
  hash: z.string().max(100),
  typed: z.string().max(100).optional(),
})
const file = z.strictObject({ file: z.string().startsWith('/') })

export type LocalNeeds = Pick<
  Needs,
  'config' | 'version' | 'clock' | 'cluster' | 'trouble' | 'brakes' | 'self'
> & {
  keeper: Keeper
  startedAt: number
  auth: Pick<Auth, 'logins'>
  stop: Pick<Needs['stop'], 'release' | 'state'>
  tools: Pick<Needs['tools'], 'call' | 'rehearse' | 'open' | 'confirm' | 'deny'>
} & Pick<LocalChatNeeds, 'chat' | 'address'>

/** Is it a request for this site rather than the one that everybody sees? */
export const isLocal = (request: Request): boolean =>
  new URL(request.url).pathname.startsWith('/local/')

export const createLocal = ({ keeper, ...needs }: LocalNeeds): App => {
  const app = new Hono<Env>()
  const proven = async (who: z.infer<typeof proof>) => {
    const { name } = await needs.auth.logins.prove({ ...who, from: 'local' })
    return { kind: 'person', name, scope: 'admin', from: 'local' } as const
  }
  app.use(async (c, next) => {
    if (c.env?.local !== true) throw new Problem('not-found', 'There is nothing here.')
    await next()
  })
  // A question may bring what was piped in with it.
  const room = {
    slip: bodyLimit({ maxSize: 64 * 1024 }),
    letter: bodyLimit({ maxSize: 512 * 1024 }),
  }
  app.use((c, next) => room[c.req.path === '/local/chat' ? 'letter' : 'slip'](c, next))

  app.get('/local/status', (c) =>
    c.json(
      brief({
        picture: needs.cluster.picture(),
        mode: needs.config.mode,
        version: needs.version,
        pid: process.pid,
        upSeconds: Math.floor((needs.clock.now() - needs.startedAt) / 1000),
        trouble: needs.trouble(),
        safety: briefSafety(needs),
      }),
    ),
  )

  app.get('/local/tokens', async (c) => c.json(await keeper.listTokens()))
  app.post('/local/tokens', async (c) =>
    c.json(await keeper.createToken(await read(c.req, newToken))),
  )
  app.delete('/local/tokens/:which', async (c) =>
    c.json(await keeper.revokeToken(c.req.param('which'))),
  )

  app.get('/local/accounts', async (c) => c.json(await keeper.listAccounts()))
  app.post('/local/accounts', async (c) =>
    c.json(await keeper.addAccount(await read(c.req, account))),
  )
  app.post('/local/password', async (c) =>
    c.json(await keeper.setPassword(await read(c.req, account))),
  )

  // A person with his password at a terminal; whoever merely has a shell may not let go.
  app.post('/local/resume', async (c) => {
    const { name, password } = await read(c.req, proof)
    const account = await needs.auth.logins.prove({ name, password, from: 'local' })
    needs.stop.release({ by: account.name, from: 'local', kind: 'person' })
    return c.json(stopJson(needs.stop.state()))
  })

  // The same for a tool: with his password the caller is that person, as if he had clicked.
  app.post('/local/tool', async (c) => {
    const { name, password, plan, ...wish } = await read(c.req, use)
    const account = await needs.auth.logins.prove({ name, password, from: 'local' })
    const caller = { kind: 'person', name: account.name, scope: 'admin', from: 'local' } as const
    if (plan) return c.json(planJson(await needs.tools.rehearse({ ...wish, caller })))
    const result = await needs.tools.call({ ...wish, caller })
    if (result.problem) throw asFailure(result)
    return c.json(resultJson(result), statusFor(result))
  })

  // A decision: the card is opened, read on the terminal, and confirmed; the password goes along twice.
  app.post('/local/approvals/:id/open', async (c) => {
    const person = await proven(await read(c.req, proof))
    const session = randomBytes(16).toString('hex')
    const opened = await needs.tools.open(idIn(c), { account: person.name, session })
    const { approval, nonce, expiresAt } = opened
    const seconds = Math.floor((expiresAt - needs.clock.now()) / 1000)
    return c.json({ session, nonce, hash: approval.hash, typed: approval.typed ?? null, seconds })
  })
  app.post('/local/approvals/:id/confirm', async (c) => {
    const { name, password, session, ...answer } = await read(c.req, confirmation)
    const caller = await proven({ name, password })
    const result = await needs.tools.confirm(idIn(c), { caller, session }, answer)
    if (result.problem) throw asFailure(result)
    return c.json(resultJson(result), statusFor(result))
  })
  app.post('/local/approvals/:id/deny', async (c) => {
    needs.tools.deny(idIn(c), await proven(await read(c.req, proof)))
    return c.json({})
  })

  app.post('/local/backup', async (c) => {
    await keeper.backup((await read(c.req, file)).file)
    return c.json({})
  })

  addLocalChat(app, needs)

  app.notFound((c) =>
    c.json(refusal(new Problem('not-found', 'This server does not know that.')), 404),
  )
  app.onError((thrown, c) => {
    const problem = asProblem(thrown)
    return c.json(refusal(problem), statusOf[problem.kind])
  })
  return app
}

const idIn = (c: Ctx): number => {
  const id = c.req.param('id') ?? ''
  return /^\d{1,15}$/.test(id) ? Number(id) : 0
}

const refusal = ({ kind, message, next, details }: Problem) => ({
  error: { kind, message, next, details },
})

const read = async <T>(request: { json(): Promise<unknown> }, shape: z.ZodType<T>): Promise<T> => {
  const checked = shape.safeParse(await request.json().catch(() => undefined))
  if (checked.success) return checked.data
  const mistakes = checked.error.issues.map((i) => `${i.path.join('.') || 'body'}: ${i.message}`)
  throw new Problem('invalid', mistakes.join('; '))
}
