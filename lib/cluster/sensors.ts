/**
 * What a node's sensors say: one command that reads them all without waking anything, and the parser
 * of its output. Temperatures are °C.
 */
import type { Sensor } from './picture.ts'

/**
 * One `grep` reads every file (a process a file would be 60 of them). The kernel's own view of disks
 * (drivetemp) is left out: reading it may keep a drive from sleeping (kernel docs, hwmon/drivetemp).
 * `drives` asks smartctl too, which leaves sleeping ones alone.
 */
export const sensorCommand = ({ drives }: { drives: boolean }): string => `cd /sys/class || exit 0
set --
for chip in hwmon/hwmon*; do
  read -r name <"$chip/name" || continue
  [ "$name" = drivetemp ] && continue
  set -- "$@" "$chip"/name "$chip"/device/model "$chip"/temp*_input "$chip"/temp*_label "$chip"/temp*_max "$chip"/temp*_crit
done 2>/dev/null
grep -sH . "$@" thermal/thermal_zone*/type thermal/thermal_zone*/temp thermal/thermal_zone*/trip_point_*_type thermal/thermal_zone*/trip_point_*_temp
${drives ? DRIVES : ''}exit 0`

const DRIVES = `command -v smartctl >/dev/null && for disk in /sys/block/sd*; do
  [ -e "$disk" ] || continue
  echo "drive:\${disk##*/}:$(cat "$disk/device/model" 2>/dev/null)"
  timeout 5 smartctl -n standby -A "/dev/\${disk##*/}" 2>/dev/null </dev/null | grep -E '^(19[04] |Current Drive Temperature|Current Temperature)'
done
`

/** Without limits of its own a sensor is warm at 80 and critical at 90. */
const WARN = 80
const CRIT = 90
/** Between a fan header without a probe (-62, 127.5) and a limit that nobody set (65261). */
const isPossible = (celsius: number) => celsius > -30 && celsius < 125
const isLimit = (celsius: number) => celsius > 30 && celsius < 125

/** Every sensor of a command's output, the hottest first. Lines that make no sense are passed over. */
export const parseSensors = (text: string): Sensor[] => {
  const { files, drives } = sort(text)
  const chips = chipSensors(files)
  const sensors = [...chips, ...zoneSensors(files, chips), ...drives]
  return numbered(sensors)
    .filter((s) => isPossible(s.celsius))
    .sort((a, b) => b.celsius - a.celsius || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
}
const MOST = 64

type Files = Map<string, string>

const sort = (text: string): { files: Files; drives: Sensor[] } => {
  const files: Files = new Map()
  const drives: Sensor[] = []
  let drive: string | undefined
  for (const line of text.split('\n')) {
    const file = /^((?:hwmon|thermal)\/[\w/]+):(.*)$/.exec(line)
    if (file) files.set(file[1]!, file[2]!.trim())
    const named = /^drive:(\w+):(.*)$/.exec(line)
    if (named) drive = `${named[1]} ${named[2]!.trim()}`.trim()
    const celsius = drive === undefined ? undefined : driveTemperature(line)
    if (drive === undefined || celsius === undefined) continue
    drives.push({ name: drive, celsius, ...driveLimits })
    drive = undefined
  }
  return { files, drives }
}

/** Disks are rated to 60 or 70 °C by their makers; SMART tells no limit that can be relied on. */
const driveLimits = { warn: 55, crit: 65 }

/** ATA: the raw value is the tenth word (`34 (Min/Max 20/45)`); SCSI says it in words. */
const driveTemperature = (line: string): number | undefined => {
  if (/^19[04] /.test(line)) return whole(line.split(/\s+/)[9])
  return whole(/^Current (?:Drive )?Temperature:\s+(\d+)/.exec(line)?.[1])
}
const whole = (word: string | undefined) => (word && /^\d+$/.test(word) ? Number(word) : undefined)

/** Drives are asked less often than chips. */
export const isDrive = ({ name }: Sensor): boolean => /^sd[a-z]+( |$)/.test(name)

/** The kernel counts in thousandths. */
const degrees = (files: Files, path: string): number | undefined => {
  const n = Number(files.get(path) || Number.NaN)
  return Number.isFinite(n) ? Math.round(n / 100) / 10 : undefined
}

const chipSensors = (files: Files): Sensor[] =>
  [...files.keys()].flatMap((path) => {
    const [, at, chip] = /^((hwmon\/hwmon\d+)\/temp\d+)_input$/.exec(path) ?? []
    const celsius = degrees(files, path)
    if (!at || !chip || celsius === undefined) return []
    const maker = files.get(`${chip}/device/model`)
    const name = [
      files.get(`${chip}/name`) ?? 'sensor',
      files.get(`${at}_label`),
      maker && `(${maker})`,
    ]
    return [
      {
        name: name.filter(Boolean).join(' '),
        celsius,
        ...limits(degrees(files, `${at}_max`), degrees(files, `${at}_crit`)),
      },
    ]
  })

/** A zone that a chip shows as well would be told twice. */
const zoneSensors = (files: Files, chips: Sensor[]): Sensor[] =>
  [...files.keys()].flatMap((path) => {
    const zone = /^(thermal\/thermal_zone\d+)\/temp$/.exec(path)?.[1]
    const celsius = degrees(files, path)
    if (!zone || celsius === undefined) return []
    const name = files.get(`${zone}/type`) ?? 'zone'
    const twin = name === 'x86_pkg_temp' ? 'coretemp' : name.replaceAll('-', '_')
    if (chips.some((c) => c.name.split(' ')[0] === twin)) return []
    const trip = (type: string) => tripPoint(files, zone, type)
    return [{ name, celsius, ...limits(trip('hot') ?? trip('passive'), trip('critical')) }]
  })

const tripPoint = (files: Files, zone: string, type: string): number | undefined => {
  for (const [path, value] of files)
    if (value === type && path.startsWith(`${zone}/trip_point_`) && path.endsWith('_type'))
      return degrees(files, path.replace(/_type$/, '_temp'))
  return undefined
}

const limits = (max: number | undefined, crit: number | undefined) => {
  const high = max !== undefined && isLimit(max) ? max : undefined
  const top = crit !== undefined && isLimit(crit) ? crit : undefined
  if (top !== undefined)
    return { warn: high !== undefined && high < top ? high : top - 10, crit: top }
  return high === undefined ? { warn: WARN, crit: CRIT } : { warn: high, crit: high + 10 }
}

/** Two of one name (two NVMe drives of one make) are told apart by a number. */
const numbered = (sensors: Sensor[]): Sensor[] => {
  const seen = new Map<string, number>()
  return sensors.map((sensor) => {
    const count = (seen.get(sensor.name) ?? 0) + 1
    seen.set(sensor.name, count)
    return count === 1 ? sensor : { ...sensor, name: `${sensor.name} #${count}` }
  })
}
