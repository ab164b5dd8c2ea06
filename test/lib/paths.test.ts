/** The addresses of the product: escaped, without what is not asked, each leading to one place. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { paths } from '../../lib/paths.ts'

const links = suite('paths')

/** What a link is given here; the rest take a word for each name. */
const given: Partial<Record<keyof typeof paths, unknown[][]>> = {
  guest: [[303], [303, 'week']],
  node: [['pve1'], ['ä/..', 'hour']],
  storage: [['Home/local'], ['cluster-backup'], ['Home/local', 'week']],
  tasks: [[], [{ node: 'pve', outcome: undefined, as: 'json' }]],
  task: [['UPID:pve:1:2:3:vzdump:303:root@pam!t:', { from: 500 }]],
  diary: [[], [{ kind: 'node', subject: 'guest/303' }]],
  audit: [[], [{ who: 'ci token', before: 7 }]],
  auditAs: [['txt'], ['json'], ['csv', { who: 'alice' }], ['jsonl']],
  live: [[], [['nodes', 'guests']]],
  login: [[], ['/f/nodes?a=1']],
  welcome: [[], ['a b']],
  setup: [[], ['address']],
  session: [['a/b']],
  token: [['k1']],
  wallKey: [['k1']],
  machinesDeed: [['level'], ['raises']],
  raise: [['0a1b2c']],
  protectionDeed: [['mark']],
  labScenario: [['node-down']],
  panel: [['nodes'], ['nodes', 'txt'], ['nodes', 'json']],
  guestDeed: [[303, 'start']],
  approval: [[7], [7, 'text']],
  nodeDeed: [['pve', 'reboot']],
  powerStatus: [['txt'], ['json']],
  wakeNode: [['pve']],
  deed: [[7]],
  chat: [[], [{ q: 'plum tree' }]],
  talk: [[12], [12, { before: 7 }]],
  talkDeed: [
    [12, 'name'],
    [12, 'delete'],
  ],
  talkFile: [[12]],
  talkLive: [[12], [12, 'text']],
  turnStop: [[12, 7]],
  memory: [[], [{ tier: 'fact', q: 'a b' }]],
  memoryFile: [['md'], ['txt'], ['json'], ['md', { q: 'plum' }]],
  memoryEntry: [[7]],
  memoryDeed: [
    [7, 'pin'],
    [7, 'forget'],
  ],
  asset: [['hud.css']],
}

const all = () =>
  Object.entries(paths).flatMap(([name, link]) =>
    (given[name as keyof typeof paths] ?? [Array(link.length).fill('x')]).map((args) => {
      const path = (link as (...args: unknown[]) => string)(...args)
      return [`${name} ${path}`, path] as const
    }),
  )

links('what stands in an address is escaped', () => {
  assert.is(paths.node('ä/..', 'hour'), '/nodes/%C3%A4%2F..?span=hour')
  assert.is(paths.guest('<b>'), '/guests/%3Cb%3E')
  assert.is(paths.storage('Home/local'), '/storage/Home/local')
  assert.is(paths.node('half \ud800'), '/nodes/half%20%EF%BF%BD')
  assert.is(
    paths.task('UPID:pve:1:2:3:vzdump:303:root@pam!t:', { from: 500 }),
    '/tasks/UPID%3Apve%3A1%3A2%3A3%3Avzdump%3A303%3Aroot%40pam!t%3A?from=500',
  )
})
links('what is not asked is not in the address', () => {
  assert.is(paths.tasks({ node: 'pve', outcome: undefined, as: '' }), '/tasks?node=pve')
  assert.is(paths.diary({}), '/events')
})
links('every address is a path of this site, and no two links lead to the same place', () => {
  const seen = new Map<string, string>()
  for (const [name, path] of all()) {
    assert.match(path, /^\/[\w\-./%:!?=&,]*$/, name)
    assert.not.ok(seen.has(path), `${name} is ${seen.get(path)} too`)
    seen.set(path, name)
  }
})

links.run()
