/** `jarvis judge`: a verdict a line, without a server. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { root, run } from './driver.ts'

const judging = suite('jarvis judge')

const call = (tool: string, args: Record<string, unknown> = {}) => JSON.stringify({ tool, args })
const verdicts = (out: string) => out.split('\n').map((line) => JSON.parse(line))

judging('each call gets its verdict, in order', async () => {
  const piped = [
    call('run_command', { node: 'pve', command: 'df -h' }),
    call('run_command', { node: 'pve', command: 'df > /tmp/x' }),
    call('run_command', { node: 'pve', command: 'while :; do zpool destroy tank; done' }),
    call('guest_start', { vmid: 303 }),
    call('guest_delete', { vmid: 303 }),
    call('service_restart', { node: 'pve', service: 'corosync' }),
    call('guest_list'),
    call('start_vm', { vmid: 303 }),
  ].join('\n')
  const { code, out } = await run(['judge'], { piped })
  assert.is(code, 0)
  assert.equal(
    verdicts(out).map((v) => `${v.tier} ${v.verdict} ${v.rule}`),
    [
      'GREEN run tier',
      'RED refuse shape',
      'BLACK refuse black',
      'YELLOW run level',
      'RED ask tier',
      'BLACK refuse black',
      'GREEN run tier',
      'RED refuse tool',
    ],
  )
  for (const v of verdicts(out)) assert.ok(v.reason.length > 0)
})

judging('a line that is no call gets an answer too, and exit 2', async () => {
  const piped = [
    'no json',
    '[]',
    '{"args":{}}',
    '{"tool":1}',
    '{"tool":"guest_list","args":[]}',
    'null',
    '',
  ].join('\n')
  const { code, out } = await run(['judge'], { piped })
  assert.is(code, 2)
  const answers = verdicts(out)
  assert.is(answers.length, 6)
  for (const v of answers) assert.is(`${v.tier} ${v.verdict} ${v.rule}`, 'RED refuse json')
})

judging('a thousand lines a second at least', async () => {
  const commands = [
    'df -h',
    'qm list | grep run',
    'zpool destroy tank',
    'pct exec 101 -- ls',
    'rm -rf /',
  ]
  const lines = Array.from({ length: 5000 }, (_, i) =>
    i % 2
      ? call('run_command', { node: 'pve', command: `${commands[i % 5]} ${i % 97}` })
      : call('guest_start', { vmid: 100 + (i % 900) }),
  )
  const started = performance.now()
  const { out } = await run(['judge'], { piped: lines.join('\n') })
  const perSecond = Math.round(5000 / ((performance.now() - started) / 1000))
  console.log(`COUNT verdicts a second: ${perSecond}`)
  assert.is(out.split('\n').length, 5000)
  assert.ok(perSecond >= 1000, `${perSecond}`)
})

judging('the program answers while its input is still open', async () => {
  const child = spawn(process.execPath, [join(root, 'jarvis'), 'judge'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  try {
    child.stdout.setEncoding('utf8')
    const answer = new Promise<string>((done) => child.stdout.once('data', done))
    child.stdin.write(`${call('guest_list')}\n`)
    assert.is(JSON.parse(await answer).tier, 'GREEN')
    child.stdin.end()
    assert.is(await ended, 0)
  } finally {
    child.kill('SIGKILL')
    await ended
  }
})

judging.run()
