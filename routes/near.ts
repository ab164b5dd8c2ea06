/** What somebody may have meant who asked for something that is not there. */
import { edits } from '../lib/nearest.ts'
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
        { title: 'the memory', href: paths.memory() },
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
