/**
 * A cluster that lives: guests whose shown figures move as an assumption says. Ordinary churn: of the
 * running guests (three quarters) the shown CPU moves for 30 %, the memory for 15 %, the state of
 * 0.1 % of all changes. `all` is the worst case: every running guest and node moves.
 */
export type Thing = {
  id: string
  vmid: number
  name: string
  node: string
  type: string
  status: 'running' | 'stopped'
  cpu: number
  maxcpu: number
  mem: number
  maxmem: number
  disk: number
  maxdisk: number
  uptime: number
  netin: number
  netout: number
  diskread: number
  diskwrite: number
  template: 0 | 1
  tags: string
}

export type Churn = 'all' | 'ordinary' | 'none'

/** The same numbers each run. */
const randomFrom = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

/** The shape of `/cluster/resources`; `id` is the element's, see `resourcesBody` for theirs. */
export type World = { things: Thing[]; step(churn: Churn): Thing[] }

export const createWorld = (nodes: number, guests: number): World => {
  const random = randomFrom(20_261_120)
  const things = Array.from({ length: nodes + guests }, (_, i): Thing => {
    const isNode = i < nodes
    const vmid = 100 + i - nodes
    return {
      id: isNode ? `node-pve${i}` : `guest-${vmid}`,
      vmid: isNode ? 0 : vmid,
      name: isNode ? `pve${i}` : `service-${vmid}`,
      node: `pve${i % nodes}`,
      type: isNode ? 'node' : i % 3 ? 'lxc' : 'qemu',
      status: isNode || i % 4 ? 'running' : 'stopped',
      cpu: random(),
      maxcpu: 4,
      mem: Math.floor(random() * 2 ** 33),
      maxmem: 2 ** 33,
      disk: Math.floor(random() * 2 ** 35),
      maxdisk: 2 ** 35,
      uptime: Math.floor(random() * 1e6),
      netin: Math.floor(random() * 1e9),
      netout: Math.floor(random() * 1e9),
      diskread: Math.floor(random() * 1e11),
      diskwrite: Math.floor(random() * 1e11),
      template: 0,
      tags: 'production;web',
    }
  })

  const moved = (thing: Thing, churn: Churn): boolean => {
    if (churn === 'none') return false
    if (random() < 0.001) thing.status = thing.status === 'running' ? 'stopped' : 'running'
    else if (thing.status === 'stopped') return false
    const [cpu, mem] = churn === 'all' ? [true, true] : [random() < 0.3, random() < 0.15]
    if (cpu) thing.cpu = (thing.cpu + 0.01 + random() / 3) % 1
    if (mem) thing.mem = Math.floor((thing.mem + 2 ** 27 + random() * 2 ** 31) % thing.maxmem)
    return cpu || mem
  }

  return { things, step: (churn) => things.filter((thing) => moved(thing, churn)) }
}

const percent = (part: number, whole: number) => `${Math.round((part / whole) * 100)} %`
const gib = (n: number) => `${(n / 2 ** 30).toFixed(1)} GiB`

/** About 300 bytes, as a row of the product's guests table. */
export const rowHtml = (t: Thing): string =>
  `<tr id="${t.id}" class="${t.status}"><th scope="row">${t.vmid}</th><td>${t.name}</td><td>${t.node}</td><td>${t.type}</td><td class="state">${t.status}</td><td class="n">${percent(t.cpu, 1)}</td><td class="n">${gib(t.mem)} of ${gib(t.maxmem)}</td><td class="n">${gib(t.disk)} of ${gib(t.maxdisk)}</td><td class="n">${Math.floor(t.uptime / 86_400)} d</td></tr>`

export const tableHtml = (things: readonly Thing[]): string =>
  `<table id="panel-guests"><tbody>${things.map(rowHtml).join('\n')}</tbody></table>`

/** The world as the body of Proxmox VE 9's `/cluster/resources`. */
export const resourcesBody = (things: readonly Thing[]): string =>
  JSON.stringify({
    data: things.map((t) =>
      t.type === 'node'
        ? { ...t, id: `node/${t.name}`, node: t.name, status: 'online', vmid: undefined }
        : { ...t, id: `${t.type}/${t.vmid}` },
    ),
  })
