/** Deeds on containers of a Docker host: names that are only names, and states that are read back. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { call, callAllowed, person } from '../../deeds.ts'
import { deedRow, type House, openHouse, until } from '../../house.ts'

const containers = suite<{ house: House }>('deeds on containers')
containers.before.each(async (t) => {
  t.house = await openHouse({ ssh: true })
})
containers.after.each((t) => t.house.close())

const on = (house: House, tool: string, container: string) =>
  call(house, tool, { host: 'docker', container }, { as: person })
const stateOf = ({ lab }: House, name: string) => {
  const { docker } = lab.world
  return docker.stateOf(docker.find(name)!)
}

containers('started, stopped, restarted: each seen at its state', async ({ house }) => {
  const name = 'monitoring-grafana-1'
  const started = await on(house, 'docker_start', name)
  assert.is(started.state, 'done', started.text)
  assert.match(started.text, /monitoring-grafana-1 on docker is running/)
  const before = stateOf(house, name).since
  const again = await on(house, 'docker_restart', name)
  assert.is(again.state, 'done', again.text)
  assert.ok(stateOf(house, name).since > before)
  const stopped = await on(house, 'docker_stop', name)
  assert.equal([stopped.state, stopped.data?.state], ['done', 'exited'], stopped.text)
  assert.is(stateOf(house, name).running, false)
})

containers('what is so already is not done again', async ({ house }) => {
  assert.match((await on(house, 'docker_start', 'uptime-kuma')).text, /is running already/)
  assert.match((await on(house, 'docker_stop', 'monitoring-grafana-1')).text, /does not run/)
})

containers('nothing but a name that the host knows becomes a word', async ({ house }) => {
  for (const container of [
    '-f',
    '--all',
    'a b',
    'a;reboot',
    '$(id)',
    'a\nb',
    '../x',
    '',
    'x'.repeat(200),
  ])
    for (const tool of ['docker_start', 'docker_stop', 'docker_restart'])
      assert.is((await on(house, tool, container)).problem?.kind, 'invalid', container)
  for (const project of ['-f', 'AI', 'a b', 'a;b', '../ai', ''])
    assert.is(
      (await call(house, 'compose_up', { host: 'docker', project })).problem?.kind,
      'invalid',
      project,
    )
  const near = await on(house, 'docker_stop', 'uptime-kumma')
  assert.equal([near.problem?.kind, near.problem?.next], ['not-found', 'Did you mean uptime-kuma?'])
  const host = await call(house, 'docker_stop', { host: 'pve', container: 'uptime-kuma' })
  assert.is(host.problem?.kind, 'not-found', 'a node is not a host with containers')
  const project = await call(house, 'compose_up', { host: 'docker', project: 'monitorin' })
  assert.is(project.problem?.next, 'Did you mean monitoring?')
})

containers(
  'compose up waits for a person, who sees which file and what is up',
  async ({ house }) => {
    const args = { host: 'docker', project: 'monitoring' }
    const { plan } = await house.tools.rehearse({ tool: 'compose_up', args, caller: person })
    assert.equal(plan?.calls, [
      'ssh docker docker compose -p monitoring -f /opt/stacks/monitoring/compose.yaml up -d',
    ])
    assert.match(plan?.before ?? '', /monitoring-grafana-1 exited \(1\)/)
    assert.is((await call(house, 'compose_up', args)).state, 'needs-approval')
    const done = await callAllowed(house, 'compose_up', args)
    assert.is(done.state, 'done', done.text)
    assert.ok(stateOf(house, 'monitoring-grafana-1').running)
  },
)

containers('a host that is off is told as such', async ({ house }) => {
  house.lab.scenarios.on('node-down', 'pve', { settled: true })
  const { problem } = await on(house, 'docker_stop', 'uptime-kuma')
  assert.match(problem?.message ?? '', /docker/)
  assert.match(problem?.kind ?? '', /unreachable|timeout/)
})

containers('a server that ends under a restart looks at what became of it', async (t) => {
  const { house } = t
  const asked = on(house, 'docker_stop', 'uptime-kuma')
  await until(() => deedRow(house.db, 1) !== undefined)
  const { lab, folder } = house
  await house.drop()
  await asked.catch(() => undefined)
  const { docker } = lab.world
  docker.stop(docker.find('uptime-kuma')!)
  t.house = await openHouse({ lab, folder, ssh: true })
  await t.house.tools.recover()
  const row = deedRow(t.house.db, 1)
  // Found stopped, it is as it should be; who did it nobody asks.
  assert.is(row?.state, 'done', row?.text ?? '')
})

containers.run()
