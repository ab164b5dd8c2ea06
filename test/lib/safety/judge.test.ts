/** The judge: the table of levels, who is bound by what, and that nothing graver is ever judged milder. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createJudge, type Question, type Verdict } from '../../../lib/safety/judge.ts'
import type { Level } from '../../../lib/safety/levels.ts'
import type { Protection } from '../../../lib/safety/protected.ts'
import { createShellPolicy } from '../../../lib/safety/shell/policy.ts'
import { type Tier, tiers } from '../../../lib/safety/tiers.ts'

const judging = suite('judge')
const judge = createJudge({ shell: createShellPolicy() })

const guard = (vital = false): Protection => ({
  of: ({ kind, id }) =>
    kind === 'guest' && id === '302'
      ? {
          key: 'guest/302',
          label: '302 adguard',
          why: ['it is the name server of the house'],
          sources: ['role'],
          vital,
        }
      : undefined,
  shields: [],
  edges: [],
})

type Over = Partial<Omit<Question, 'caller' | 'context'>> & {
  caller?: Partial<Question['caller']>
  context?: Partial<Question['context']>
}
const ask = (tool: string, { caller, context, ...over }: Over = {}): Question => ({
  tool,
  args: {},
  targets: [{ kind: 'guest', id: '303' }],
  ...over,
  caller: { kind: 'machine', scope: 'operate', ...caller },
  context: {
    level: 4,
    tainted: false,
    quorate: true,
    protection: guard(),
    readOnly: false,
    stopped: false,
    hour: 12,
    ...context,
  },
})
const said = (question: Question) => {
  const { verdict, tier, rule } = judge(question)
  return `${verdict} ${tier} ${rule}`
}
const dns = [{ kind: 'guest', id: '302' }] as const

judging('the table of levels', () => {
  const table: [Level, string, string, string][] = [
    [1, 'run', 'refuse', 'refuse'],
    [2, 'run', 'ask', 'refuse'],
    [3, 'run', 'ask', 'ask'],
    [4, 'run', 'run', 'ask'],
    [5, 'run', 'run', 'ask'],
  ]
  for (const [level, green, yellow, red] of table) {
    const at = (tool: string) => judge(ask(tool, { context: { level } })).verdict
    assert.equal(
      [at('guest_list'), at('guest_start'), at('guest_delete')],
      [green, yellow, red],
      `${level}`,
    )
  }
})

judging('at level 3 the steps of a runbook run by themselves', () => {
  const context = { level: 3 } as const
  assert.is(said(ask('guest_start', { context, caller: { runbook: true } })), 'run YELLOW level')
  assert.is(said(ask('guest_delete', { context, caller: { runbook: true } })), 'ask RED tier')
})

judging('a person consents by asking; what cannot be undone opens the card', () => {
  const caller = { kind: 'person' } as const
  assert.is(said(ask('guest_start', { caller, context: { level: 1 } })), 'run YELLOW consent')
  assert.is(said(ask('guest_delete', { caller, context: { level: 1 } })), 'ask RED tier')
  assert.is(said(ask('guest_start', { caller, targets: dns })), 'ask RED protection')
})

judging('levels, limits, night and provenance do not bind a person', () => {
  const context = {
    level: 1,
    tainted: true,
    limit: { rule: 'rate', reason: 'x' },
    night: [0, 23],
  } as const
  assert.is(judge(ask('guest_start', { caller: { kind: 'person' }, context })).verdict, 'run')
})

judging('quorum, reading only, STOP and BLACK bind everybody, approved or not', () => {
  for (const caller of [{ kind: 'person' }, { kind: 'machine' }] as const)
    for (const approved of [true, false]) {
      const say = (tool: string, context: Partial<Question['context']> = {}, args = {}) =>
        said(ask(tool, { caller, approved, context, args }))
      assert.is(say('guest_start', { quorate: false }), 'refuse YELLOW quorum')
      assert.is(say('guest_delete', { quorate: undefined }), 'refuse RED quorum')
      assert.is(say('guest_start', { readOnly: true }), 'refuse YELLOW read-only')
      assert.is(say('guest_start', { stopped: true }), 'refuse YELLOW stop')
      assert.is(say('service_restart', {}, { service: 'corosync' }), 'refuse BLACK black')
      assert.is(say('run_command', {}, { command: 'rm -rf /' }), 'refuse BLACK black')
    }
})

judging('a node is woken without quorum', () => {
  assert.is(judge(ask('wake_node', { context: { quorate: false } })).verdict, 'run')
})

judging('an approval runs what is RED, at every level', () => {
  assert.is(
    said(ask('guest_delete', { approved: true, context: { level: 1 } })),
    'run RED approval',
  )
})

judging('protection raises, and without a graph every change is RED', () => {
  assert.is(said(ask('guest_shutdown', { targets: dns })), 'ask RED protection')
  assert.is(said(ask('guest_start', { context: { protection: undefined } })), 'ask RED protection')
  assert.is(said(ask('guest_list', { context: { protection: undefined } })), 'run GREEN tier')
  const context = { protection: guard(true) }
  assert.is(
    said(ask('guest_delete', { targets: dns, context, approved: true })),
    'refuse BLACK protection',
  )
  assert.is(said(ask('guest_shutdown', { targets: dns, context })), 'ask RED protection')
})

judging('in a tainted context what could be undone asks too, at every level', () => {
  for (const level of [3, 4, 5] as const) {
    const context = { level, tainted: true }
    assert.is(judge(ask('guest_start', { context })).verdict, 'ask')
    assert.is(judge(ask('guest_start', { context, caller: { runbook: true } })).verdict, 'ask')
  }
})

judging('at night level 4 asks and level 5 does not', () => {
  const at = (level: Level, hour: number) =>
    judge(ask('guest_start', { context: { level, hour, night: [22, 6] } })).verdict
  assert.equal([at(4, 23), at(4, 3), at(4, 12), at(5, 23)], ['ask', 'ask', 'run', 'run'])
})

judging('the settings can raise a line by tool, target and hour, and nothing lowers it', () => {
  const raises = [
    { tier: 'RED', why: 'not in the evening', tool: 'guest_reboot', hours: [18, 23] },
    { tier: 'GREEN', why: 'please', tool: 'guest_delete' },
    { tier: 'BLACK', why: 'it is mine', target: 'guest/303' },
  ] as const
  const other = [{ kind: 'guest', id: '100' }] as const
  const say = (tool: string, hour: number, targets: Question['targets']) =>
    said(ask(tool, { targets, context: { raises, hour } }))
  assert.is(say('guest_reboot', 20, other), 'ask RED settings')
  assert.is(say('guest_reboot', 12, other), 'run YELLOW level')
  assert.is(say('guest_delete', 12, other), 'ask RED tier')
  assert.is(say('guest_start', 12, ask('').targets), 'refuse BLACK settings')
})

judging('the tier of a service and of a task depends on which', () => {
  const service = (name: string) =>
    judge(ask('service_restart', { args: { service: name }, targets: [] })).tier
  assert.equal(
    ['pveproxy', 'pveproxy.service', 'ssh', 'corosync', 'PVE-CLUSTER.service', ''].map(service),
    ['YELLOW', 'YELLOW', 'RED', 'BLACK', 'BLACK', 'RED'],
  )
  const task = (own: boolean) =>
    judge(ask('cancel_task', { targets: [{ kind: 'task', id: 'UPID:x', own }] })).tier
  assert.equal([task(true), task(false)], ['YELLOW', 'RED'])
})

judging('a command is judged by what it does, and what runs is told', () => {
  const command = (text: string) =>
    judge(ask('run_command', { args: { command: text }, targets: [] }))
  assert.is(command('df -h').verdict, 'run')
  assert.equal(command('df -h').argv, ['df', '-h'])
  assert.is(command('qm destroy 303').verdict, 'ask')
  assert.is(command('qm destroy 303').line, 'qm destroy 303')
  assert.is(command('qm start 302').rule, 'protection')
  assert.is(command('df > /tmp/x').verdict, 'refuse')
  assert.is(command('df > /tmp/x').line, undefined)
  assert.is(
    judge(ask('guest_command', { args: { command: 'df > /tmp/x' }, approved: true })).verdict,
    'refuse',
  )
  assert.is(judge(ask('run_command', { args: {} })).verdict, 'refuse')
})

judging('who may only look only looks', () => {
  for (const caller of [{ kind: 'wall' }, { scope: 'view' }] as const) {
    assert.is(judge(ask('guest_list', { caller })).verdict, 'run')
    assert.is(said(ask('guest_start', { caller, approved: true })), 'refuse YELLOW scope')
  }
})

const ORDER: Record<Verdict['verdict'], number> = { run: 0, ask: 1, refuse: 2 }

judging('it answers every combination, and no graver circumstance makes it milder', () => {
  const commands = ['df -h', 'qm start 303', 'qm destroy 303', 'df > x', 'zpool destroy tank']
  const calls: Pick<Question, 'tool' | 'args'>[] = [
    ...[
      ...Object.keys(tiers),
      'service_restart',
      'cancel_task',
      'no_such_tool',
      '__proto__',
      'constructor',
    ].map((tool) => ({ tool, args: {} })),
    ...commands.map((command) => ({ tool: 'run_command', args: { command } })),
  ]
  const levels: Level[] = [5, 4, 3, 2, 1]
  const graver: ((q: Question) => Question)[] = [
    (q) => ({ ...q, context: { ...q.context, tainted: true } }),
    (q) => ({ ...q, context: { ...q.context, quorate: false } }),
    (q) => ({ ...q, context: { ...q.context, quorate: undefined } }),
    (q) => ({ ...q, context: { ...q.context, readOnly: true } }),
    (q) => ({ ...q, context: { ...q.context, stopped: true } }),
    (q) => ({ ...q, context: { ...q.context, protection: undefined } }),
    (q) => ({ ...q, context: { ...q.context, limit: { rule: 'rate', reason: 'enough' } } }),
    (q) => ({ ...q, context: { ...q.context, night: [0, 23] } }),
    (q) => ({ ...q, targets: [...q.targets, ...dns] }),
    (q) => ({ ...q, caller: { ...q.caller, kind: 'machine' } }),
    (q) => ({ ...q, caller: { ...q.caller, scope: 'view' } }),
    (q) => ({ ...q, caller: { ...q.caller, runbook: false } }),
    (q) => ({ ...q, approved: false }),
    ...(['YELLOW', 'RED', 'BLACK'] as Tier[]).map(
      (tier) =>
        (q: Question): Question => ({
          ...q,
          context: { ...q.context, raises: [{ tier, why: 'strict' }] },
        }),
    ),
    (q) => ({ ...q, context: { ...q.context, level: Math.max(1, q.context.level - 1) as Level } }),
  ]
  let asked = 0
  const milder: string[] = []
  for (const call of calls)
    for (const level of levels)
      for (const kind of ['person', 'machine'] as const)
        for (const runbook of [true, false])
          for (const approved of [true, false])
            for (const tainted of [true, false])
              for (const quorate of [true, false, undefined]) {
                const question: Question = {
                  ...ask(call.tool, {
                    ...call,
                    caller: { kind, runbook },
                    context: { level, tainted, quorate },
                  }),
                  approved,
                }
                const before = judge(question)
                assert.ok(before.verdict in ORDER && before.rule !== '' && before.reason !== '')
                assert.ok(before.tier !== 'BLACK' || before.verdict === 'refuse')
                for (const change of graver) {
                  asked += 1
                  const after = judge(change(question))
                  if (ORDER[after.verdict] < ORDER[before.verdict])
                    milder.push(`${call.tool} ${before.rule} → ${after.rule}`)
                }
              }
  console.log(`\nCOUNT judge: ${asked} pairs of questions, ${milder.length} milder when graver`)
  assert.equal([...new Set(milder)], [])
})

judging.run()
