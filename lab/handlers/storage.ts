/** Storages: what is configured, what each node sees of it, and what lies on it. */
import type { Caller } from '../access.ts'
import { died } from '../answer.ts'
import { boolean, items, nodeName, oneOf, storageId, text, vmid } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import type { Node, Storage } from '../things.ts'
import { contentOf } from './rows.ts'
import { history, rrdRules } from './rrd.ts'

export const storageRoutes = (kit: Kit): Route[] => {
  const { world, access } = kit
  const mayUse = (caller: Caller, s: Storage) =>
    access.can(caller, `/storage/${s.name}`, ['Datastore.Audit', 'Datastore.AllocateSpace'], 'any')

  const config = (s: Storage) => ({
    storage: s.name,
    type: s.type,
    content: contentOf(s, world.random),
    ...s.options,
    ...(s.shared ? { shared: 1 } : {}),
    ...(s.nodes ? { nodes: s.nodes.join(',') } : {}),
    digest: '6c1f0a5d0c3b5e8bb1f6a3f5ff7b0f6a4b1c2d3e',
  })

  const state = (s: Storage, node: Node) => {
    const { total, used } = world.figures.storage(s, node, world.now())
    return {
      type: s.type,
      content: contentOf(s, world.random),
      shared: s.shared ? 1 : 0,
      active: 1,
      enabled: 1,
      total,
      used,
      avail: total - used,
    }
  }

  const here = ({ values, node }: Call): Storage => {
    const found = world.storage(values.storage!)
    if (!found) throw died(`storage '${values.storage}' does not exist`)
    if (found.nodes && !found.nodes.includes(node.name))
      throw died(`storage '${found.name}' is not available on node '${node.name}'`)
    return found
  }

  const list = ({ values, node, caller }: Call) =>
    world
      .storagesOn(node.name)
      .filter((s) => mayUse(caller, s))
      .filter((s) => !values.storage || s.name === values.storage)
      .filter((s) => !values.content || items(values.content).some((c) => s.content.includes(c)))
      .map((s) => {
        const now = state(s, node)
        return { storage: s.name, ...now, used_fraction: now.used / now.total }
      })

  const filesOn = (s: Storage, node: Node) =>
    s.volumes.filter((v) => v.node === undefined || v.node === node.name)
  const disksOn = (s: Storage, node: Node) =>
    world.guests
      .filter(
        (g) => g.disk.storage === s.name && !g.disk.destroyed && (s.shared || g.node === node.name),
      )
      .map((g) => ({
        volid: g.disk.volid,
        content: g.kind === 'qemu' ? 'images' : 'rootdir',
        format: s.type === 'zfspool' && g.kind === 'lxc' ? 'subvol' : 'raw',
        size: g.disk.size,
        used: Math.round(g.disk.used),
        ctime: Math.floor(g.states[0]!.at / 1000),
        vmid: g.vmid,
        parent: null,
      }))

  const contents = (call: Call) => {
    const s = here(call)
    const { values } = call
    const files = filesOn(s, call.node).map(({ at, node: _, protected: kept, ...v }) => ({
      ...v,
      ...(kept ? { protected: 1 } : {}),
      ctime: Math.floor(at / 1000),
    }))
    return [...files, ...disksOn(s, call.node)]
      .filter((v) => !values.content || v.content === values.content)
      .filter((v) => !values.vmid || String(v.vmid) === values.vmid)
  }

  const volume = (call: Call) => {
    const s = here(call)
    const wanted = call.values.volume!.includes(':')
      ? call.values.volume!
      : `${s.name}:${call.values.volume}`
    const found = [...filesOn(s, call.node), ...disksOn(s, call.node)].find(
      (v) => v.volid === wanted,
    )
    if (!found) throw died(`volume '${wanted}' does not exist`)
    const { format, size } = found
    return {
      format,
      size,
      used: 'used' in found ? found.used : size,
      path: `/${wanted.replace(':', '/')}`,
    }
  }

  const rrd = (call: Call) => {
    const s = here(call)
    return history(world, call, (at) => world.figures.storage(s, call.node, at))
  }

  const one = '/nodes/{node}/storage/{storage}'
  const need = [
    '/storage/{storage}',
    ['Datastore.Audit', 'Datastore.AllocateSpace'],
    'any',
  ] as const
  const far = { remote: true, privileged: true }
  const types = oneOf(
    'btrfs',
    'cephfs',
    'cifs',
    'dir',
    'iscsi',
    'lvm',
    'lvmthin',
    'nfs',
    'pbs',
    'rbd',
    'zfs',
    'zfspool',
  )
  return [
    route(
      'GET',
      '/storage',
      'all',
      ({ caller, values }) =>
        world.storages
          .filter((s) => mayUse(caller, s) && (!values.type || s.type === values.type))
          .map(config),
      { rules: { type: types } },
    ),
    route(
      'GET',
      '/storage/{storage}',
      ['/storage/{storage}', ['Datastore.Allocate']],
      ({ values }) => {
        const found = world.storage(values.storage!)
        if (!found) throw died(`storage '${values.storage}' does not exist`)
        return config(found)
      },
    ),
    route('GET', '/nodes/{node}/storage', 'all', list, {
      ...far,
      rules: {
        content: text(),
        enabled: boolean,
        format: boolean,
        storage: storageId,
        target: nodeName,
      },
    }),
    route('GET', one, need, () => ['content', 'rrddata', 'status'].map((subdir) => ({ subdir }))),
    route('GET', `${one}/status`, need, (call) => state(here(call), call.node), far),
    route('GET', `${one}/content`, need, contents, { ...far, rules: { content: text(), vmid } }),
    route('GET', `${one}/content/{volume}`, need, volume, far),
    route('GET', `${one}/rrddata`, need, rrd, { ...far, ordered: true, rules: rrdRules() }),
  ]
}
