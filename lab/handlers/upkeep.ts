/** What is done to a node: power, wake-on-LAN, its options, its services, bulk starts and stops. */
import { createHash } from 'node:crypto'
import { died, wrongParameters } from '../answer.ts'
import { boolean, integer, items, macAddress, needed, oneOf, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { isRunning, type Node, type Service } from '../things.ts'

export const upkeepRoutes = (kit: Kit): Route[] => {
  const { world, power, tasks, access } = kit
  const far = { remote: true, privileged: true }
  const audit = ['/nodes/{node}', ['Sys.Audit']] as const
  const modify = ['/nodes/{node}', ['Sys.Modify']] as const
  const powerNeed = ['/nodes/{node}', ['Sys.PowerMgmt']] as const

  const wake = ({ values, entry }: Call) => {
    if (values.node === entry.name)
      throw died(`'${entry.name}' is local node, cannot wake my self!`)
    const node = world.node(values.node!)
    if (!node?.options.wakeonlan)
      throw died(`No wake on LAN MAC address defined for '${values.node}'!`)
    power.wake(node.options.wakeonlan)
    return node.options.wakeonlan
  }

  const options = ({ node }: Call) => {
    const { options: set } = node
    return Object.keys(set).length ? { ...set, digest: digestOf(node) } : {}
  }
  const setOptions = ({ node, values }: Call) => {
    if (!world.isQuorate())
      throw died(
        `unable to open file '/etc/pve/nodes/${node.name}/config.tmp.1200' - Permission denied`,
      )
    if (values.digest && values.digest !== digestOf(node))
      throw died('detected modified configuration - file changed by other user? Try again.')
    if (values.wakeonlan !== undefined) node.options.wakeonlan = values.wakeonlan
    if (values.description !== undefined) node.options.description = `${values.description}\n`
    for (const name of items(values.delete))
      if (name === 'wakeonlan' || name === 'description') delete node.options[name]
    return null
  }

  const serviceRow = (s: Service) => ({
    service: s.name,
    name: s.name,
    desc: s.desc,
    state: s.running ? 'running' : 'dead',
    'active-state': s.running ? 'active' : 'inactive',
    'unit-state': s.name === 'syslog' ? 'not-found' : 'enabled',
  })
  const serviceIn = ({ node, values }: Call): Service => {
    const found = node.services.find((s) => s.name === values.service)
    if (found) return found
    const names = node.services.map((s) => s.name).join(', ')
    throw wrongParameters({
      service: `value '${values.service}' does not have a value in the enumeration '${names}'`,
    })
  }
  const act = (verb: 'start' | 'stop' | 'restart' | 'reload') => (call: Call) => {
    const service = serviceIn(call)
    const { node, caller } = call
    return tasks.start({
      node: node.name,
      type: `srv${verb}`,
      id: service.name,
      authid: caller.authid,
      run: async ({ take, log }) => {
        log(`${verb} service ${service.name}`)
        await take(verb === 'reload' ? 300 : 900)
        service.running = verb !== 'stop'
        world.note(
          node,
          'systemd[1]',
          `${verb === 'stop' ? 'Stopped' : 'Started'} ${service.desc}.`,
        )
        // Without its proxy a node refuses connections while its guests go on.
        if (service.name === 'pveproxy') world.mute(node, !service.running)
      },
    })
  }

  const stopAll = ({ node, caller, values }: Call) =>
    tasks.start({
      node: node.name,
      type: 'stopall',
      id: '',
      authid: caller.authid,
      run: async ({ take, log }) => {
        for (const guest of chosen(node, values.vms)) {
          if (!isRunning(guest)) continue
          log(`Stopping ${guest.kind === 'qemu' ? 'VM' : 'CT'} ${guest.vmid}`)
          await take(900)
          world.become(guest, 'stopped')
        }
      },
    })
  const chosen = (node: Node, vms: string | undefined) =>
    world.guestsOn(node.name).filter((g) => !vms || items(vms).includes(String(g.vmid)))
  const bulk = (run: (call: Call) => string) => (call: Call) => {
    for (const guest of chosen(call.node, call.values.vms))
      if (!access.can(call.caller, `/vms/${guest.vmid}`, ['VM.PowerMgmt']))
        throw died(`Permission check failed (/vms/${guest.vmid}, VM.PowerMgmt)`)
    return run(call)
  }

  const service = '/nodes/{node}/services/{service}'
  const workers = integer(1, 64)
  return [
    route(
      'POST',
      '/nodes/{node}/status',
      powerNeed,
      ({ node, values }) => {
        power.goDown(node, values.command === 'reboot' ? 'reboot' : 'shutdown')
        return null
      },
      { ...far, rules: { command: needed(oneOf('reboot', 'shutdown')) } },
    ),
    // Not proxied: the node that is asked sends the packet.
    route('POST', '/nodes/{node}/wakeonlan', powerNeed, wake, { privileged: true }),
    route('GET', '/nodes/{node}/config', audit, options, { remote: true }),
    route('PUT', '/nodes/{node}/config', modify, setOptions, {
      ...far,
      rules: { wakeonlan: macAddress, description: text(65536), digest: text(64), delete: text() },
    }),
    route('GET', '/nodes/{node}/services', audit, ({ node }) => node.services.map(serviceRow), far),
    route('GET', service, audit, () =>
      ['reload', 'restart', 'start', 'state', 'stop'].map((subdir) => ({ subdir })),
    ),
    route('GET', `${service}/state`, audit, (call) => serviceRow(serviceIn(call)), far),
    ...(['start', 'stop', 'restart', 'reload'] as const).map((verb) =>
      route('POST', `${service}/${verb}`, modify, act(verb), far),
    ),
    route(
      'POST',
      '/nodes/{node}/startall',
      'all',
      bulk(({ node, caller }) => power.startGuests(node, caller.authid)),
      {
        ...far,
        rules: { force: boolean, vms: text(), 'max-workers': workers },
      },
    ),
    route('POST', '/nodes/{node}/stopall', 'all', bulk(stopAll), {
      ...far,
      rules: {
        vms: text(),
        timeout: integer(0, 7200),
        'force-stop': boolean,
        'max-workers': workers,
      },
    }),
  ]
}

const digestOf = (node: Node) =>
  createHash('sha1').update(JSON.stringify(node.options)).digest('hex')
