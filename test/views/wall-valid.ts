/** Whether a wall's page is HTML of 2012: no parse error, and only elements and attributes of then. */
import { type DefaultTreeAdapterTypes, parse } from 'parse5'

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

const ELEMENTS = new Set(
  'html head meta noscript title link body div table tbody tr td h1 h2 p span b a script'.split(
    ' ',
  ),
)
const ATTRIBUTES =
  /^(lang|charset|name|content|http-equiv|rel|href|id|class|title|colspan|role|src|data-[a-z]+)$/

/** Every mistake as a line; an empty list is a valid page. */
export const mistakesOf = (page: string): string[] => {
  const mistakes: string[] = []
  const tree = parse(page, {
    sourceCodeLocationInfo: true,
    scriptingEnabled: false,
    onParseError: (e) =>
      mistakes.push(
        `${e.code} in line ${e.startLine}: ${page.slice(e.startOffset - 30, e.endOffset + 30)}`,
      ),
  })
  const ids = new Set<string>()
  const walk = (node: Node, parent?: Element) => {
    const element = 'tagName' in node ? node : undefined
    if (element) check(element, parent)
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, element)
  }
  const check = (element: Element, parent: Element | undefined) => {
    const { tagName, attrs } = element
    if (!ELEMENTS.has(tagName)) mistakes.push(`the element ${tagName}`)
    mistakes.push(...wrongPlace(element, parent))
    for (const { name, value } of attrs) {
      if (!ATTRIBUTES.test(name)) mistakes.push(`the attribute ${name} of ${tagName}`)
      if (name === 'id' && ids.has(value)) mistakes.push(`the id ${value} twice`)
      if (name === 'id') ids.add(value)
    }
  }
  walk(tree)
  return mistakes
}

const VOID = new Set(['meta', 'link'])

/** The parser mends silently: what it made up, never saw closed, or moved. */
const wrongPlace = (element: Element, parent: Element | undefined): string[] => {
  const { tagName, sourceCodeLocation: own } = element
  const outer = parent?.sourceCodeLocation
  if (!own) return [`${tagName} is not written`]
  if (!own.endTag && !VOID.has(tagName))
    return [`${tagName} in line ${own.startLine} is not closed`]
  // What a table may not hold is put before it.
  const after = parent?.childNodes[parent.childNodes.indexOf(element) + 1]?.sourceCodeLocation
  const isInside =
    !outer || (own.startOffset >= outer.startOffset && own.endOffset <= outer.endOffset)
  const isInOrder = !after || after.startOffset >= own.endOffset
  return isInside && isInOrder
    ? []
    : [`${tagName} in line ${own.startLine} stands where it may not`]
}

/** The text of an element by its id or class, as a reader sees it. */
export const textOf = (page: string, id: string): string => {
  const found: string[] = []
  const words = (node: Node): string =>
    'value' in node ? node.value : 'childNodes' in node ? node.childNodes.map(words).join('') : ''
  const walk = (node: Node) => {
    if ('attrs' in node && node.attrs.some((a) => a.value.split(' ').includes(id)))
      found.push(words(node).trim())
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(parse(page))
  return found.join(' | ')
}
