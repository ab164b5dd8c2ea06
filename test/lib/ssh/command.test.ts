/** How a command is wrapped, and how its process id is found in what comes back. */
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../../lib/errors.ts'
import { createMarkReader, killLine, quote, startable } from '../../../lib/ssh/command.ts'

const command = suite('ssh command')
const timeoutMs = 30_000

const through = (line: string, shell = 'bash') =>
  spawnSync(shell, ['-c', line], { encoding: 'utf8' })

command('both forms give the program its words as they are, in any POSIX shell', () => {
  const words = ['a b', "it's", '$HOME', '`id`', '*', '', '"', '\\', '-n', 'x;y', '\n', 'ü', '!!']
  for (const shell of ['sh', 'bash'])
    for (const isPosix of [false, true]) {
      const { line, mark } = startable(['printf', '%s|', ...words], { timeoutMs, isPosix })
      const { stdout, stderr, status } = through(line, shell)
      assert.is(stdout, words.map((w) => `${w}|`).join(''))
      assert.is(status, 0)
      assert.match(stderr, new RegExp(`^${mark}\\d+ `))
    }
})

command('the id is that of the process which the command becomes', () => {
  const { line, mark } = startable('echo $PPID', { timeoutMs })
  const { stdout, stderr } = through(line)
  const reader = createMarkReader(mark)
  assert.is(String(reader.read(Buffer.from(stderr))), '')
  assert.is(reader.pid(), Number(stdout), 'it is the parent: timeout')
})

command('the mark is found whatever stands before it and however it is cut', () => {
  const { mark } = startable(['true'], { timeoutMs })
  const text = Buffer.from(`motd says hello\n${mark}4711 /bin/bash\nand then\n`)
  for (let cut = 0; cut <= text.length; cut++) {
    const reader = createMarkReader(mark)
    const parts = [
      reader.read(text.subarray(0, cut)),
      reader.read(text.subarray(cut)),
      reader.rest(),
    ]
    assert.is(String(Buffer.concat(parts)), 'motd says hello\nand then\n')
    assert.equal([reader.pid(), reader.shell()], [4711, '/bin/bash'])
  }
})

command('words that a host makes up are no process id', () => {
  for (const said of ['1', '0', '-1', '99999999999', '4711; reboot', '$(id)', '']) {
    const reader = createMarkReader('m:')
    reader.read(Buffer.from(`m:${said}\n`))
    assert.is(reader.pid(), undefined, said)
  }
})

command('a host that never says it gets its words through all the same', () => {
  const reader = createMarkReader('m:')
  const much = Buffer.alloc(70_000, 'x')
  assert.is(reader.read(much).length, 70_000)
  assert.is(String(reader.read(Buffer.from('more'))), 'more')
})

command('what no process can be given is refused', () => {
  const refused = (work: () => unknown) =>
    assert.throws(work, (e: unknown) => e instanceof Problem && e.kind === 'invalid')
  refused(() => startable([], { timeoutMs }))
  refused(() => startable([''], { timeoutMs }))
  refused(() => startable(['a\0b'], { timeoutMs }))
  refused(() => startable(['true'], { timeoutMs, env: { 'A B': '1' } }))
  refused(() => startable(['true'], { timeoutMs, env: { 'X;reboot': '1' } }))
  assert.is(quote("it's"), `'it'\\''s'`)
  assert.match(killLine(4711), /kill -"\$1" -4711 /)
})

command.run()
