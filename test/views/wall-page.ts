/** The wall as in its two pictures: all well, and one node lost. */
import type { Html } from '../../views/layout.ts'
import {
  wallPage as page,
  type Wall,
  type WallNode,
  type WallSign,
  wall,
} from '../../views/parts/wall.ts'

const AT = Date.parse('2026-11-20T14:32:00Z')

const node = (
  name: string,
  cpu: number,
  ram: string,
  ramShare: number,
  temperature: string,
  more: Partial<WallNode> = {},
): WallNode => ({
  name,
  sign: 'well',
  cpu,
  ram,
  ramShare,
  foot: { word: 'Temp', figure: temperature, hot: more.sign === 'attention' },
  ...more,
})
const names = (lost: boolean): Wall['names'] => {
  const there: WallSign = lost ? 'unknown' : 'well'
  return [
    { text: 'management', sign: 'well' },
    { text: 'homeassistant', sign: there },
    { text: 'adguard', sign: 'well' },
    { text: 'twingate', sign: 'well' },
    { text: 'Ubuntu-Desktop', sign: lost ? 'unknown' : 'off' },
    { text: 'backups', sign: 'well', figure: lost ? '88%' : '61%' },
  ]
}

const whole = (w: Wall, clock: string): Html =>
  page({
    title: 'Wall',
    css: '/static/wall.css',
    refreshS: 0,
    body: wall(w, { now: AT, at: AT - 2000, clock, version: '0' }),
    device: { minute: 0 },
  })

export const wallPage = (): Html =>
  whole(
    {
      band: 'well',
      sentence: 'All is well.',
      rest: '4 of 4 votes, 4 guests up',
      nodes: [
        node('Home', 23, '14.9', 0.62, '58°'),
        node('pve', 41, '22.4', 0.72, '63°'),
        node('agent1', 12, '9.8', 0.32, '51°'),
        node('agent', 38, '2.4', 0.6, '64°'),
      ],
      names: names(false),
      news: ['Backup of adguard runs, 64 %.', 'No incident since 6 November.'],
    },
    '11:05',
  )

export const wallLost = (): Html =>
  whole(
    {
      band: 'red',
      sentence: 'agent1 is lost.',
      rest: 'Since 14:27. 3 of 4 votes hold.',
      nodes: [
        node('Home', 31, '15.2', 0.63, '60°'),
        node('pve', 44, '22.6', 0.73, '64°'),
        node('agent1', 12, '9.8', 0.32, '51°', {
          sign: 'unknown',
          since: { at: AT - 5 * 60_000 },
        }),
        node('agent', 66, '3.2', 0.8, '79°', { sign: 'attention' }),
      ],
      names: names(true),
      news: ['Jarvis wakes it: second try, 14:31.', 'homeassistant runs only there; it waits.'],
    },
    '14:32',
  )
