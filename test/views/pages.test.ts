/** Graphs, settings and tables of the pages, as pure functions of what was read. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configPairs } from '../../views/pages/config-words.ts'
import { type Curve, curveLines, curvePanel, type Past } from '../../views/pages/curves.ts'
import { dayOf, ticksOf, whenOf } from '../../views/pages/range.ts'
import { csv } from '../../views/parts/csv.ts'
import { NOON } from '../clock.ts'

const pages = suite('parts of pages')
const moment = { now: NOON, timeZone: 'UTC' }
const hour = (cpu: (number | null)[]): Past => ({
  range: 'hour',
  from: NOON - 3_600_000,
  to: NOON,
  step: 60_000,
  isNow: true,
  series: { cpu },
})
const curve: Curve = {
  id: 'cpu',
  title: 'CPU',
  kind: 'percent',
  series: [{ key: 'cpu', words: 'of 4 cores' }],
}
const drawn = (past: Past, c = curve, marks: { at: number; text: string }[] = []) =>
  String(curvePanel(past, c, marks, moment))
const flat = (n: number, v: number | null = 0.1) => Array.from({ length: n }, () => v)

pages('a missing hour is a band with its length in words, never a line', () => {
  const html = drawn(hour([...flat(20), ...flat(15, null), ...flat(25)]))
  assert.match(html, '<rect class="gap"')
  assert.match(html, 'no reading for 15\u2009min')
  assert.is(html.match(/class="line" d="([^"]+)"/)![1]!.split('M').length - 1, 2)
})
pages('the last minute may still be on its way: that is no gap', () => {
  assert.not.match(drawn(hour([...flat(58), null, null])), 'class="gap"')
  assert.match(drawn(hour([...flat(55), ...flat(5, null)])), 'class="gap"')
})
pages('no reading at all is said, and no axis is drawn', () => {
  const html = drawn({ ...hour(flat(60, null)), trouble: 'The history of Proxmox: <no>.' })
  assert.match(html, 'data-state="unknown"')
  assert.match(html, 'The history of Proxmox: &lt;no&gt;.')
  assert.not.match(html, '<svg class="words"')
})
pages('an old figure is not told as that of now', () => {
  const html = drawn(hour([...flat(50), ...flat(10, null)]))
  assert.match(html, '<span class="fig">–')
  assert.match(html, 'peak 10\u2009% at 11:00')
})
pages('of a thing that is not seen now no figure is told as that of now', () => {
  const html = drawn({ ...hour(flat(60)), isNow: false })
  assert.match(html, '<span class="fig">–')
  assert.match(html, 'peak 10\u2009%')
})
pages('what happened is a line; words that would lie on each other are left out', () => {
  const at = (minutesAgo: number) => NOON - minutesAgo * 60_000
  const html = drawn(hour(flat(60)), curve, [
    { at: at(2), text: 'stopped 11:58' },
    { at: at(4), text: 'running 11:56' },
    { at: at(50), text: 'moved' },
    { at: at(90), text: 'too old' },
  ])
  assert.is(html.split('class="event"').length - 1, 3)
  assert.match(html, '>stopped 11:58<')
  assert.match(html, '>moved<')
  assert.not.match(html, 'running 11:56')
  assert.not.match(html, 'too old')
})
pages('the top of rates is a round number above all of them', () => {
  const rate: Curve = {
    id: 'net',
    title: 'Network',
    kind: 'rate',
    series: [
      { key: 'netin', words: 'in' },
      { key: 'netout', words: 'out' },
    ],
  }
  const past = { ...hour([]), series: { netin: flat(60, 3 * 1024 ** 2), netout: flat(60, 500) } }
  const html = drawn(past, rate)
  assert.match(html, '<span>4M</span><span>2</span><span>0</span>')
  assert.match(html, '500\u2009B/s out')
})
pages('a terminal gets the curve in blocks, a dot where nothing was read', () => {
  const [line] = curveLines(hour([...flat(30, null), ...flat(30, 0.99)]), [curve], moment)
  assert.match(line!, `${'·'.repeat(24)}${'█'.repeat(24)}`)
  assert.match(line!, '99 % of 4 cores, peak 99 % at 11:30')
})

pages('the configuration is told in words, and a strange one does no harm', () => {
  const config = (all: Record<string, string>) => ({
    all,
    onboot: true,
    protection: true,
    tags: ['home'],
    description: 'first\nsecond',
  })
  const ct = new Map(
    configPairs(
      'lxc',
      config({
        cores: '4',
        memory: '4096',
        swap: '512',
        rootfs: 'nvme1:subvol-303-disk-0,size=32G',
        mp0: 'tank:vol,mp=/data,size=1T',
        net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=10.0.0.5/24,tag=20',
        unprivileged: '1',
        startup: 'order=3',
      }),
    ),
  )
  assert.is(ct.get('Memory'), '4\u2009GiB, swap 512\u2009MiB')
  assert.is(ct.get('Root disk'), '32 GiB on nvme1')
  assert.is(ct.get('Disk mp0'), '1 TiB on tank')
  assert.is(ct.get('Network 0'), 'vmbr0, VLAN 20, 10.0.0.5/24')
  assert.is(ct.get('Starts at boot'), 'yes, order 3')
  const vm = new Map(
    configPairs('qemu', config({ sockets: '2', cores: '4', memory: 'current=2048' })),
  )
  assert.is(vm.get('Cores'), '2 × 4')
  assert.is(vm.get('Memory'), '2\u2009GiB')
  assert.is(vm.get('Guest agent'), 'off')
  for (const [, words] of configPairs(
    'lxc',
    config({ cores: '', memory: 'x', rootfs: '<b>', net0: '' }),
  ))
    assert.ok(words.length > 0)
})

pages('no cell of a CSV is a formula, and quotes and lines stay in their cell', () => {
  const cells = ['=1+1', '+a', '-a', '@a', '\ta', '\uff1da', 'a,b', 'say "x"', 'a\r\nb', 'plain']
  assert.is(
    csv([cells, [7, -7]]),
    `'=1+1,'+a,'-a,'@a,'\ta,'\uff1da,"a,b","say ""x""","a\r\nb",plain\r\n7,-7\r\n`,
  )
})

pages('moments are as long as they must be', () => {
  assert.is(whenOf(NOON - 60_000, moment), '11:59')
  assert.match(whenOf(NOON - 2 * 86_400_000, moment), /^\d{1,2} [A-Z][a-z]{2} 12:00$/)
  assert.match(whenOf(NOON - 400 * 86_400_000, moment), /^\d{1,2} [A-Z][a-z]{2} \d{4} 12:00$/)
  assert.is(ticksOf('day', NOON, 'UTC').length, 9)
  assert.is(ticksOf('week', NOON, 'UTC').at(-1), dayOf(NOON, 'UTC'))
})

pages.run()
