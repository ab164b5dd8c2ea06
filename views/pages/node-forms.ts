/** The page of a node for a terminal and for scripts. */
import { bytes, percent } from '../../lib/format.ts'
import { eventJson } from '../panels/events.ts'
import { guestJson } from '../panels/guests.ts'
import { nodeJson } from '../panels/nodes.ts'
import { storageJson } from '../panels/storage.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { guestWords, use } from '../parts/words.ts'
import { curveLines, pastJson } from './curves.ts'
import { feedLines } from './feed.ts'
import { block, gotJson } from './got.ts'
import {
  diskWords,
  factWords,
  machinePairs,
  type NodePage,
  nodeCurves,
  troubled,
  warmthPairs,
} from './node.ts'
import { pairLines } from './place.ts'
import { ranges } from './range.ts'
import { guardedJson, guardedWords } from './shield.ts'

const none = (lines: string[]) => (lines.length === 0 ? ['  None.'] : lines)

export const nodeText = (m: NodePage): string =>
  [
    `${shown(m.node.name)}  ${[...factWords(m), ...guardedWords(m.shield)].join('  ')}`.replace(
      /\u2009/g,
      ' ',
    ),
    block(ranges[m.past.range].words, { value: m.past }, (past) =>
      curveLines(past, nodeCurves(m), m),
    ),
    block('Machine', m.status, (s) => pairLines([...machinePairs(s), ...warmthPairs(m.node)])),
    block('Guests', { value: m.guests }, (list) =>
      none(
        pairLines(
          list.map((g) => [
            `${g.vmid} ${shown(g.name, '')}`,
            `${guestWords(g)}${g.condition === 'running' ? `, CPU ${percent(g.cpu)}, memory ${use(g.memory)}` : ''}`,
          ]),
        ),
      ),
    ),
    block('Storage', { value: m.storages }, (list) =>
      none(
        pairLines(
          list.map((s) => [
            shown(s.storage),
            s.condition === 'available'
              ? use(s.use)
              : `${s.condition}${s.why ? `, ${shown(s.why)}` : ''}`,
          ]),
        ),
      ),
    ),
    block('Services', m.services, (list) =>
      none(
        pairLines(
          list.map((s) => [shown(s.service), `${shown(s.state)}${troubled(s) ? '  !' : ''}`]),
        ),
      ),
    ),
    block('Disks', m.disks, (list) =>
      none(pairLines(list.map((d) => [shown(d.path), `${bytes(d.size)}, ${diskWords(d)}`]))),
    ),
    block('Events', { value: m.events }, (events) => feedLines(events, m)),
  ].join('\n\n')

/** Bytes, fractions 0-1, seconds, ISO 8601; what could not be read is `{error}`. */
export const nodePageJson = (m: NodePage) => ({
  node: nodeJson(m.node),
  at: m.at === undefined ? null : iso(m.at),
  protected: guardedJson(m.shield),
  history: pastJson(m.past),
  status: gotJson(m.status, (s) => ({ ...s, swap: s.swap ?? null })),
  services: gotJson(m.services, (list) =>
    list.map((s) => ({
      service: s.service,
      state: s.state,
      active: s.active ?? null,
      text: s.desc,
    })),
  ),
  disks: gotJson(m.disks, (list) =>
    list.map((d) => ({
      path: d.path,
      size: d.size ?? null,
      model: d.model,
      type: d.type,
      health: d.health,
      lifeLeft: d.lifeLeft ?? null,
    })),
  ),
  guests: m.guests.map(guestJson),
  storages: m.storages.map(storageJson),
  events: m.events.map(eventJson),
})
