/**
 * `npm run build`: the whole program as one file, which starts faster and needs no other package
 * than libsql (native, cannot be bundled). Rooms that are loaded on demand stay so inside the file. Beside
 * it lie the clients of models, which are large and read only by who has a model, and what is read as data.
 */
import { copyFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type Plugin } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values } = parseArgs({ options: { outfile: { type: 'string' } } })
const outfile = values.outfile ?? `${root}dist/jarvis.js`

const beside = (name: string) => join(dirname(outfile), name)

/** Packages that become files of their own: 1.5 MB that each start would read for nothing. */
const apart: Record<string, string> = {
  '@anthropic-ai/sdk': 'client-claude.js',
  openai: 'client-openai.js',
}
const keptApart: Plugin = {
  name: 'apart',
  setup(pack) {
    pack.onResolve({ filter: /^(@anthropic-ai\/sdk|openai)$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path: `./${apart[path]}`, external: true } : undefined,
    )
  },
}

const started = performance.now()
const pack = (entry: string, file: string, plugins: Plugin[] = []) =>
  build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    plugins,
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
await pack('cli/main.ts', outfile, [keptApart])
for (const [name, file] of Object.entries(apart)) await pack(name, beside(file))
copyFileSync(join(root, 'lib/llm/prices.yaml'), beside('prices.yaml'))
copyFileSync(join(root, 'lib/chat/persona.md'), beside('persona.md'))
const kB = Math.round(statSync(outfile).size / 1000)
console.log(`${outfile}: ${kB} kB in ${Math.round(performance.now() - started)} ms`)
