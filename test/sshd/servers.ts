/**
 * Real OpenSSH servers for tests: throw-away keys, addresses 127.0.0.11-14, each in namespaces of its
 * own. A command that runs there sees its own processes, read-only system folders, an empty /dev and
 * stubs for `qm`, `pct`, `pvecm`, `systemctl`; it lacks the capabilities to undo that.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Why there can be none here; undefined = there can. */
export const noSshd = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'real sshd in namespaces needs root'
  if (!existsSync(SSHD)) return 'openssh-server is not installed'
  const probe = spawnSync('unshare', [
    '--mount',
    '--pid',
    '--fork',
    'mount',
    '--make-rprivate',
    '/',
  ])
  return probe.status === 0 ? undefined : 'namespaces cannot be made here'
}

const SSHD = '/usr/sbin/sshd'
const STUBS = ['qm', 'pct', 'pvecm', 'systemctl']

export type SshdOptions = {
  address?: string
  /** Lines for sshd_config. */
  config?: string[]
  /** Shown before the login. */
  banner?: string
  /** A network namespace to run in, as `ip netns` knows it. */
  netns?: string
  /** Other than a free one. */
  port?: number
  /** Programs that this host does not have. */
  without?: string[]
  /** Programs of its own, as shell scripts; what they put into /run/come can be called as well. */
  programs?: Record<string, string>
  /** A second host key, of type RSA. */
  rsaToo?: boolean
}

export type Sshd = {
  address: string
  port: number
  /** Lets `root` and `shut` (a user without a shell) in. */
  keyFile: string
  fingerprint: string
  rsaFingerprint: string | undefined
  /** What it has said so far. */
  log(): string
  stop(): Promise<void>
}

/** A key pair; answers the private file. */
export const makeKey = (dir: string, name: string, ...options: string[]): string => {
  const file = join(dir, name)
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', ...options, '-f', file])
  return file
}

const run = (program: string, words: string[]): string => {
  const done = spawnSync(program, words, { encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`${program} ${words.join(' ')}: ${done.stderr}`)
  return done.stdout
}

export const fingerprintOf = (keyFile: string): string =>
  /SHA256:\S+/.exec(run('ssh-keygen', ['-lf', `${keyFile}.pub`]))![0]

export const freePort = (address: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, address, () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

/** Starts one and waits until it answers. */
export const startSshd = async (options: SshdOptions = {}): Promise<Sshd> => {
  const { address = '127.0.0.11', netns } = options
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-sshd-'))
  chmodSync(dir, 0o755)
  const port = options.port ?? (await freePort(netns ? '127.0.0.1' : address))
  const keyFile = makeKey(dir, 'client')
  const hostKey = makeKey(dir, 'host')
  const rsa = options.rsaToo ? makeKey(dir, 'host_rsa', '-t', 'rsa', '-b', '2048') : undefined
  writeFiles(dir, options, address, port)

  const isolate = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
  const words = ['unshare', ...isolate, 'sh', join(dir, 'enter.sh'), dir]
  const where = netns ? ['ip', 'netns', 'exec', netns] : []
  // A test that crashes takes its server along.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...where, ...words])
  let said = ''
  child.stderr.on('data', (chunk) => (said += chunk))
  child.stdout.on('data', (chunk) => (said += chunk))
  const stop = async () => {
    await end(child)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    await answers(address, port, child)
  } catch (error) {
    await stop()
    throw new Error(`${error}\n${said}`)
  }
  return {
    address,
    port,
    keyFile,
    fingerprint: fingerprintOf(hostKey),
    rsaFingerprint: rsa && fingerprintOf(rsa),
    log: () => said,
    stop,
  }
}

const writeFiles = (dir: string, options: SshdOptions, address: string, port: number) => {
  const put = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(dir, name), text)
    chmodSync(join(dir, name), mode)
  }
  put('authorized_keys', readFileSync(join(dir, 'client.pub'), 'utf8'))
  put('passwd', PASSWD)
  put('shadow', SHADOW, 0o600)
  put('enter.sh', ENTER)
  if (options.banner !== undefined) put('banner', options.banner)
  mkdirSync(join(dir, 'stubs'))
  for (const name of STUBS)
    put(`stubs/${name}`, `#!/bin/sh\necho "stub ${name} $*"\n[ "$1" != enter ] || exec sh\n`, 0o755)
  put('stubs/odd', ODD_SHELL, 0o755)
  for (const [name, script] of Object.entries(options.programs ?? {}))
    put(`stubs/${name}`, `#!/bin/sh\n${script}\n`, 0o755)
  const bin = options.without ? '/mnt/bin' : '/usr/bin:/bin'
  if (options.without) {
    mkdirSync(join(dir, 'bin'))
    for (const name of readdirSync('/usr/bin'))
      if (!options.without.includes(name)) symlinkSync(`/usr/bin/${name}`, join(dir, 'bin', name))
  }
  put(
    'sshd_config',
    [
      ...(options.config ?? []),
      `Port ${port}`,
      `ListenAddress ${address}`,
      'HostKey /mnt/host',
      ...(options.rsaToo ? ['HostKey /mnt/host_rsa'] : []),
      'PidFile none',
      'AuthorizedKeysFile /mnt/authorized_keys',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      'PrintMotd no',
      'PrintLastLog no',
      `SetEnv PATH=/mnt/stubs:${bin}:/run/come`,
      'Subsystem sftp internal-sftp',
      ...(options.banner === undefined ? [] : ['Banner /mnt/banner']),
      '',
    ].join('\n'),
  )
}

