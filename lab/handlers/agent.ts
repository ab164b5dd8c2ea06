/**
 * The agent inside a virtual machine: who it is, where it can be reached, and commands, which start at
 * once and are asked for by their process id until they have ended. It answers while the VM runs.
 */
import { died } from '../answer.ts'
import { guestAnswer } from '../guest-shell.ts'
import { integer, needed, type Rule, text } from '../parameters.ts'
import { type Call, type Kit, type Route, route } from '../routing.ts'
import { type Guest, isRunning } from '../things.ts'
import { guestIn } from './guests.ts'

type Run = { vmid: number; ends: number; out: string; err: string; code: number }
/** How long every command takes at least, in ms. */
const TAKES = 150

export const agentRoutes = (kit: Kit): Route[] => {
  const { world } = kit
  const runs = new Map<number, Run>()
  let pid = 2100

  const alive = (call: Call): Guest => {
    const guest = guestIn(kit, 'qemu', call)
    if (!guest.agent) throw died('No QEMU guest agent configured')
    if (!isRunning(guest)) throw died(`VM ${guest.vmid} is not running`)
    return guest
  }

  const addresses = (call: Call) => {
    const { net } = alive(call)
    return {
      result: [
        card('lo', '00:00:00:00:00:00', '127.0.0.1', 8),
        card('ens18', net.hwaddr.toLowerCase(), net.ip, 24),
      ],
    }
  }

  const exec = (call: Call) => {
    const guest = alive(call)
    const words = (call.values.command ?? '').split('\0')
    const said = guestAnswer(words, guest, world, call.values['input-data'])
    // What is not there cannot be started; the agent says so at once.
    if (said.code === 127)
      throw died(
        `Agent error: Guest agent command failed, error was 'Failed to execute child process “${words[0]}” (No such file or directory)'`,
      )
    pid += 1
    const { out, err, code, takes } = said
    runs.set(pid, { vmid: guest.vmid, ends: world.now() + TAKES + takes, out, err, code })
    if (runs.size > 200) runs.delete(runs.keys().next().value!)
    return { pid }
  }

  const status = (call: Call) => {
    const guest = alive(call)
    const wanted = call.values.pid!
    const run = runs.get(Number(wanted))
    if (run?.vmid !== guest.vmid)
      throw died(
        `Agent error: Guest agent command failed, error was 'Invalid parameter 'pid': PID ${wanted} does not exist'`,
      )
    if (world.now() < run.ends) return { exited: 0 }
    // Whoever has been told of the end cannot ask again.
    runs.delete(Number(wanted))
    return {
      exited: 1,
      exitcode: run.code,
      ...(run.out ? { 'out-data': run.out } : {}),
      ...(run.err ? { 'err-data': run.err } : {}),
    }
  }

  const base = '/nodes/{node}/qemu/{vmid}/agent'
  const see = ['/vms/{vmid}', ['VM.GuestAgent.Audit', 'VM.GuestAgent.Unrestricted'], 'any'] as const
  const all = ['/vms/{vmid}', ['VM.GuestAgent.Unrestricted']] as const
  const far = { remote: true, privileged: true }
  return [
    route('POST', `${base}/ping`, see, (call) => alive(call) && { result: {} }, far),
    route('GET', `${base}/network-get-interfaces`, see, addresses, far),
    route('GET', `${base}/get-host-name`, see, (call) => hostOf(alive(call)), far),
    route('GET', `${base}/get-osinfo`, see, (call) => alive(call) && { result: system }, far),
    route('POST', `${base}/exec`, all, exec, {
      ...far,
      rules: { command: needed(words), 'input-data': text(65_536) },
    }),
    route('GET', `${base}/exec-status`, all, status, { ...far, rules: { pid: needed(integer()) } }),
  ]
}

/** One word, or the same key several times. */
const words: Rule = {
  check: (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? "type check ('array') failed - got HASH"
      : undefined,
}

const card = (name: string, mac: string, ip: string, prefix: number) => ({
  name,
  'hardware-address': mac,
  'ip-addresses': [{ 'ip-address': ip, 'ip-address-type': 'ipv4', prefix }],
})

const hostOf = ({ name }: Guest) => ({ result: { 'host-name': name } })

const system = {
  id: 'debian',
  name: 'Debian GNU/Linux',
  'pretty-name': 'Debian GNU/Linux 13 (trixie)',
  version: '13 (trixie)',
  'version-id': '13',
  machine: 'x86_64',
  'kernel-release': '6.12.48+deb13-amd64',
  'kernel-version': '#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1',
}
