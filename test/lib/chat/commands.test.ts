/** Words with a stroke in front, and what only looks like them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands, createCommands } from '../../../lib/chat/commands.ts'

const test = suite('commands')
const asked: string[] = []
const { run } = createCommands({
  panelText(name, words) {
    asked.push(`${name}(${words})`)
    return name === 'costs' || words === '999' ? undefined : `the ${name}\n`
  },
})

test('each shows the text of its panel', () => {
  assert.equal(run('/nodes'), { command: 'nodes', form: 'table', text: 'the nodes\n' })
  assert.is(run('  /GUESTS  running on pve ')?.text, 'the guests\n')
  assert.is(asked.at(-1), 'guests(running on pve)')
  run('/nodes of mine')
  assert.is(asked.at(-1), 'nodes()')
  for (const name of Object.keys(commands)) assert.is(run(`/${name} 303`)?.command, name)
})

test('what it needs is asked for, and what is not there is said', () => {
  assert.match(run('/guest')!.text, /^\/guest ID, if you please/)
  assert.match(run('/memory')!.text, /QUESTION/)
  assert.is(run('/guest 999')!.text, 'I know no guest 999.')
  assert.match(run('/costs')!.text, /nothing to show/)
})

test('help lists all, clear begins anew, and a slip is told', () => {
  const { text } = run('/help')!
  for (const name of Object.keys(commands)) assert.match(text, new RegExp(`^/${name}\\b`, 'm'))
  assert.is(run('/clear')?.clears, true)
  assert.match(run('/nodse')!.text, /There is no \/nodse\. You may have meant \/nodes\./)
  assert.match(run('/constructor')!.text, /There is no \/constructor\. \/help/)
})

test('paths and sentences are questions', () => {
  for (const line of [
    'nodes',
    '/',
    '/etc/passwd',
    '/ is full, why?',
    '//nodes',
    '/42',
    'is /nodes a command?',
    '',
  ])
    assert.is(run(line), undefined, line)
})

test.run()
