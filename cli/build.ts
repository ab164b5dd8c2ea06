/**
 * `npm run build`: the whole program without its packages but libsql (native, cannot be bundled). One file
 * has what every start needs; what is loaded on demand lies in parts beside it (SSH, terminals, MCP, the
 * clients of models, the lab, each command), since each start pays for every line that it reads.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { outfile: { type: 'string' } } })
const outfile = values.outfile ?? `${root}dist/jarvis.js`

const folder = dirname(outfile)
const beside = (name: string) => join(folder, name)
const isPart = /^part-[A-Z0-9]+\.js$/

mkdirSync(folder, { recursive: true })
for (const old of readdirSync(folder, { encoding: 'utf8' }).filter((name) => isPart.test(name)))
  rmSync(beside(old))

const started = performance.now()
await build({
  absWorkingDir: root,
  entryPoints: [{ in: 'cli/main.ts', out: basename(outfile, '.js') }],
  outdir: folder,
  // In the same folder: data is found beside whatever reads it.
  chunkNames: 'part-[hash]',
  splitting: true,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // ssh2's addons are optional, and looked for in vain beside the bundle.
  external: ['libsql', 'cpu-features', '*.node'],
  // Some packages inside are CommonJS and use `require` and `__dirname`, which a module lacks.
  banner: {
    js: "import { createRequire as $createRequire } from 'node:module'; const require = $createRequire(import.meta.url); const $dirname = import.meta.dirname ?? require('node:path').dirname(require('node:url').fileURLToPath(import.meta.url));",
  },
  define: { __dirname: '$dirname' },
  // Names stay whole, so that a stack in the log can be read.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'eof',
  logLevel: 'warning',
})
copyFileSync(join(root, 'lib/llm/prices.yaml'), beside('prices.yaml'))
copyFileSync(join(root, 'lib/chat/persona.md'), beside('persona.md'))
const sizeOf = (name: string) => statSync(beside(name)).size
const parts = readdirSync(folder, { encoding: 'utf8' }).filter((name) => isPart.test(name))
const kB = Math.round([basename(outfile), ...parts].map(sizeOf).reduce((a, b) => a + b) / 1000)
console.log(
  `${outfile}: ${kB} kB in ${parts.length + 1} files, in ${Math.round(performance.now() - started)} ms`,
)
