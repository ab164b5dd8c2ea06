/** The style sheets as data: enough contrast in each mode, all files named, nothing too new for the wall. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fonts, hudSheets, joined, preloaded } from '../../../views/parts/sheets.ts'

const root = join(import.meta.dirname ?? '.', '..', '..', '..')
const read = (...path: string[]) => readFileSync(join(root, 'static', ...path), 'utf8')
const tokens = read('hud', 'tokens.css')
const sheets = suite('style sheets')

type Colours = Record<string, string>
const block = (start: string): Colours => {
  const from = tokens.indexOf('{', tokens.indexOf(start))
  const body = tokens.slice(from, tokens.indexOf('}', from))
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*([^;]+);/g)].map(([, name, value]) => [name!, value!.trim()]),
  )
}
const hud = block(':root {')
const calm = { ...hud, ...block(':root[data-mode="calm"]') }
const contrast = { ...hud, ...block(':root[data-mode="contrast"]') }

const luminance = (hex: string) => {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
}
const ratio = (a: string, b: string) => {
  const [x, y] = [luminance(a), luminance(b)].sort((m, n) => n - m)
  return (x! + 0.05) / (y! + 0.05)
}

const poor = (colours: Colours, inks: string[], grounds: string[], least: number) =>
  inks.flatMap((ink) =>
    grounds
      .map((ground) => [ink, ground, ratio(colours[ink]!, colours[ground] ?? ground)] as const)
      .filter(([, , r]) => r < least)
      .map(([i, g, r]) => `${i} on ${g}: ${r.toFixed(2)}`),
  )

const INKS = ['text', 'text2', 'text3', 'accent', 'ok', 'warn', 'crit']
const GROUNDS = ['bg', 'panel', 'raised', 'well']
/** The brightest ground that the glass of the hud can make. */
const GLASS = '#132a36'

sheets('text is readable in every mode, on every ground', () => {
  assert.equal(poor(hud, INKS, [...GROUNDS, GLASS], 4.5), [])
  assert.equal(poor(calm, INKS, GROUNDS, 4.5), [])
  assert.equal(poor(contrast, INKS, GROUNDS, 7), [])
  for (const mode of [hud, calm]) {
    assert.equal(poor(mode, ['crit'], ['critfill'], 4.5), [])
    assert.equal(poor(mode, ['warn'], ['warnfill'], 4.5), [])
    assert.equal(poor(mode, ['onaccent'], ['accent', 'crit', 'warn'], 4.5), [])
    assert.equal(poor(mode, ['onfill'], ['fill'], 4.5), [])
  }
})

sheets('what is drawn stands out threefold: borders of controls, values, live strokes', () => {
  for (const mode of [hud, calm, contrast])
    assert.equal(poor(mode, ['edge', 'accent', 'accent2'], ['bg', 'panel'], 3), [])
  assert.equal(poor(hud, ['edge', 'accent2'], [GLASS], 3), [])
})

sheets('contrast asked for by the system is the contrast chosen by hand', () => {
  assert.equal(block(':root:not([data-mode])'), block(':root[data-mode="contrast"]'))
})

sheets('every sheet has its place in the list', () => {
  assert.equal(readdirSync(join(root, 'static', 'hud')).sort(), [...hudSheets].sort())
})

sheets('every font that a sheet names is served, and exists', () => {
  const all = [...hudSheets.map((name) => read('hud', name)), read('wall.css')].join('\n')
  const named = [...all.matchAll(/url\(\/static\/([\w.-]+)\)/g)].map(([, name]) => name!)
  assert.equal([...new Set(named)].sort(), Object.keys(fonts).sort())
  for (const file of Object.values(fonts))
    assert.ok(existsSync(join(root, 'node_modules', file)), file)
  for (const name of preloaded) assert.ok(name in fonts)
})

sheets('joining gives fonts the address that they are told', () => {
  const sheet = joined(
    ['a{}', '@font-face{src:url(/static/mono-400.woff2)}'],
    (f) => `/static/h.${f}`,
  )
  assert.is(sheet, 'a{}\n@font-face{src:url(/static/h.mono-400.woff2)}')
})

sheets('nothing moves for ever: no endless animation, no blur, no glow', () => {
  const all = hudSheets.map((name) => read('hud', name)).join('\n')
  assert.not.match(all, /infinite|backdrop-filter|filter:\s*blur|text-shadow|box-shadow/)
})

sheets('the wall asks for nothing that a browser of 2012 lacks', () => {
  const wall = read('wall.css').replace(/\/\*[\s\S]*?\*\//g, '')
  assert.not.match(
    wall,
    /var\(|flex|display:\s*grid|gap:|calc\(|gradient|rgb\(|\brem\b|@media|:has|:is/,
  )
})

sheets('sheet and script are small', () => {
  const packed = (text: string) => brotliCompressSync(text).length
  const sheet = packed(hudSheets.map((name) => read('hud', name)).join('\n'))
  const script = packed(read('hud.js'))
  console.log(
    `COUNT looks: style sheet ${sheet} bytes brotli, script ${script}, wall ${packed(read('wall.css'))}`,
  )
  assert.ok(sheet < 16_384)
  assert.ok(script < 2048)
})

sheets.run()
