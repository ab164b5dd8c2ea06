/** What sensors say, as files of the kernel and as smartctl's table, and what is believed of it. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSensors, sensorCommand } from '../../../lib/cluster/sensors.ts'

const sensors = suite('sensors')

/** A desk machine: processor, two equal NVMe drives, a board chip with an empty probe, a zone. */
const desk = `hwmon/hwmon0/name:nvme
hwmon/hwmon0/device/model:Samsung SSD 980 1TB
hwmon/hwmon0/temp1_input:41850
hwmon/hwmon0/temp1_label:Composite
hwmon/hwmon0/temp1_max:81850
hwmon/hwmon0/temp1_crit:84850
hwmon/hwmon0/temp2_input:62850
hwmon/hwmon0/temp2_label:Sensor 1
hwmon/hwmon0/temp2_max:65261850
hwmon/hwmon1/name:nvme
hwmon/hwmon1/device/model:Samsung SSD 980 1TB
hwmon/hwmon1/temp1_input:40000
hwmon/hwmon1/temp1_label:Composite
hwmon/hwmon2/name:coretemp
hwmon/hwmon2/temp1_input:58000
hwmon/hwmon2/temp1_label:Package id 0
hwmon/hwmon2/temp1_max:80000
hwmon/hwmon2/temp1_crit:100000
hwmon/hwmon3/name:nct6775
hwmon/hwmon3/temp9_input:-62000
hwmon/hwmon3/temp10_input:127500
thermal/thermal_zone0/type:acpitz
thermal/thermal_zone0/temp:27800
thermal/thermal_zone0/trip_point_0_type:critical
thermal/thermal_zone0/trip_point_0_temp:119000
thermal/thermal_zone0/trip_point_1_type:passive
thermal/thermal_zone0/trip_point_1_temp:95000
thermal/thermal_zone1/type:x86_pkg_temp
thermal/thermal_zone1/temp:58000
drive:sda:WDC WD40EFRX-68N
194 Temperature_Celsius     0x0022   116   103   000    Old_age   Always       -       34 (Min/Max 20/45)
drive:sdb:asleep
drive:sdc:SEAGATE ST4000NM
Current Drive Temperature:     38 C
`

sensors('every sensor has a name, °C and levels, the hottest first', () => {
  assert.equal(
    parseSensors(desk).map((s) => [s.name, s.celsius, s.warn, s.crit]),
    [
      ['nvme Sensor 1 (Samsung SSD 980 1TB)', 62.9, 80, 90],
      ['coretemp Package id 0', 58, 80, 100],
      ['nvme Composite (Samsung SSD 980 1TB)', 41.9, 81.9, 84.9],
      ['nvme Composite (Samsung SSD 980 1TB) #2', 40, 80, 90],
      ['sdc SEAGATE ST4000NM', 38, 55, 65],
      ['sda WDC WD40EFRX-68N', 34, 55, 65],
      ['acpitz', 27.8, 95, 119],
    ],
  )
})

sensors(
  'probes that are not there, levels that nobody set and text without sense are passed over',
  () => {
    assert.equal(parseSensors(''), [])
    assert.equal(
      parseSensors('\0\u001b[2J\nhwmon/hwmon0/temp1_input:hot\nhwmon/:x\ndrive::\n194 x'),
      [],
    )
    const [only] = parseSensors('hwmon/hwmon9/temp1_input:99000\n')
    assert.equal(only, { name: 'sensor', celsius: 99, warn: 80, crit: 90 })
    const flood = Array.from({ length: 5000 }, (_, i) => `hwmon/hwmon${i}/temp1_input:40000`)
    assert.is(parseSensors(flood.join('\n')).length, 64)
  },
)

/** Runs the real command in a folder that stands for /sys. */
const runIn = (files: Record<string, string>, drives: boolean, smartctl?: string) => {
  const dir = mkdtempSync(join(tmpdir(), 'jarvis-sys-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, file)), { recursive: true })
      writeFileSync(join(dir, file), `${text}\n`)
    }
    mkdirSync(join(dir, 'bin'))
    if (smartctl) {
      writeFileSync(join(dir, 'bin/smartctl'), smartctl)
      chmodSync(join(dir, 'bin/smartctl'), 0o755)
    }
    const command = sensorCommand({ drives }).replaceAll('/sys/', `${dir}/`)
    const { stdout, stderr, status } = spawnSync('sh', ['-c', command], {
      encoding: 'utf8',
      env: { PATH: `${dir}/bin:/usr/bin:/bin` },
    })
    return { stdout, stderr, status }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

sensors(
  'the command reads chips and zones, and leaves drives that the kernel would wake alone',
  () => {
    const { stdout, stderr, status } = runIn(
      {
        'class/hwmon/hwmon0/name': 'coretemp',
        'class/hwmon/hwmon0/temp1_input': '55000',
        'class/hwmon/hwmon0/temp1_label': 'Package id 0',
        'class/hwmon/hwmon1/name': 'drivetemp',
        'class/hwmon/hwmon1/temp1_input': '33000',
        'class/thermal/thermal_zone0/type': 'cpu-thermal',
        'class/thermal/thermal_zone0/temp': '48000',
      },
      true,
    )
    assert.equal([status, stderr], [0, ''])
    assert.equal(
      parseSensors(stdout).map((s) => [s.name, s.celsius]),
      [
        ['coretemp Package id 0', 55],
        ['cpu-thermal', 48],
      ],
    )
  },
)

sensors('drives are asked by smartctl only when it is their turn, and never woken', () => {
  const disk = {
    'class/x': '',
    'block/sda/device/model': 'WDC WD40',
    'block/sdb/device/model': 'Old',
  }
  const smartctl = `#!/bin/sh
[ "$1 $2" = "-n standby" ] || exit 9
[ "$4" = /dev/sdb ] && { echo "Device is in STANDBY mode, exit(2)"; exit 2; }
echo "194 Temperature_Celsius     0x0022   116   103   000    Old_age   Always       -       34"
`
  const asked = runIn(disk, true, smartctl)
  assert.is(asked.status, 0)
  assert.equal(parseSensors(asked.stdout), [
    { name: 'sda WDC WD40', celsius: 34, warn: 55, crit: 65 },
  ])
  assert.equal(parseSensors(runIn(disk, false, smartctl).stdout), [])
})

sensors('a machine without any sensor is no error', () => {
  const { stdout, stderr, status } = runIn({ 'class/x': '' }, true)
  assert.equal([stdout, stderr, status], ['', '', 0])
})

sensors.run()
