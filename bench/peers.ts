/** The packages that the bench measures against: installed beside it on first use, exact versions. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { here } from './frame.ts'

/** Installs what bench/package.json names, unless it is there; `npm ci` of the product never does. */
export const installPeers = (): void => {
  if (existsSync(join(here, 'node_modules', '.package-lock.json'))) return
  console.error('bench: installing the peers (once)')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error('The peers could not be installed: run `npm ci` in bench/.')
}

/** A peer's module; its types are not known to the product's compiler, so the caller says them. */
export const peer = async <T>(name: string): Promise<T> => {
  const file = createRequire(join(here, 'package.json')).resolve(name)
  const loaded = (await import(pathToFileURL(file).href)) as { default?: T }
  return loaded.default ?? (loaded as T)
}
