/** A new container, in the words of the product, and as the parameters of `POST /nodes/{node}/lxc`. */
import type { Params } from './path.ts'
import type { Vmid } from './types.ts'

export type Container = {
  vmid: Vmid
  /** `local:vztmpl/debian-12-standard_12.12-1_amd64.tar.zst` */
  template: string
  hostname: string
  storage: string
  /** Size of the root disk in GiB. */
  diskGiB: number
  cores: number
  memoryMiB: number
  swapMiB?: number | undefined
  /** One property string an interface: `name=eth0,bridge=vmbr0,ip=dhcp`. */
  networks: string[]
  nameserver?: string | undefined
  searchdomain?: string | undefined
  /** Public keys for root. */
  sshKeys?: string[] | undefined
  password?: string | undefined
  /** systemd 257 and later (Debian 13) warns without it. Other features are refused to every token. */
  nesting?: boolean | undefined
  tags?: string[] | undefined
  pool?: string | undefined
  description?: string | undefined
  onboot?: boolean | undefined
  /** Starts it in a second task that the outcome does not cover; check the state afterwards. */
  start?: boolean | undefined
  /** Further keys of the API, as they are. */
  more?: Params | undefined
}

export const containerParams = (c: Container): Params => ({
  ...c.more,
  vmid: c.vmid,
  ostemplate: c.template,
  hostname: c.hostname,
  rootfs: `${c.storage}:${c.diskGiB}`,
  cores: c.cores,
  memory: c.memoryMiB,
  swap: c.swapMiB ?? 0,
  // Always said: the default changed from 0 to 1 with 9.0.
  unprivileged: true,
  features: c.nesting === false ? undefined : 'nesting=1',
  ...Object.fromEntries(c.networks.map((network, i) => [`net${i}`, network])),
  nameserver: c.nameserver,
  searchdomain: c.searchdomain,
  // Plain text here, unlike the `sshkeys` of a VM.
  'ssh-public-keys': c.sshKeys?.length ? c.sshKeys.join('\n') : undefined,
  password: c.password,
  tags: c.tags?.length ? c.tags.join(';') : undefined,
  pool: c.pool,
  description: c.description,
  onboot: c.onboot,
  start: c.start,
})
