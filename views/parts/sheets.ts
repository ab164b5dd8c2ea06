/**
 * Which files make the style sheet, in this order: later ones may lean on earlier ones. They are
 * joined when they are first asked for; there is no build step.
 */
export const hudSheets = [
  'tokens.css',
  'base.css',
  'panel.css',
  'instruments.css',
  'node.css',
  'table.css',
  'controls.css',
  'shell.css',
  'talk.css',
  'terminal.css',
  'memory.css',
  'safety.css',
  'costs.css',
  'pages.css',
  'approvals.css',
] as const

/** Type served from here, name → file in node_modules. The wall has the older format. */
export const fonts: Record<string, string> = {
  'saira-400.woff2':
    '@fontsource/saira-semi-condensed/files/saira-semi-condensed-latin-400-normal.woff2',
  'saira-600.woff2':
    '@fontsource/saira-semi-condensed/files/saira-semi-condensed-latin-600-normal.woff2',
  'mono-400.woff2': '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2',
  'mono-500.woff2': '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-500-normal.woff2',
  'saira-400.woff':
    '@fontsource/saira-semi-condensed/files/saira-semi-condensed-latin-400-normal.woff',
  'saira-600.woff':
    '@fontsource/saira-semi-condensed/files/saira-semi-condensed-latin-600-normal.woff',
  'mono-500.woff': '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-500-normal.woff',
}

/** What a page asks for before its style sheet has been read. */
export const preloaded = ['saira-400.woff2', 'mono-400.woff2'] as const

/** The joined sheet; `url` gives a file its address with its hash, or leaves the plain one. */
export const joined = (texts: readonly string[], url: (file: string) => string): string =>
  texts.join('\n').replace(/url\(\/static\/([\w.-]+)\)/g, (_, file: string) => `url(${url(file)})`)
