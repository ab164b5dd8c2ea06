/** The doctor's look at this machine: the runtime, the data folder, the database, the port. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { Config } from '../config.ts'
import { openDb } from '../db/db.ts'
import { holderOf } from '../db/lock.ts'
import { schemaVersion } from '../db/migrate.ts'
import { age, bytes } from '../format.ts'
import type { DoctorNeeds } from './doctor.ts'
import { checkTrail } from './doctor-trail.ts'
import { bad, checked, type Finding, ok, warn } from './finding.ts'

const NODE_LEAST = 20
const FREE_WARN = 1024 ** 3
const FREE_BAD = 100 * 1024 ** 2
const BACKUP_OLD_DAYS = 30

export const checkRuntime = ({ name, version }: DoctorNeeds['runtime']): Finding => {
  const major = Number(/\d+/.exec(version)?.[0])
  if (name === 'node' && major < NODE_LEAST)
    return bad('runtime', `Node ${version} is too old.`, `Install Node ${NODE_LEAST} or newer.`)
  return ok('runtime', `${name} ${version}`)
}

/** Is it ours, is there room, and who uses it. */
export const checkFolder = async (
  { data }: Config,
  server: { pid: number } | undefined,
): Promise<Finding[]> => {
  if (!existsSync(data)) return notYet(data)
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return [bad('data folder', `${data} cannot be written.`, `chown -R $(id -un) ${data}`)]
  }
  return [folderRights(data), freeSpace(data), await whoHolds(data, server)]
}

/** What the first start will find; it is not made here. */
const notYet = (data: string): Finding[] => {
  const above = nearestFolder(data)
  try {
    accessSync(above, constants.W_OK | constants.X_OK)
  } catch {
    const mend = `mkdir -p ${data} && chown $(id -un) ${data}`
    return [bad('data folder', `${data} is not there, and ${above} cannot be written.`, mend)]
  }
  return [
    ok('data folder', `${data} is not there yet; the first start makes it.`),
    freeSpace(above),
    ok('server', 'None runs on this folder.'),
  ]
}

const nearestFolder = (path: string): string => {
  let above = dirname(path)
  while (!existsSync(above) && above !== dirname(above)) above = dirname(above)
  return above
}

const folderRights = (data: string): Finding => {
  const open = statSync(data).mode & 0o077
  return open
    ? warn('data folder', `${data} can be entered by others.`, `chmod 700 ${data}`)
    : ok('data folder', `${data} is ours alone.`)
}

const freeSpace = (data: string): Finding => {
  const { bavail, bsize } = statfsSync(data)
  const free = bavail * bsize
  const text = `${bytes(free)} free on the disk of ${data}.`
  if (free < FREE_BAD) return bad('disk', text, 'Free some space; nothing more can be stored soon.')
  return free < FREE_WARN ? warn('disk', text, 'Free some space.') : ok('disk', text)
}

const whoHolds = async (data: string, server: { pid: number } | undefined): Promise<Finding> => {
  if (server) return ok('server', `It runs as process ${server.pid}.`)
  const holder = await holderOf(data)
  return holder
    ? warn('server', `${data} is in use by ${holder}. It does not answer on its control socket.`)
    : ok('server', 'None runs on this folder.')
}

/** Sound, of our shape, with an unbroken trail and a copy that is not too old. */
export const checkDatabase = async (config: Config, needs: DoctorNeeds): Promise<Finding[]> => {
  const file = join(config.data, 'jarvis.db')
  if (!existsSync(file)) return [ok('database', 'There is none yet; the first start makes it.')]
  const findings = await checked('database', () => integrity(file, needs.newest))
  if (findings.some((f) => f.state === 'bad')) return findings
  if (await isOld(file, needs.newest)) return findings
  return [
    ...findings,
    ...(await checked('audit trail', () => checkTrail(file, config, needs))),
    ...(await checked('backup', () => lastBackup(file, needs))),
  ]
}

const integrity = async (file: string, newest: number): Promise<Finding> => {
  const db = await openDb(file)
  try {
    const verdict = db.first<{ quick_check: string }>('pragma quick_check')?.quick_check
    if (verdict !== 'ok')
      return bad('database', `${file} is damaged: ${verdict}`, './jarvis restore FILE')
    const version = schemaVersion(db)
    if (version > newest)
      return bad(
        'database',
        `It was written by a newer Jarvis (version ${version}, this one knows ${newest}).`,
        'Start the newer program.',
      )
    if (version < newest)
      return ok('database', `Sound; the next start brings it from version ${version} to ${newest}.`)
    return ok('database', `Sound, version ${version}.`)
  } finally {
    db.close()
  }
}

/** The next start gives it another shape; till then its trail cannot be read as this program does. */
const isOld = async (file: string, newest: number): Promise<boolean> => {
  const db = await openDb(file)
  try {
    return schemaVersion(db) < newest
  } finally {
    db.close()
  }
}

const lastBackup = async (file: string, needs: DoctorNeeds): Promise<Finding> => {
  const at = await needs.lastBackup(file)
  const mend = './jarvis backup FILE'
  if (at === undefined) return warn('backup', 'The database was never copied.', mend)
  const days = (needs.clock.now() - at) / 86_400_000
  const text = `The last copy of the database is ${age(at, needs.clock.now())} old.`
  return days > BACKUP_OLD_DAYS ? warn('backup', text, mend) : ok('backup', text)
}

/** Ours already, or free to be taken. */
export const checkPort = async (
  { server: { host, port } }: Config,
  server: { pid: number } | undefined,
): Promise<Finding> => {
  if (server) return ok('port', `Port ${port} is served by process ${server.pid}.`)
  const code = await tryPort(host, port)
  if (!code) return ok('port', `Port ${port} is free.`)
  if (code === 'EADDRINUSE')
    return bad(
      'port',
      `Port ${port} is taken by another program.`,
      `ss -ltnp 'sport = :${port}'; or choose another one: JARVIS_PORT`,
    )
  return bad('port', `Port ${port} on ${host} cannot be had (${code}).`, 'Choose another one.')
}

const tryPort = (host: string, port: number) =>
  new Promise<string | undefined>((done) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
    probe.listen(port, host, () => probe.close(() => done(undefined)))
  })

export const checkZone = ({ timeZone }: Config): Finding =>
  timeZone === 'UTC'
    ? warn('time zone', 'Times are shown in UTC.', 'Set timeZone in jarvis.yaml: Europe/Berlin')
    : ok('time zone', `Times are shown as in ${timeZone}.`)