const PASSWD = `root:x:0:0:root:/root:/bin/bash
sshd:x:100:65534::/run/sshd:/usr/sbin/nologin
shut:x:1500:1500::/tmp:/usr/sbin/nologin
alice:x:1501:1501::/tmp:/bin/dash
odd:x:1502:1502::/tmp:/mnt/stubs/odd
`
/** A login shell that is no POSIX one: like fish and csh it takes `exec WORDS` and not much else. */
const ODD_SHELL = `#!/bin/sh
case "$2" in exec\\ *) eval "$2" ;; *) echo "odd: I do not understand" >&2; exit 12 ;; esac
`
const SHADOW = `root:*:20000:0:99999:7:::
sshd:*:20000:0:99999:7:::
shut:*:20000:0:99999:7:::
alice:*:20000:0:99999:7:::
odd:*:20000:0:99999:7:::
`

// The order matters: what is needed is bound to /mnt, everything is made read-only, then a few places
// become empty and writable. Without CAP_SYS_ADMIN nobody inside can mount anything back.
const ENTER = `set -e
mount --make-rprivate /
mount --bind "$1" /mnt
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/shadow" /etc/shadow
for m in $(awk '{print $2}' /proc/self/mounts); do mount -o remount,bind,ro "$m" 2>/dev/null || true; done
mount -o remount,bind,ro /
for d in /tmp /run /root /home /var/tmp; do mount -t tmpfs -o mode=755,size=64m tmpfs $d; done
chmod 1777 /tmp
mkdir -p /run/sshd /run/dev/pts /run/dev/shm
for n in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 /run/dev/\${n%:*} c 1 \${n#*:}
done
mknod -m 666 /run/dev/tty c 5 0
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /run/dev/pts
ln -s pts/ptmx /run/dev/ptmx
ln -s /proc/self/fd /run/dev/fd
mount --rbind /run/dev /dev
mount -t proc proc /proc
for p in /proc/sys /proc/sysrq-trigger /proc/irq /proc/bus; do
  [ -e $p ] && mount --bind $p $p && mount -o remount,bind,ro $p
done
cd /
keep=+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+sys_chroot,+audit_write
exec setpriv --no-new-privs --bounding-set -all,$keep ${SSHD} -D -e -f /mnt/sshd_config
`

/** With `--kill-child` its first process dies too, and with that one the whole namespace. */
const end = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })

const answers = async (address: string, port: number, child: ChildProcess) => {
  for (let tries = 0; tries < 500; tries++) {
    if (child.exitCode !== null) throw new Error('sshd ended')
    if (await greets(address, port)) return
    await pause(20)
  }
  throw new Error('sshd did not come up')
}

const greets = (address: string, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: address, port })
    socket.setTimeout(2000, () => socket.destroy())
    socket.once('data', (data) => {
      resolve(String(data).startsWith('SSH-2.0'))
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
  })
