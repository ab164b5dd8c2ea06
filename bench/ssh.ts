/**
 * A real OpenSSH server for the lines about SSH: the tests' own, in its namespaces; our pool against
 * it, and OpenSSH's client with a ControlMaster. Everything on loopback.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ssh } from '../lib/ssh/ssh.ts'
import { stage } from '../test/lib/ssh/stage.ts'
import { noSshd, startSshd } from '../test/sshd/servers.ts'

export type Rivals = {
  ssh: Ssh
  /** A command through the ControlMaster's client process; answers whether it went well. */
  master(command: string): Promise<boolean>
}

/** Runs `work` with both connected. Throws where no sshd can be started (needs root on Linux). */
export const withRivals = async <T>(work: (rivals: Rivals) => Promise<T>): Promise<T> => {
  const why = noSshd()
  if (why) throw new Error(`no sshd to measure with: ${why}`)
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-bench-ssh-'))
  const sshd = await startSshd()
  const s = await stage({ hosts: { pve: sshd }, identity: { keyFile: sshd.keyFile } })
  const words = [
    ...['-F', '/dev/null', '-i', sshd.keyFile, '-p', String(sshd.port)],
    ...[
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'LogLevel=ERROR',
    ],
    ...['-o', 'ControlMaster=auto', '-o', `ControlPath=${dir}/m`, '-o', 'ControlPersist=600'],
    `root@${sshd.address}`,
  ]
  const master = (...more: string[]) =>
    new Promise<boolean>((resolve) => {
      const child = spawn('ssh', [...words, ...more], { stdio: ['ignore', 'pipe', 'ignore'] })
      child.stdout.resume()
      child.once('close', (code) => resolve(code === 0))
    })
  try {
    if (!(await master('true'))) throw new Error('the ControlMaster did not connect')
    await s.ssh.exec('pve', ['true'])
    return await work({ ssh: s.ssh, master: (command) => master(command) })
  } finally {
    await new Promise((done) =>
      spawn('ssh', ['-O', 'exit', ...words], { stdio: 'ignore' }).once('close', done),
    )
    s.close()
    await sshd.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Milliseconds of one run. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now()
  await work()
  return performance.now() - from
}
