/** What can be read by its name: every panel as text, and what became of a deed. */
import { Problem } from '../errors.ts'
import { clean } from '../log.ts'
import { isPanel, type PanelName, panels } from '../paths.ts'
import { type Deed, strangerIn } from '../tools/deeds.ts'

/** Panels of names, states and figures alone. In each other one others have a hand: it taints its reader. */
export const plainPanels: ReadonlySet<string> = new Set<PanelName>([
  'nodes',
  'guests',
  'storage',
  'quorum',
  'temperatures',
  'backups',
  'power',
  'costs',
])

export const panelUri = (name: PanelName) => `jarvis://panel/${name}`
export const deedUri = (id: number) => `jarvis://deed/${id}`

export type Shelf = {
  /** A panel as aligned text. */
  panel(name: PanelName): string
  deed(id: number): Deed | undefined
  /** Notes that this caller has read what others wrote. */
  taint(source: string): void
}

export const resources = () =>
  panels.map((name) => ({
    uri: panelUri(name),
    name,
    title: `Panel: ${name}`,
    description: `The panel ${name} as it is now, as aligned text.`,
    mimeType: 'text/plain',
  }))

export const resourceTemplates = [
  {
    uriTemplate: 'jarvis://panel/{panel}',
    name: 'panel',
    title: 'A panel',
    description: `One of ${panels.join(', ')}, as it is now, as aligned text.`,
    mimeType: 'text/plain',
  },
  {
    uriTemplate: 'jarvis://deed/{id}',
    name: 'deed',
    title: 'A deed',
    description: 'What became of a deed, by the id that a tool answered with.',
    mimeType: 'application/json',
  },
]

export type Content = { uri: string; mimeType: string; text: string }

/** Throws `not-found` for everything that is not on the shelf. */
export const readResource = (uri: string, shelf: Shelf): Content => {
  const [, kind, name = ''] = /^jarvis:\/\/(panel|deed)\/([\w-]{1,40})$/.exec(uri) ?? []
  if (kind === 'panel' && isPanel(name)) return panelContent(name, shelf)
  const deed = kind === 'deed' && /^\d{1,15}$/.test(name) ? shelf.deed(Number(name)) : undefined
  if (deed) return deedContent(uri, deed, shelf)
  throw new Problem('not-found', `There is no resource ${clean(uri).slice(0, 100)}.`, {
    next: 'resources/list names the panels.',
  })
}

export const panelContent = (name: PanelName, shelf: Shelf): Content => {
  if (!plainPanels.has(name)) shelf.taint(`panel ${name}`)
  return { uri: panelUri(name), mimeType: 'text/plain', text: shelf.panel(name) }
}

const deedContent = (uri: string, deed: Deed, shelf: Shelf): Content => {
  const stranger = strangerIn(deed)
  if (stranger !== undefined) shelf.taint(stranger)
  return { uri, mimeType: 'application/json', text: JSON.stringify(deedJson(deed)) }
}

/** Stable keys; what is not known is null. */
const deedJson = ({
  id,
  tool,
  args,
  target,
  label,
  who,
  state,
  text,
  startedAt,
  endedAt,
}: Deed) => ({
  id,
  tool,
  args,
  target,
  label,
  who,
  state,
  text: text ?? null,
  started: new Date(startedAt).toISOString(),
  ended: endedAt === undefined ? null : new Date(endedAt).toISOString(),
})
