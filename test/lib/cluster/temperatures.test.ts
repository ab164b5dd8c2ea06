/** Temperatures in the picture, in the history and in the panel, with hands that are made up. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyMemory } from '../../../lib/cluster/memory.ts'
import { emptyReadings } from '../../../lib/cluster/readings.ts'
import { createSamples } from '../../../lib/cluster/samples.ts'
import { createThermometer, type Hands } from '../../../lib/cluster/temperatures.ts'
import { openDb } from '../../../lib/db/db.ts'
import { migrate, readMigrations } from '../../../lib/db/migrate.ts'
import { Problem } from '../../../lib/errors.ts'
import { silentLog } from '../../../lib/log.ts'
import { temperatures as panel } from '../../../views/panels/temperatures.ts'
import { fakeClock, NOON } from '../../clock.ts'
import { calmEvening } from '../../pictures.ts'

const heat = suite('temperatures')

const chip = (celsius: number) =>
  `hwmon/hwmon0/name:coretemp\nhwmon/hwmon0/temp1_input:${celsius * 1000}\nhwmon/hwmon0/temp1_crit:100000\n`
const good = (stdout: string) => ({ stdout, lost: false, timedOut: false })

const scene = (answer: Hands['exec'], online = ['Home', 'pve']) => {
  const clock = fakeClock()
  const limits = { fast: 15_000, storage: 90_000, backups: 90_000 }
  const readings = emptyReadings([], limits, emptyMemory())
  const asked: { node: string; command: string }[] = []
  const thermometer = createThermometer({
    hands: {
      exec: (node, command, options) => {
        asked.push({ node, command })
        return answer(node, command, options)
      },
    },
    clock,
    log: silentLog,
    readings,
    online: () => online,
    onReading: () => {},
  })
  const of = (node: string) => readings.temperatures.value?.get(node)
  return { clock, readings, asked, thermometer, of }
}

heat('each online node is asked once in 30 s, whoever ticks how often', async () => {
  const { clock, asked, thermometer, of, readings } = scene(async () => good(chip(58)))
  for (let i = 0; i < 12; i++) {
    thermometer.round()
    await clock.advance(5000)
  }
  assert.equal(
    asked.map((a) => a.node),
    ['Home', 'pve', 'Home', 'pve'],
  )
  assert.is(of('Home')?.hottest?.celsius, 58)
  assert.is(readings.temperatures.trouble, undefined)
})

heat('drives are asked every five minutes, and remembered in between', async () => {
  const drive = 'drive:sda:WDC\n194 T 0 0 0 O A - - 34\n'
  const { clock, asked, thermometer, of } = scene(
    async (_, command) => good(chip(58) + (command.includes('smartctl') ? drive : '')),
    ['Home'],
  )
  for (let i = 0; i < 11; i++) {
    thermometer.round()
    await clock.advance(30_000)
    assert.equal(
      of('Home')?.sensors.map((s) => s.celsius),
      [58, 34],
    )
  }
  assert.is(asked.filter((a) => a.command.includes('smartctl')).length, 2)
})

heat('a node that cannot be asked says why, and the others go on', async () => {
  const { clock, thermometer, of, readings } = scene(async (node) => {
    if (node === 'pve')
      throw new Problem('unreachable', 'pve refuses SSH.', { next: 'Look there.' })
    return good(chip(58))
  })
  thermometer.round()
  await clock.advance(0)
  assert.equal(of('pve')?.trouble, { text: 'pve refuses SSH.', next: 'Look there.' })
  assert.is(of('Home')?.hottest?.celsius, 58)
  assert.is(readings.temperatures.at, NOON)
})

heat('a node that hangs is not asked again meanwhile', async () => {
  const { clock, asked, thermometer } = scene(() => new Promise(() => {}), ['Home'])
  for (let i = 0; i < 10; i++) {
    thermometer.round()
    await clock.advance(30_000)
  }
  assert.is(asked.length, 1)
})

heat('a command that was cut off is no reading', async () => {
  const { clock, thermometer, of } = scene(
    async () => ({ ...good(chip(58)), lost: true }),
    ['Home'],
  )
  thermometer.round()
  await clock.advance(0)
  assert.equal([of('Home')?.sensors, of('Home')?.trouble?.text], [[], 'The link to Home broke.'])
})

heat('a block of an older program has gaps where it knew no temperature', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-heat-'))
  const db = await openDb(join(dir, 'jarvis.db'))
  migrate(db, readMigrations(join(import.meta.dirname ?? '.', '../../../migrations')))
  const clock = fakeClock()
  const start = NOON - (NOON % 3_600_000)
  db.run('insert into samples (subject, step, start, data) values (?, 60, ?, ?)', [
    'node/Home',
    start,
    new Float32Array(4 * 60).fill(0.5),
  ])
  const samples = createSamples({ db, clock, log: silentLog })
  const block = samples.block('node/Home', 60, NOON)
  assert.is(block.data[0], 0.5)
  assert.ok(Number.isNaN(block.data[4 * 60]))
  db.close()
  rmSync(dir, { recursive: true, force: true })
})

const moment = { now: NOON, timeZone: 'UTC', events: [] }
const pictured = () => {
  const picture = calmEvening()
  const [home, pve, agent1] = picture.nodes
  home!.temperatures = {
    at: NOON,
    sensors: [
      { name: 'coretemp <b>', celsius: 91.4, warn: 80, crit: 90 },
      { name: 'nvme', celsius: 82, warn: 80, crit: 90 },
      { name: 'acpitz', celsius: 27.8, warn: 80, crit: 90 },
    ],
  }
  pve!.temperatures = { at: NOON, sensors: [], trouble: { text: 'pve refuses SSH.' } }
  agent1!.reach = 'offline'
  return panel.model(picture, moment)
}

heat('the panel tells each sensor with its levels, and every node that is silent', () => {
  const text = panel.text(pictured())
  assert.match(text, /^TEMPERATURES {2}3 sensors, 2 too warm/)
  assert.match(text, /^Home +coretemp <b> +91.°C +80 \/ 90.°C +critical$/m)
  assert.match(text, /^Home +nvme +82.°C +80 \/ 90.°C +warm$/m)
  assert.match(text, /^pve +– +– +– +no sensor access$/m)
  assert.match(text, /^agent1 +– +– +– +lost/m)
  assert.match(text, 'No sensor access on pve: pve refuses SSH.')
})

heat('the same as JSON and as HTML, with names as text', () => {
  const { rows } = panel.json(pictured()) as { rows: Record<string, unknown>[] }
  assert.equal(rows[0], {
    node: 'Home',
    sensor: 'coretemp <b>',
    celsius: 91.4,
    warnCelsius: 80,
    criticalCelsius: 90,
    state: 'critical',
    at: new Date(NOON).toISOString(),
    why: null,
  })
  assert.equal([rows[3]!.celsius, rows[3]!.why], [null, 'no sensor access'])
  const page = String(panel.html(pictured()))
  assert.match(page, 'coretemp &lt;b&gt;')
  assert.match(page, /data-is="critical"/)
})

heat.run()
