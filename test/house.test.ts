/**
 * The house rules that a machine can check: which room may use which (the table of the design),
 * no room that reaches up, no barrel, no hidden clock, no URL outside lib/paths.ts.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const root = join(import.meta.dirname ?? '.', '..')
const house = suite('house')

/** room → rooms that it may use. A new arrow goes here in the commit that needs it. */
const arrows: Record<string, string[]> = {
  base: [],
  proxmox: ['base'],
  live: ['base'],
  wol: ['base'],
  db: ['base'],
  ssh: ['base', 'db'],
  llm: ['base', 'db'],
  notify: ['base', 'db'],
  audit: ['base', 'db'],
  auth: ['base', 'db'],
  memory: ['base', 'db'],
  safety: ['base', 'db'],
  incidents: ['base', 'db'],
  events: ['base', 'db'],
  schedule: ['base', 'db'],
  setup: ['base', 'db', 'proxmox', 'ssh', 'auth'],
  cluster: ['base', 'db', 'events', 'proxmox', 'ssh'],
  terminals: ['base', 'db', 'ssh', 'cluster', 'audit'],
  tools: ['base', 'db', 'proxmox', 'cluster', 'safety', 'audit', 'events', 'memory'],
  mcp: ['base', 'tools', 'auth'],
  openai: ['base', 'tools', 'chat', 'auth'],
  chat: ['base', 'db', 'events', 'llm', 'tools', 'memory'],
  views: ['base'],
  routes: ['base', 'views', 'lib'],
  cli: ['base', 'views', 'lib', 'lab', 'jarvis'],
  jarvis: ['base', 'views', 'routes', 'lib', 'lab', 'cli'],
  lab: ['base'],
}

/** Where a file lives: a folder of lib/ is a room, files directly in lib/ are the base. */
const roomOf = (file: string): string => {
  const parts = file.split('/')
  if (parts[0] === 'lib') return parts.length === 2 ? 'base' : parts[1]!
  return parts.length === 1 ? 'jarvis' : parts[0]!
}

const sources = ['lib', 'routes', 'views', 'cli', 'lab']
  .flatMap((dir) =>
    readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' }).map((f) => `${dir}/${f}`),
  )
  .filter((file) => file.endsWith('.ts'))
  .concat('jarvis.ts')

type Import = { from: string; to: string; line: string }
const statement =
  /^\s*(?:import|export)\s+(?!type\s)[^;']*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gms

const importsOf = (file: string): Import[] => {
  const text = readFileSync(join(root, file), 'utf8').replace(/typeof import\([^)]*\)/g, '')
  return [...text.matchAll(statement)]
    .filter((m) => !onlyTypes(m[0]))
    .map((m) => ({
      from: file,
      to: relative(root, normalize(join(root, dirname(file), m[1] ?? m[2]!))),
      line: m[0].split('\n')[0]!.trim(),
    }))
}

/** `import { type A, type B } from` leaves nothing behind at run time. */
const onlyTypes = (text: string) => {
  const names = text.match(/\{([^}]*)\}/)?.[1]
  return (
    names !== undefined &&
    /^\s*(import|export)\s*\{/.test(text) &&
    names
      .split(',')
      .filter((n) => n.trim())
      .every((n) => n.trim().startsWith('type '))
  )
}

const libRooms = new Set(
  readdirSync(join(root, 'lib'), { withFileTypes: true })
    .filter((e) => e.isDirectory())
    .map((e) => e.name),
)
const allowed = (from: string, to: string) => {
  const may = arrows[from]
  if (!may) return false
  return from === to || may.includes(to) || (may.includes('lib') && libRooms.has(to))
}

house('every room is in the table of arrows', () => {
  const unknown = [...new Set(sources.map(roomOf))].filter((room) => !(room in arrows))
  assert.equal(unknown, [])
})

house('rooms use only the rooms that the design allows', () => {
  const wrong = sources
    .flatMap(importsOf)
    .filter(({ from, to }) => !allowed(roomOf(from), roomOf(to)))
    .map(({ from, to }) => `${from} uses ${to}`)
  assert.equal(wrong, [])
})

house('the arrows draw no circle', () => {
  const walk = (room: string, path: string[]): void => {
    assert.not.ok(path.includes(room), `circle: ${[...path, room].join(' → ')}`)
    for (const next of arrows[room] ?? [])
      if (next !== 'lib' && next !== room) walk(next, [...path, room])
  }
  for (const room of Object.keys(arrows)) if (!['jarvis', 'cli'].includes(room)) walk(room, [])
})

house('no barrels: a file that only hands on what others export', () => {
  const barrels = sources.filter((file) =>
    /^export \* from/m.test(readFileSync(join(root, file), 'utf8')),
  )
  assert.equal(barrels, [])
})

house('time comes from the clock that was handed in', () => {
  const own = new Set(['lib/clock.ts'])
  const wrong = sources
    .filter((f) => /^(lib|routes|views)\//.test(f) && !own.has(f))
    .filter((f) =>
      /\bDate\.now\(|\bnew Date\(\)|\bset(Timeout|Interval)\(/.test(
        readFileSync(join(root, f), 'utf8'),
      ),
    )
  assert.equal(wrong, [])
})

house('links are functions of lib/paths.ts', () => {
  const wrong = sources
    .filter((f) => /^views\//.test(f))
    .filter((f) => /(href|action)="\/[a-z]/.test(readFileSync(join(root, f), 'utf8')))
  assert.equal(wrong, [])
})

house('a room begins with its story', () => {
  const silent = sources.filter((f) => !readFileSync(join(root, f), 'utf8').startsWith('/**'))
  assert.equal(silent, [])
})

house.run()
