/** What a person must be told for each recorded refusal: the kind of trouble and a piece of the sentence. */
import type { ProblemKind } from '../../../lib/errors.ts'
import type { Recording } from './recordings.ts'

type Trouble = { kind: ProblemKind; says: RegExp }

const table: [RegExp, ProblemKind, RegExp][] = [
  [/^cluster-nextid-asked-taken$/, 'conflict', /vmid: VM 101 already exists/],
  [/^err-auth-.*csrf$/, 'unauthorized', /does not accept .*invalid csrf token/],
  [/^err-auth-/, 'unauthorized', /does not accept .*401/],
  [/^err-body-json-(array|broken)$/, 'failed', /500 (Not a HASH|malformed JSON)/],
  [/^err-body-json-nested$/, 'invalid', /net0: type check/],
  [/^err-body-json-/, 'invalid', /property is not defined in schema/],
  [/^err-body-/, 'invalid', /50[16] /],
  [/^err-create-vmid-taken$/, 'conflict', /CT 101 already exists on node 'pve2'/],
  [/^err-(qemu-)?delete-running$/, 'conflict', /is running/],
  [
    /^err-(format|method|unknown-path|unknown-top-path)/,
    'invalid',
    /501 .*(no such uri|no formatter|not available|not implemented)/,
  ],
  [/^err-param-digest$/, 'conflict', /detected modified configuration/],
  [/^err-param-node-format$/, 'not-found', /hostname lookup/],
  [
    /^err-param-missing-many$/,
    'invalid',
    /ostemplate: .*missing.*vmid: .*missing|vmid: .*missing.*ostemplate: .*missing/,
  ],
  [/^err-param-wrong-many$/, 'invalid', /(?=.*hostname: )(?=.*vmid: )(?=.*cores: )(?=.*memory: )/],
  [/^err-param-/, 'invalid', /400 \w+: /],
  [/^err-perm-part-node-status$/, 'forbidden', /ops@pve!part .*lacks Sys\.Audit on \/nodes\/pve1/],
  [/^err-perm-part-other-vm$/, 'forbidden', /lacks VM\.PowerMgmt on \/vms\/201/],
  [/^err-perm-part-task-log-other$/, 'forbidden', /lacks Sys\.Audit on \/nodes\/pve2/],
  [
    /^err-perm-ro-config$/,
    'forbidden',
    /lacks VM\.Config\.Disk or VM\.Config\.CPU .*on \/vms\/101/,
  ],
  [/^err-perm-ro-start$/, 'forbidden', /watcher@pve!ro .*lacks VM\.PowerMgmt on \/vms\/103/],
  [/^qemu-monitor-perm$/, 'forbidden', /lacks Sys\.Audit or Sys\.Modify on \/vms\/201/],
  [/^err-token-not-allowed$/, 'forbidden', /No API token may do this/],
  [/^err-plain-http/, 'invalid', /30[18] /],
  [/^err-qemu-agent-ping-not-configured$/, 'conflict', /No QEMU guest agent configured/],
  [/^err-reboot-stopped$|already-(stopped|running)$/, 'conflict', /not running|already running/],
  [/^err-task-upid-malformed$/, 'invalid', /upid: unable to parse worker upid/],
  [/^err-task-upid-(unknown|wrong-node)$/, 'not-found', /upid: no such task/],
  [/^err-unknown-node-/, 'not-found', /hostname lookup 'pve9' failed/],
  [/^err-unknown-storage$|storage-missing$/, 'not-found', /storage 'nope' does not exist/],
  [
    /^err-unknown-vmid|^err-wrong-(node|type)|after-delete$/,
    'not-found',
    /Configuration file '.*' does not exist/,
  ],
  [/^err-wakeonlan-self$/, 'failed', /cannot wake my self/],
  [/^err-wakeonlan$/, 'conflict', /No wake on LAN MAC address/],
  [/^flow-lxc-create-bad-volid$/, 'failed', /Only root can pass arbitrary filesystem paths/],
  [/^flow-lxc-migrate-running-refused$/, 'conflict', /can't migrate running container/],
  [/^noquorum-ct-config-put$/, 'conflict', /Permission denied/],
  [/^noquorum-/, 'conflict', /no quorum/],
  [/^offline-/, 'unreachable', /Node pve4 does not answer: .*595 (Connection|No route)/],
  [/^race-list-while-stopping$/, 'failed', /failed to read from command socket/],
]

export const troubleOf = ({ name }: Recording): Trouble => {
  const found = table.find(([pattern]) => pattern.test(name))
  if (!found) throw new Error(`nobody has said what ${name} means`)
  return { kind: found[1], says: found[2] }
}
