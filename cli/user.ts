/** `jarvis user`: the operator's account, and the way back in after a forgotten password. */
import { Problem } from '../lib/errors.ts'
import type { Keeper } from '../lib/setup/keeper.ts'
import type { Command } from './command.ts'
import { exit } from './io.ts'
import { withKeeper } from './keeper.ts'
import { passwordOption, readPassword } from './secret-input.ts'

export const command: Command = {
  usage: ['add NAME [--password-file FILE]', 'password [NAME] [--password-file FILE]', 'list'],
  options: { ...passwordOption },
  words: 2,
  notes: 'A new password ends the sessions of the account.',
  async run(args, io) {
    const [verb, name] = args.words
    if (verb === 'list') {
      const accounts = await withKeeper(io, 'user list', (keeper) => keeper.listAccounts())
      if (args.values.json) io.out(JSON.stringify(accounts, null, 2))
      else io.out(accounts.map((a) => a.name).join('\n') || 'There is no account yet.')
      return exit.ok
    }
    if (verb !== 'add' && verb !== 'password')
      throw new Problem('invalid', `"${verb ?? ''}" is not a thing to do with users.`, {
        next: 'It is add, password or list.',
      })
    if (verb === 'add' && !name)
      throw new Problem('invalid', 'Who? Name the account: jarvis user add NAME.')
    const password = await readPassword(args, io, 'New password:', true)
    const account = await withKeeper(io, `user ${verb}`, async (keeper) =>
      verb === 'add'
        ? keeper.addAccount({ name: name!, password })
        : keeper.setPassword({ name: name ?? (await onlyOne(keeper)), password }),
    )
    if (args.values.json) io.out(JSON.stringify({ id: account.id, name: account.name }))
    else
      io.out(verb === 'add' ? `Welcome, ${account.name}.` : `${account.name} has a new password.`)
    return exit.ok
  },
}

/** In a house with one operator nobody has to remember the name. */
const onlyOne = async (keeper: Keeper): Promise<string> => {
  const accounts = await keeper.listAccounts()
  if (accounts.length === 1) return accounts[0]!.name
  throw accounts.length === 0
    ? new Problem('not-found', 'There is no account yet.', {
        next: 'Make one: jarvis user add NAME.',
      })
    : new Problem('invalid', `Whose? There are ${accounts.map((a) => a.name).join(', ')}.`)
}
