/** What somebody may have meant who asked for something that is not there. */
import { panels, paths } from '../lib/paths.ts'
import type { NearLink } from '../views/failure.ts'

/** The panels below /f/, the places otherwise, nearest first. */
export const near = (path: string): NearLink[] => {
  const all: NearLink[] = path.startsWith('/f/')
    ? panels.map((name) => ({ title: name, href: paths.panel(name) }))
    : [
        { title: 'the overview', href: paths.hud() },
        { title: 'the guests', href: paths.guests() },
        { title: 'the nodes', href: paths.nodes() },
        { title: 'the storages', href: paths.storages() },
        { title: 'the tasks', href: paths.tasks() },
        { title: 'the diary', href: paths.diary() },
        { title: 'the settings', href: paths.settings() },
        { title: 'the state as JSON', href: paths.state() },
        { title: 'the events as JSON', href: paths.events() },
        { title: 'the description of the API', href: paths.openapi() },
        ...panels.map((name) => ({ title: name, href: paths.panel(name) })),
      ]
  const asked = path.slice(path.lastIndexOf('/') + 1).replace(/\.(txt|json)$/, '')
  const distance = (link: NearLink) =>
    path.startsWith(`${link.href}/`)
      ? -1
      : edits(asked, link.href.slice(link.href.lastIndexOf('/') + 1))
  all.sort((a, b) => distance(a) - distance(b))
  return path.startsWith('/f/') ? all : all.slice(0, 5)
}

/** Levenshtein's distance of two short words; long ones are cut, they are near to nothing. */
export const edits = (one: string, other: string): number => {
  const a = one.slice(0, 40)
  const b = other.slice(0, 40)
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      )
    row = next
  }
  return row[b.length]!
}
