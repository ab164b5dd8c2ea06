/**
 * What the tests need beyond Node: installed from the distribution when we are root on a Debian,
 * else named together with the command that installs it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A program, the Debian package that brings it, and the test files that need it. */
type Need = { path: string; pack: string; wantedBy: RegExp; after?: string }

const needs: Need[] = [
  { path: '/usr/bin/chromium', pack: 'chromium', wantedBy: /test\/(browser\/|views\/looks)/ },
  {
    path: '/usr/lib/python3/dist-packages/proxmoxer',
    pack: 'python3-proxmoxer',
    wantedBy: /test\/lab\/foreign/,
  },
  // The tests run it by themselves, on loopback: nobody asked for a service on this machine.
  {
    path: '/usr/sbin/sshd',
    pack: 'openssh-server',
    wantedBy: /test\/lib\/ssh|test\/sshd/,
    after: 'systemctl disable ssh',
  },
  {
    path: '/usr/bin/tmux',
    pack: 'tmux',
    wantedBy: /test\/(routes|browser)\/terminal/,
  },
  // proxmoxer only recommends it, yet its HTTPS backend exits without it.
  {
    path: '/usr/lib/python3/dist-packages/requests',
    pack: 'python3-requests',
    wantedBy: /test\/lab\/foreign/,
  },
]

export const prepareMachine = async (files: string[]): Promise<void> => {
  const missing = needs.filter((n) => !existsSync(n.path) && files.some((f) => n.wantedBy.test(f)))
  if (missing.length === 0) return
  const packs = missing.map((n) => n.pack)
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packs.join(' ')}`
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(`Some tests need more than is here. Run: sudo sh -c '${command}'`)
    return
  }
  console.log(`Installing for the tests: ${packs.join(' ')}`)
  const done = spawnSync('sh', ['-c', unstarted(command, missing)], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0)
    console.log(`That failed; the tests that need it will say so.\n${done.stderr}`)
}

/** A new service is neither started by its package (policy-rc.d) nor at the next boot. */
const unstarted = (command: string, missing: Need[]): string => {
  const policy = '/usr/sbin/policy-rc.d'
  const after = missing.flatMap((n) => (n.after ? [`${n.after} >/dev/null 2>&1 || true`] : []))
  if (after.length === 0) return command
  const guarded = existsSync(policy)
    ? command
    : `printf '#!/bin/sh\\nexit 101\\n' >${policy}; chmod 755 ${policy}; trap 'rm -f ${policy}' EXIT; ${command}`
  return [guarded, ...after].join(' && ')
}
