/**
 * The line that somebody types, with the arrow keys and what he typed before. It is there only while he
 * is asked: in between the terminal is in its ordinary state, so that Ctrl-C reaches the process.
 */
import { createInterface } from 'node:readline'

const MOST_KEPT = 100

export const createPrompter = () => {
  let typed: string[] = []
  return {
    /** Several lines that come at once were pasted, and are one. Undefined at Ctrl-D. */
    next: (prompt: string): Promise<string | undefined> =>
      new Promise((done) => {
        const lines: string[] = []
        const face = createInterface({
          input: process.stdin,
          output: process.stderr,
          terminal: true,
          historySize: MOST_KEPT,
          history: [...typed],
        })
        face.on('history', (history: string[]) => {
          typed = history
        })
        face.on('line', (line) => {
          lines.push(line)
          // The rest of what was pasted comes in this same turn of the loop.
          if (lines.length === 1) setImmediate(() => face.close())
        })
        // As in a shell: what stands there is not asked.
        face.on('SIGINT', () => {
          lines.push('')
          process.stderr.write('\n')
          face.close()
        })
        face.once('close', () => {
          if (lines.length > 0) return done(lines.join('\n'))
          process.stderr.write('\n')
          done(undefined)
        })
        face.setPrompt(prompt)
        face.prompt()
      }),
  }
}
