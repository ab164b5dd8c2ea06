/**
 * `npm run build`: the whole program as one file, which starts faster and needs no other package
 * than libsql (native, cannot be bundled). Rooms that are loaded on demand stay so inside the file.
 */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { outfile: { type: 'string' } } })
const outfile = values.outfile ?? `${root}dist/jarvis.js`

const started = performance.now()
await build({
  absWorkingDir: root,
  entryPoints: ['cli/main.ts'],
  outfile,
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
const kB = Math.round(statSync(outfile).size / 1000)
console.log(`${outfile}: ${kB} kB in ${Math.round(performance.now() - started)} ms`)
