/** What is mended in the arguments of a small model, and what is not. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { argumentsOf } from '../../../lib/llm/arguments.ts'

const args = suite('llm: arguments')

const schema = {
  type: 'object',
  properties: {
    vmid: { type: 'integer' },
    share: { type: 'number' },
    wait: { type: 'boolean' },
    node: { type: 'string' },
    names: { type: 'array' },
    more: { type: 'object' },
    either: { type: ['string', 'null'] },
  },
  required: ['vmid'],
}
const read = (raw: string) => argumentsOf(raw, schema)

args('what is right stays as it is, unknown names too', () => {
  const whole = { vmid: 303, node: 'pve', wait: false, names: ['a'], other: '7' }
  assert.equal(read(JSON.stringify(whole)), whole)
  assert.equal(argumentsOf('{"vmid":"303"}', undefined), { vmid: '303' })
})

args('the schema says what was meant', () => {
  assert.equal(
    read('{"vmid":"303","share":"0.5","wait":"true","node":101,"names":"[\\"a\\"]","more":"{}"}'),
    { vmid: 303, share: 0.5, wait: true, node: '101', names: ['a'], more: {} },
  )
  assert.equal(read('{"vmid":303,"node":null,"either":null}'), { vmid: 303, either: null })
  assert.equal(read('"{\\"vmid\\": 303}"'), { vmid: 303 })
  assert.equal(read('```json\n{"vmid": 303}\n```'), { vmid: 303 })
  assert.equal(read(''), {})
})

args('what is not clear is left for the door to refuse', () => {
  assert.equal(read('{"vmid":"303abc"}'), { vmid: '303abc' })
  assert.equal(read('{"vmid":"3.5"}'), { vmid: '3.5' })
  assert.equal(read('{"vmid":null}'), { vmid: null })
  assert.equal(read('{"vmid":"99999999999999999999"}'), { vmid: '99999999999999999999' })
  assert.equal(read('{"wait":"yes"}'), { wait: 'yes' })
})

args('what is cut off or no object means nothing', () => {
  for (const raw of ['{"vmid": 30', '{"vmid": 303', '303', '[303]', 'null', 'vmid=303', "{'a':1}"])
    assert.is(read(raw), undefined, raw)
})

args('a name cannot reach into the object itself', () => {
  const got = read('{"__proto__":{"isAdmin":true},"vmid":1}')!
  assert.is((got as { isAdmin?: unknown }).isAdmin, undefined)
  assert.is(({} as { isAdmin?: unknown }).isAdmin, undefined)
})

args.run()
