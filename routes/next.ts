/** Where somebody wanted to go before he was asked for a password: our own pages only. */
import { paths } from '../lib/paths.ts'

const BASE = 'http://here.invalid'

/**
 * A path of this site, or undefined. Read by the same parser that browsers use, so that `//evil`,
 * `/\evil`, a tab in the middle and `/.//evil` are seen for what they are.
 */
export const safeNext = (text: string | undefined): string | undefined => {
  if (!text?.startsWith('/')) return undefined
  let url: URL
  try {
    url = new URL(text, BASE)
  } catch {
    return undefined
  }
  if (url.origin !== BASE || url.pathname.startsWith('//')) return undefined
  if (url.pathname === paths.login() || url.pathname === paths.logout()) return undefined
  return url.pathname + url.search
}
