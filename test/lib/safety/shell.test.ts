/** The shell policy against its corpus, its mutants, its own table, and a real bash. */
import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Problem } from '../../../lib/errors.ts'
import { look } from '../../../lib/safety/shell/look.ts'
import { createShellPolicy } from '../../../lib/safety/shell/policy.ts'
import { serialise } from '../../../lib/safety/shell/shape.ts'
import { rules } from '../../../lib/safety/shell/table.ts'
import { rankOf, type Tier } from '../../../lib/safety/tiers.ts'
import { corpus, labelled } from './corpus.ts'
import { mutantsOf, spoiled } from './mutants.ts'

const shell = suite('shell policy')
const policy = createShellPolicy()
const tierOf = (line: string) => policy.judge(line).tier

const benign = corpus('benign')
const evasive = corpus('evasive')
const black = corpus('black')
const changes = labelled('changes')

shell('every rule of the table holds its own examples', () => {
  policy.check()
  const programs = new Set(rules.map((r) => r.name))
  assert.ok(programs.size >= 120)
  const bare = rules.filter((r) => r.match.length === 0)
  assert.equal(bare, [])
  console.log(
    `\nCOUNT shell table: ${programs.size} programs and sub-commands, ${rules.length} rules`,
  )
})

shell('a table that contradicts its examples stops everything', () => {
  const wrong = createShellPolicy([look('df', '', '', ['df -h'])])
  assert.is(wrong.judge('df').tier, 'GREEN')
  assert.throws(
    () => wrong.check(),
    (e: unknown) => e instanceof Problem && e.kind === 'broken',
  )
  assert.is(wrong.judge('df').tier, 'RED')
  assert.is(wrong.judge('df').runnable, false)
})

shell('what admins type to look is GREEN, nearly always', () => {
  const refused = benign.filter((line) => tierOf(line) !== 'GREEN')
  const share = (benign.length - refused.length) / benign.length
  console.log(
    `\nCOUNT shell corpus, benign: ${benign.length - refused.length} of ${benign.length} GREEN`,
  )
  assert.ok(benign.length >= 150)
  assert.ok(share >= 0.95, refused.join('\n'))
})

shell('nothing harmful or evasive is GREEN', () => {
  const harmful = [...evasive, ...black, ...changes.map((c) => c.line)]
  const leaks = harmful.filter((line) => tierOf(line) === 'GREEN')
  console.log(
    `\nCOUNT shell corpus, harmful or evasive: ${leaks.length} leaks of ${harmful.length}`,
  )
  assert.ok(harmful.length >= 250)
  assert.equal(leaks, [])
})

shell('what is never done is BLACK in any dress', () => {
  const missed = black.filter((line) => tierOf(line) !== 'BLACK')
  console.log(
    `\nCOUNT shell corpus, BLACK: ${black.length - missed.length} of ${black.length} recognised`,
  )
  assert.equal(missed, [])
})

shell('changes have the tier that the corpus gives them', () => {
  const wrong = changes.filter(({ tier, line }) => tierOf(line) !== tier)
  assert.equal(wrong, [])
})

shell('no variant of a harmful line is GREEN, and no spoiled variant of a harmless one', () => {
  const harmful = [...evasive, ...black, ...changes.map((c) => c.line)]
  const mutants = [...new Set([...harmful.flatMap(mutantsOf), ...benign.flatMap(spoiled)])]
  const leaks = mutants.filter((line) => tierOf(line) === 'GREEN')
  console.log(`\nCOUNT shell mutants: ${leaks.length} leaks of ${mutants.length}`)
  assert.ok(mutants.length >= 10_000)
  assert.equal(leaks, [])
})

shell('joining a command with a harmful one never lowers its tier', () => {
  const worst = (a: Tier, b: Tier) => (rankOf(a) >= rankOf(b) ? a : b)
  for (const { line } of changes) {
    const joined = tierOf(`df -h; ${line}`)
    assert.ok(rankOf(joined) >= rankOf(worst('GREEN', tierOf(line))), line)
  }
})

shell('a refused shape says what to do and cannot be approved', () => {
  for (const line of ['df > /tmp/x', 'for i in 1; do df; done', 'df $(id)', 'df &']) {
    const verdict = policy.judge(line)
    assert.is(verdict.tier, 'RED', line)
    assert.is(verdict.runnable, false)
    assert.is(verdict.line, undefined)
    assert.match(verdict.next ?? '', 'simple commands')
  }
})

