/** What never stands in the trail: secrets inside of text, text without end, halves of characters. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { masked, withoutSecrets } from '../../../lib/audit/masked.ts'

const mask = suite('masks')

const SECRET = 'hunter2SECRETvalue'
/** Each with what must still be readable. */
const lines: [string, string][] = [
  [`mount --password=${SECRET} //nas/share`, 'mount --password=*** //nas/share'],
  [`tool --password ${SECRET} --verbose`, 'tool --password *** --verbose'],
  [`tool --db-password "${SECRET} with words"`, 'tool --db-password ***'],
  [`curl 'https://x/?token=${SECRET}&a=1'`, "curl 'https://x/?token=***&a=1'"],
  ['token=jv_abcdefghijklmnop', 'token=***'],
  ['echo jv_abcdefghijklmnop', 'echo jv_***'],
  [`Authorization: PVEAPIToken=jarvis@pve!audit=${SECRET}`, 'Authorization: ***'],
  [`PVEAPIToken=jarvis@pve!audit=${SECRET}`, 'PVEAPIToken=jarvis@pve!audit=***'],
  [`PVEAuthCookie=PVE:root@pam:${SECRET}`, 'PVEAuthCookie=***'],
  [
    `git clone https://alice:${SECRET}@git.home/x.git`,
    'git clone https://alice:***@git.home/x.git',
  ],
  [`postgres://u:${SECRET}@db/x`, 'postgres://u:***@db/x'],
  [`curl -u alice:${SECRET} http://x`, 'curl -u alice:*** http://x'],
  [`curl -H "Authorization: Bearer ${SECRET}" http://x`, 'curl -H "Authorization: ***" http://x'],
  [`{"secret": "${SECRET}", "name": "x"}`, '{"secret": ***, "name": "x"}'],
  [`DB_PASSWORD='${SECRET}' run`, 'DB_PASSWORD=*** run'],
  [`api_key: ${SECRET}`, 'api_key: ***'],
  [`sshpass -p ${SECRET} ssh x`, 'sshpass -p *** ssh x'],
  [
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRET}\n-----END OPENSSH PRIVATE KEY-----`,
    '-----BEGIN OPENSSH PRIVATE KEY-----***',
  ],
  ['sk-ant-REDACTED', 'sk-ant-***'],
]

for (const [given, left] of lines)
  mask(`in the middle of text: ${left.slice(0, 40)}`, () => {
    assert.is(withoutSecrets(given), left)
    assert.not.match(JSON.stringify(masked({ reason: given, deep: [{ x: given }] })), SECRET)
  })

mask('what is no secret stays as it is', () => {
  for (const text of [
    '303 homeassistant is running.',
    'UPID:pve:00001234:0012AB34:6AFE5B68:qmstart:303:root@pam!jarvis:',
    'https://jarvis.home:4000/guests/303',
    'systemctl restart pveproxy',
    'the token was refused',
    'ssh root@pve ls -u /tmp',
  ])
    assert.is(withoutSecrets(text), text)
})

mask('by the name of the key, at any depth', () => {
  const kept = masked({
    a: { passphrase: 'x', apiKey: 'y', tokenId: 'z', list: [{ cookie: 'q' }] },
  })
  assert.equal(kept, {
    a: { passphrase: '***', apiKey: '***', tokenId: 'z', list: [{ cookie: '***' }] },
  })
})

mask('a megabyte is cut, with its length and its hash as evidence, and quickly', () => {
  const since = process.hrtime.bigint()
  const { text } = masked({
    text: `${'x'.repeat(3990)} password=${SECRET} ${'y'.repeat(2 ** 20)}`,
  }) as {
    text: string
  }
  assert.ok(Number(process.hrtime.bigint() - since) < 500e6)
  assert.ok(text.length < 4200)
  assert.match(text, /… \(\d{7} characters, sha256 [0-9a-f]{16}\)$/)
  assert.not.match(text, 'hunter2')
})

mask('many long texts at once do not make a long row', () => {
  const args = { list: Array.from({ length: 5000 }, (_, i) => `${i} ${'x'.repeat(3000)}`) }
  const text = JSON.stringify(masked(args))
  assert.ok(text.length < 80_000, String(text.length))
})

mask('no pattern stumbles over text that was made for it', () => {
  const since = process.hrtime.bigint()
  for (const evil of [
    'token'.repeat(800),
    'a.'.repeat(2000),
    `x://${'a'.repeat(3900)}`,
    '-u '.repeat(1300),
    `"${'\\'.repeat(3900)}`,
    `password=${'"\\'.repeat(1900)}`,
    `mysql ${'-p'.repeat(1900)}`,
  ])
    masked(evil)
  assert.ok(Number(process.hrtime.bigint() - since) < 1000e6)
})

mask('half a character and what JSON has no word for', () => {
  assert.equal(masked({ a: 'x\ud800y', b: Number.NaN, c: 5n, d: undefined, e: new Date(0) }), {
    a: 'x\ufffdy',
    b: 'NaN',
    c: '5',
    d: undefined,
    e: String(new Date(0)),
  })
})

mask.run()
