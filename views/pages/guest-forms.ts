/** The page of a guest for a terminal and for scripts. */
import { bytes } from '../../lib/format.ts'
import { eventJson } from '../panels/events.ts'
import { guestJson } from '../panels/guests.ts'
import { iso } from '../parts/section.ts'
import { shown } from '../parts/shown.ts'
import { configPairs } from './config-words.ts'
import { curveLines, pastJson } from './curves.ts'
import { feedLines } from './feed.ts'
import { block, gotJson } from './got.ts'
import { factWords, type GuestPage, guestCurves, neverWords } from './guest.ts'
import { deedLines } from './guest-deeds.ts'
import { pairLines } from './place.ts'
import { ranges, whenOf } from './range.ts'
import { guardedJson, guardedWords } from './shield.ts'

export const guestText = (m: GuestPage): string => {
  const { guest: g } = m
  return [
    `${g.vmid} ${shown(g.name, '')}  ${[...factWords(m), ...guardedWords(m.shield)].join('  ')}`.replace(
      /\u2009/g,
      ' ',
    ),
    block(ranges[m.past.range].words, { value: m.past }, (past) =>
      curveLines(past, guestCurves(m), m),
    ),
    block('Actions', { value: m.deeds }, deedLines),
    block('Settings', m.config, (config) => pairLines(configPairs(g.kind, config))),
    block('Snapshots', m.snapshots, (list) =>
      list.length === 0
        ? ['  None.']
        : pairLines(
            list
              .toReversed()
              .map((s) => [shown(s.name), s.at === undefined ? '–' : whenOf(s.at * 1000, m)]),
          ),
    ),
    block('Backups', m.backups, (files) =>
      files.length === 0
        ? [`  ${neverWords(m)}`]
        : pairLines(
            files.map((f) => [
              f.ctime === undefined ? '–' : whenOf(f.ctime * 1000, m),
              `${bytes(f.size)} on ${shown(f.storage)}${f.protected ? ', protected' : ''}`,
            ]),
          ),
    ),
    block('Events', { value: m.events }, (events) => feedLines(events, m)),
  ].join('\n\n')
}

const at = (seconds: number | undefined) => (seconds === undefined ? null : iso(seconds * 1000))

/** Bytes, fractions 0-1, seconds, ISO 8601; what could not be read is `{error}`. */
export const guestPageJson = (m: GuestPage) => ({
  guest: guestJson(m.guest),
  at: m.at === undefined ? null : iso(m.at),
  history: pastJson(m.past),
  actions: m.deeds.offers.map((o) => ({ verb: o.verb, whyNot: o.whyNot ?? null })),
  busy: m.deeds.busy ?? null,
  protected: guardedJson(m.shield),
  config: gotJson(m.config, (config) => config.all),
  addresses: gotJson(m.addresses, (list) =>
    list.map((n) => ({ name: n.name, mac: n.mac ?? null, addresses: n.addresses })),
  ),
  snapshots: gotJson(m.snapshots, (list) =>
    list.map((s) => ({
      name: s.name,
      description: s.description,
      at: at(s.at),
      parent: s.parent ?? null,
      memory: s.vmstate,
    })),
  ),
  backups: gotJson(m.backups, (files) =>
    files.map((f) => ({
      volid: f.volid,
      storage: f.storage,
      at: at(f.ctime),
      size: f.size ?? null,
      protected: f.protected,
      notes: f.notes ?? null,
    })),
  ),
  uncovered: m.backup?.uncovered ?? null,
  events: m.events.map(eventJson),
})
