/** The cast of the design: whose tokens there are in the lab, and what each may. */
import { type Access, LAB_PASSWORD, type Token } from './access.ts'

export type LabToken = { id: string; secret: string }
type TokenName = 'root' | 'audit' | 'operate' | 'destroy' | 'environments' | 'narrow' | 'expired'
export type LabTokens = Record<TokenName, LabToken>

/** Users, rights and tokens of every lab; one token has run out. */
export const populate = (access: Access): LabTokens => {
  access.addUser('root@pam', { password: LAB_PASSWORD })
  access.addUser('watcher@pve', { comment: 'reads' })
  access.addUser('ops@pve', { comment: 'acts' })
  access.addUser('envs@pve', { comment: 'makes containers' })
  const user = (path: string, ugid: string, roleid: string) =>
    access.grant({ path, type: 'user', ugid, roleid, propagate: true })
  user('/', 'watcher@pve', 'PVEAuditor')
  user('/', 'watcher@pve', 'JarvisSyslog')
  user('/', 'ops@pve', 'JarvisOperate')
  user('/vms', 'ops@pve', 'PVEVMAdmin')
  user('/pool/environments', 'envs@pve', 'PVEVMAdmin')
  user('/sdn/zones/localnetwork', 'envs@pve', 'PVESDNUser')
  for (const name of ['local', 'local-lvm', 'nvme1'])
    user(`/storage/${name}`, 'envs@pve', 'PVEDatastoreUser')
  const token = (path: string, ugid: string, roleid: string) =>
    access.grant({ path, type: 'token', ugid, roleid, propagate: true })
  token('/', 'ops@pve!operate', 'JarvisOperate')
  token('/vms', 'ops@pve!destroy', 'LabDestroy')
  token('/vms/303', 'ops@pve!narrow', 'PVEVMUser')
  const made = (userid: string, id: string, wish: Partial<Token>): LabToken => ({
    id: `${userid}!${id}`,
    secret: access.addToken(userid, id, wish),
  })
  return {
    root: made('root@pam', 'jarvis', { privsep: false }),
    audit: made('watcher@pve', 'audit', { privsep: false }),
    operate: made('ops@pve', 'operate', {}),
    destroy: made('ops@pve', 'destroy', {}),
    environments: made('envs@pve', 'environments', { privsep: false }),
    narrow: made('ops@pve', 'narrow', {}),
    expired: made('ops@pve', 'expired', { privsep: false, expire: 1_600_000_000 }),
  }
}
