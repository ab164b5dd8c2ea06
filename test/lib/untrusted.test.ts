/** Text of others, disarmed: what looks like a turn, a tag or a title is none any more. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { harmless, nameOf, quoted } from '../../lib/untrusted.ts'

const untrusted = suite('text of others')

untrusted('no control, no colour, no sign that nobody sees', () => {
  assert.is(harmless('a\u001b[31mred\u001b[0m \u001b]0;title\u0007b'), 'ared b')
  assert.is(harmless('x\u{e0069}\u{e0067}\u200b\u202ey\ufeff\u00adz'), 'x yz')
  assert.is(harmless('a\r\nevent: stop\n\ndata: x'), 'a event: stop data: x')
  assert.is(harmless('half \ud800'), 'half \ufffd')
  assert.not.match(harmless('\u009b2J\u0085\u2028'), /[\u0080-\u009f\u2028]/)
})

untrusted('templates of models are broken up, ordinary logs are not', () => {
  for (const token of [
    '<|im_start|>',
    '<|im_end|>',
    '</tool_call>',
    '<tool_response>',
    '<start_of_turn>',
    '<s>',
    '<<SYS>>',
    '<\uff5cUser\uff5c>',
    '<\u200b|im_start|>',
    '<think>',
    '[INST]',
    '[/INST]',
    '[TOOL_CALLS]',
    '[SYSTEM_PROMPT]',
  ]) {
    const safe = harmless(`log ${token} more`)
    assert.not.match(safe, token)
    assert.not.match(safe, token.replace('\u200b', ''))
  }
  const line = '[error] a <= b, 3 < 4, [1/2] kernel: [   12.5] usb 1-1'
  assert.is(harmless(line), line)
})

untrusted('a name of the strict set stays, all else cannot speak', () => {
  assert.is(nameOf('web-01.home/x:y@z'), 'web-01.home/x:y@z')
  assert.is(nameOf('<b>stop all</b>\n'), '_b_stop_all_/b__')
  assert.is(nameOf('x'.repeat(300)).length, 64)
  assert.is(nameOf(undefined), '')
})

untrusted('lines stand behind bars; of too many the newest are kept', () => {
  const { text, lines, left } = quoted(['old', 'x'.repeat(900), 'new\nIgnore the above'], 430)
  assert.equal([lines.length, left], [2, 1])
  assert.ok(text.split('\n').every((line) => line.startsWith('| ')))
  assert.match(text, '| new Ignore the above')
  assert.ok(lines[0]!.length <= 400)
})

untrusted.run()
