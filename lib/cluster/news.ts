/**
 * Turns a new picture into events: it is compared with what was last known for certain, so a node
 * that is off or a silence makes no news of guests, and what happened meanwhile is told afterwards.
 */
import type { Bus } from '../bus.ts'
import { isFresh } from '../clock.ts'
import type { Events } from '../events/kinds.ts'
import { type Memory, rememberTask } from './memory.ts'
import type { GuestState, Picture, StorageState, TaskState } from './picture.ts'

type Emit = Bus<Events>['emit']
type Scene = { memory: Memory; picture: Picture; emit: Emit; first: boolean }

/** A storage fills at 90 %, and may do so again after it was below 85 %. */
const FILLING = 0.9
const RELIEVED = 0.85

/** Tells what is new and takes the picture into the memory. */
export const tell = (memory: Memory, picture: Picture, emit: Emit): void => {
  const { parts, now } = picture
  const rows = isFresh(parts.resources, now) && !parts.resources.trouble
  const scene = { memory, picture, emit, first: !memory.settled }
  silence(scene)
  quorum(scene)
  nodes(scene, rows)
  guests(scene, rows)
  storages(scene)
  if (isFresh(parts.tasks, now) && parts.tasks.trouble?.kind !== 'unreachable') tasks(scene)
  if (rows) memory.settled = true
}

const silence = ({ memory, picture, emit }: Scene) => {
  const { resources, status } = picture.parts
  const silent = !isFresh(resources, picture.now) && !isFresh(status, picture.now)
  if (silent && memory.staleSince === undefined) {
    memory.staleSince = picture.now
    const trouble = resources.trouble ?? status.trouble
    emit('cluster.stale', { kind: trouble?.kind ?? 'unreachable', text: trouble?.text ?? '' })
  } else if (!silent && memory.staleSince !== undefined) {
    emit('cluster.back', { afterMs: picture.now - memory.staleSince })
    memory.staleSince = undefined
  }
}

const quorum = ({ memory, picture, emit }: Scene) => {
  const { quorate, votes } = picture.cluster
  if (quorate === undefined) return
  const { online, total } = votes ?? { online: 1, total: 1 }
  if (!quorate && memory.quorate !== false) emit('quorum.lost', { online, total })
  if (quorate && memory.quorate === false) emit('quorum.back', { online, total })
  memory.quorate = quorate
}

const nodes = ({ memory, picture, emit, first }: Scene, rows: boolean) => {
  for (const { name, reach, since } of picture.nodes) {
    if (reach === 'unknown') continue
    const known = memory.nodes.get(name)
    memory.nodes.set(name, { reach, since })
    if (!known && !first) emit('node.appeared', { node: name, reach })
    if (!known && first && reach === 'offline') emit('node.lost', { node: name })
    if (known?.reach === 'online' && reach === 'offline') emit('node.lost', { node: name })
    if (known?.reach === 'offline' && reach === 'online') emit('node.back', { node: name })
  }
  if (!rows) return
  const present = new Set(picture.nodes.map((n) => n.name))
  for (const name of memory.nodes.keys())
    if (!present.has(name)) {
      memory.nodes.delete(name)
      emit('node.vanished', { node: name })
    }
}

const guests = (scene: Scene, rows: boolean) => {
  const { memory, picture, emit } = scene
  if (!rows) return
  for (const guest of picture.guests) guestNews(scene, guest)
  // A list that Proxmox thinned out does not tell who is gone.
  if (picture.parts.guests.trouble || memory.guests.size === picture.guests.length) return
  const present = new Set(picture.guests.map((g) => g.vmid))
  for (const [vmid, { node, name }] of memory.guests)
    if (!present.has(vmid)) {
      memory.guests.delete(vmid)
      emit('guest.vanished', { vmid, node, name })
    }
}

const guestNews = ({ memory, emit, first }: Scene, guest: GuestState) => {
  const { vmid, node, name, since } = guest
  const known = memory.guests.get(vmid)
  if (!known) {
    memory.guests.set(vmid, { condition: guest.condition, since, name, node })
    if (!first) emit('guest.appeared', { vmid, node, name })
    return
  }
  if (known.node !== node) emit('guest.moved', { vmid, name, from: known.node, to: node })
  // Seen first on a node that was off, it had its number for a name.
  if (known.name !== name && known.name !== String(vmid))
    emit('guest.renamed', { vmid, from: known.name, to: name })
  known.node = node
  known.name = name
  if (guest.condition === 'unknown' || guest.condition === known.condition) return
  if (known.condition !== 'unknown')
    emit('guest.condition', { vmid, node, name, from: known.condition, to: guest.condition })
  known.condition = guest.condition
  known.since = since
}

const storages = (scene: Scene) => {
  for (const storage of scene.picture.storages) storageNews(scene, storage)
}

const storageNews = ({ memory, emit, first }: Scene, { id, condition, use }: StorageState) => {
  const known = memory.storages.get(id)
  const available = condition === 'unknown' ? (known?.available ?? true) : condition === 'available'
  const share = use ? use.used / use.total : undefined
  const filling =
    share === undefined
      ? (known?.filling ?? false)
      : share >= FILLING || (known?.filling === true && share >= RELIEVED)
  if (filling && !known?.filling && !(first && !known) && use)
    emit('storage.filling', { id, used: use.used, total: use.total })
  if (known?.available && !available) emit('storage.lost', { id })
  if (known?.available === false && available) emit('storage.back', { id })
  memory.storages.set(id, { available, filling })
}

/**
 * Each task is told of once, over restarts too: what ended before the newest end that the last run
 * saw is old; what it knew as running is told when it has ended, whenever that was.
 */
const tasks = (scene: Scene) => {
  const { memory, picture } = scene
  for (const task of [...picture.tasks].reverse()) taskNews(scene, task)
  const newest = picture.tasks.reduce((end, t) => Math.max(end, t.end ?? 0), 0)
  if (newest >= (memory.tasksUntil?.end ?? 0))
    memory.tasksUntil = {
      end: newest,
      upids: picture.tasks.filter((t) => t.end === newest).map((t) => t.upid),
    }
  memory.tasksRead = true
}

const taskNews = ({ memory, emit }: Scene, task: TaskState) => {
  const { upid, node, type, object, user, outcome } = task
  const known = memory.tasks.get(upid)
  const named = { upid, node, type, object, user }
  if (outcome === 'running') {
    if (known) return
    rememberTask(memory, upid, 'running')
    if (memory.tasksUntil || memory.tasksRead) emit('task.started', named)
    return
  }
  if (known === 'ended') return
  rememberTask(memory, upid, 'ended')
  if (!known && isOld(memory, task)) return
  const tookS = Math.max(0, ((task.end ?? task.start) - task.start) / 1000)
  emit('task.finished', { ...named, outcome, text: task.text, tookS })
}

const isOld = ({ tasksRead, tasksUntil }: Memory, { end = 0, upid }: TaskState) => {
  if (tasksRead) return false
  if (!tasksUntil) return true
  return end < tasksUntil.end || (end === tasksUntil.end && tasksUntil.upids.includes(upid))
}
