/** The program's entry: the launcher imports it, and so does nobody else. */
import { runCommand } from './run.ts'
import { terminal } from './terminal.ts'

const code = await runCommand(process.argv.slice(2), terminal())
// What was written must be out before the process goes: a pipe may still hold some of it.
process.stdout.write('', () => process.exit(code))
