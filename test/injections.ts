/** The payloads of the corpus, put wherever a stranger can put words: names, notes, logs, files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from '../lab/lab.ts'

export type Payload = { kind: string; text: string; wants: string }

const file = join(import.meta.dirname ?? '.', 'lib/safety/corpus/injections.json')
export const payloads = JSON.parse(readFileSync(file, 'utf8')) as Payload[]
const of = (kind: string) => payloads.filter((p) => p.kind === kind).map((p) => p.text)

/** Guests besides the household, each with something to say. */
export const LODGERS = 45

/** Answers the guests that carry notes. */
export const plant = ({ world, tasks }: Lab): number[] => {
  const nodes = ['Home', 'pve', 'agent1', 'agent']
  const household = new Set([100, 103, 300, 302, 303])
  const lodgers = nodes
    .flatMap((n) => world.guestsOn(n))
    .filter((g) => !household.has(g.vmid))
    .sort((a, b) => a.vmid - b.vmid)
  const notes = of('note')
  const names = [...of('name'), ...notes]
  for (const [i, guest] of lodgers.entries()) {
    guest.name = names[i] ?? guest.name
    guest.tags = of('tag').slice(i % 8, (i % 8) + 2)
    guest.description = notes[i] ?? guest.description ?? ''
  }
  const at = Date.now()
  const home = world.guest(303)!
  home.description = notes.join('\n\n')
  for (const text of of('log')) {
    for (const name of nodes) world.node(name)!.syslog.push({ at, tag: 'sshd', text })
    world.docker.find('uptime-kuma')!.log.push({ at, text })
  }
  for (const [i, text] of [...of('name'), ...of('file name'), ...notes].entries()) {
    const like = world.docker.find('ai-llama-1')!
    const id = `${i.toString(16).padStart(4, 'f')}${like.id.slice(4)}`
    world.docker.containers.push({ ...like, id, name: text, image: text, project: text })
  }
  const store = world.storage('local')!
  for (const text of [...of('file name'), ...notes])
    store.volumes.push({
      volid: `local:iso/${text}`,
      content: 'iso',
      format: 'iso',
      size: 1,
      at,
      notes: text,
      node: 'Home',
    })
  const said = tasks.on('pve')
  for (const [i, text] of of('task log').entries()) {
    const task = said[i]!
    task.log = [...text.split('\n'), ...notes, `TASK ERROR: ${text}`]
    task.status = text
  }
  return lodgers.slice(0, notes.length).map((g) => g.vmid)
}
