/** The program's entry: the launcher imports it, and so does nobody else. */
import { runCommand } from './run.ts'
import { terminal } from './terminal.ts'

// Whatever is written holds secrets or their hashes: it is for this user alone.
process.umask?.(0o077)
const code = await runCommand(process.argv.slice(2), terminal())
// What was written must be out before the process goes: a pipe may still hold some of it.
process.stdout.write('', () => process.exit(code))
