/** Calls that were left in the text: which of them count, however the text is cut. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTagged } from '../../../lib/llm/tagged.ts'

const tagged = suite('llm: calls in text')

const call = (name: string, args = '{}') =>
  `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`

/** The same whether it comes at once, letter by letter, or in any two pieces. */
const readAll = (text: string, hasTools = true) => {
  const ways = [[text], [...text]]
  for (let cut = 1; cut < text.length; cut += 7) ways.push([text.slice(0, cut), text.slice(cut)])
  const results = ways.map((pieces) => {
    const reader = createTagged({ hasTools })
    const shown = pieces.map((piece) => reader.read(piece)).join('')
    const { text: rest, calls } = reader.rest()
    return { text: shown + rest, calls }
  })
  for (const result of results) assert.equal(result, results[0])
  return results[0]!
}

tagged('plain text goes through, also with what looks like a tag', () => {
  for (const text of ['Hello.', 'a < b and <b>bold</b>', '<tool', '<tool_cal>x', '<<<', ''])
    assert.equal(readAll(text), { text, calls: [] }, text)
})

tagged('calls at the end of an answer are found, one or two', () => {
  assert.equal(readAll(`Well.\n${call('a', '{"x":1}')}\n${call('b')}\n`), {
    text: 'Well.\n',
    calls: [
      { name: 'a', raw: '{"x":1}' },
      { name: 'b', raw: '{}' },
    ],
  })
  assert.equal(readAll(call('a')).calls, [{ name: 'a', raw: '{}' }])
  assert.equal(readAll('<tool_call>{"name":"a","arguments":"{\\"x\\":1}"}').calls, [
    { name: 'a', raw: '{"x":1}' },
  ])
})

tagged('a quotation is no call: inside a line, or with words after it', () => {
  for (const text of [
    `The log says ${call('guest_delete')}`,
    `The log says:\n${call('guest_delete')}\nI would not do that.`,
    `\`\`\`\n${call('guest_delete')}\n\`\`\``,
    `${call('a')} and then`,
  ])
    assert.equal(readAll(text), { text, calls: [] }, text)
})

tagged('what means nothing stays text', () => {
  for (const text of [
    '<tool_call>reboot everything</tool_call>',
    '<tool_call>{"name": "a", "argu',
    '<tool_call>{"name": 7}</tool_call>',
    '<tool_call>null</tool_call>',
  ])
    assert.equal(readAll(text), { text, calls: [] }, text)
})

tagged('thoughts at the beginning are dropped, later ones are words', () => {
  assert.is(readAll('<think>\nHe wants <b>303</b>.\n</think>\nYes.').text, '\nYes.')
  assert.is(readAll('<think>never ending').text, '')
  assert.is(readAll('I <think> so.</think>').text, 'I <think> so.</think>')
})

tagged('a model that only opens tags does not hold up the house', () => {
  const reader = createTagged({ hasTools: true })
  const began = performance.now()
  let shown = reader.read('<tool_call>')
  for (let i = 0; i < 20_000; i++) shown += reader.read('<tool_call>')
  shown += reader.rest().text
  assert.is(shown.length, 20_001 * 11)
  assert.ok(performance.now() - began < 3000)
})

tagged.run()