shell('what runs is written anew from the words that were judged', () => {
  assert.is(
    policy.judge(`grep -i "it's" /var/log/syslog`).line,
    `grep -i 'it'\\''s' /var/log/syslog`,
  )
  assert.is(policy.judge("ps   aux|'grep' k\\vm").line, 'ps aux | grep kvm')
  assert.is(policy.judge('zpool status 2>&1 | head').line, 'zpool status 2>&1 | head')
  assert.is(
    policy.judge('cat /sys/class/thermal/thermal_zone*/temp').line,
    'cat /sys/class/thermal/thermal_zone*/temp',
  )
  assert.equal(policy.judge('df -h /').argv, ['df', '-h', '/'])
  assert.is(policy.judge('df | head').argv, undefined)
})

shell('what is written anew is judged the same, and stays as it is', () => {
  for (const text of [...benign, ...changes.map((c) => c.line)]) {
    const { line, tier } = policy.judge(text)
    if (line === undefined) continue
    assert.is(policy.judge(line).line, line)
    assert.is(policy.judge(line).tier, tier)
  }
})

shell('interpreters and wrappers are not run, whatever their version', () => {
  for (const line of [
    'python3.11 -c x',
    'perl5.36 -e x',
    'sudo df',
    'ssh pve2 df',
    'less /etc/hosts',
  ])
    assert.equal([policy.judge(line).rule, policy.judge(line).runnable], ['opaque', false], line)
})

shell('a change names what it is aimed at', () => {
  assert.equal(policy.judge('qm start 303').targets, [{ kind: 'guest', id: '303' }])
  assert.equal(policy.judge('qm destroy 303').targets, [{ kind: 'guest', id: '303' }])
  assert.equal(policy.judge('systemctl restart pveproxy').targets, [
    { kind: 'service', id: 'pveproxy' },
  ])
})

shell('a guest that goes for good is named in any dress', () => {
  const gone = (text: string) => policy.judge(text).forGood
  for (const line of [
    'pct destroy 303',
    'qm destroy 303 --purge 1',
    'pct dest 303',
    'pct destroy --purge 1 303',
    'pvesh delete /nodes/pve/lxc/303',
    'pvesh del nodes//pve/qemu/303/',
  ])
    assert.equal(gone(line), { vmid: '303', typed: true }, line)
  for (const line of [
    'pct rollback 303 before',
    'qm roll 303 before',
    'pct restore 303 local:backup/x',
    'pvesh create /nodes/pve/lxc/303/snapshot/before/rollback',
  ])
    assert.equal(gone(line), { vmid: '303', typed: false }, line)
  for (const line of ['pct stop 303', 'qm list', 'pvesh get /nodes/pve/lxc/303', 'df -h'])
    assert.is(gone(line), undefined, line)
})

shell('it always answers, whatever it is given', () => {
  const odd = [
    '',
    ' ',
    '\0',
    '\n',
    '"',
    "'",
    '$(',
    '`',
    '((((',
    '{',
    '}',
    ';;',
    '|',
    '&&',
    '<<',
    '\\',
    '\ud800',
  ]
  for (const line of [
    ...odd,
    'a'.repeat(100_000),
    '$('.repeat(5000),
    '('.repeat(5000),
    'x;'.repeat(3000),
  ]) {
    const verdict = policy.judge(line)
    assert.is.not(verdict.tier, 'GREEN')
    assert.is(verdict.runnable, line === 'x', line.slice(0, 20))
  }
})

shell('words in quotes reach a program unchanged through a real bash', () => {
  // A small generator with a seed of its own: the same vectors in every run.
  let seed = 7
  const next = (n: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % n
  }
  const alphabet = ' \t\n\'"\\$`!*?[]{}()<>|&;#~=%^äß€abcXYZ012-_./,:@+'
  const word = () =>
    Array.from({ length: 1 + next(12) }, () => [...alphabet][next([...alphabet].length)]).join('')
  const vectors = Array.from({ length: 300 }, () => Array.from({ length: 1 + next(4) }, word))
  const script = vectors.map((v) => `printf '%s\\0' ${serialise(v)}; printf '\\1'`).join('\n')
  const { stdout } = spawnSync('bash', ['--norc', '-c', script], {
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
  })
  const told = String(stdout)
    .split('\u0001')
    .slice(0, -1)
    .map((part) => part.split('\0').slice(0, -1))
  assert.equal(told, vectors)
})

shell.run()
