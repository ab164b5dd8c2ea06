/**
 * Temperatures of the nodes, one command a node every 30 s. A node that cannot be asked says why, and
 * nothing else waits for it or suffers from it.
 */
import { type Clock, isWithin, minutes, seconds } from '../clock.ts'
import { asProblem, Problem } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Sensor, Temperatures } from './picture.ts'
import { bad, good, type Readings, troubleInWords } from './readings.ts'
import { isDrive, parseSensors, sensorCommand } from './sensors.ts'

/** What is told while nobody can ask any node. */
export const noHands = () =>
  new Problem('forbidden', 'No sensor access: there is no SSH key.', {
    next: 'Name one in jarvis.yaml: ssh: { keyFile: secrets/ssh_key }.',
  })

/** What is needed of SSH: `Ssh` satisfies it, and so does a line in a test. */
export type Hands = {
  exec(
    host: string,
    command: string,
    options?: { timeoutMs?: number },
  ): Promise<{ stdout: string; lost: boolean; timedOut: boolean }>
}

export type ThermometerNeeds = {
  hands: Hands
  clock: Clock
  log: Log
  readings: Readings
  /** Nodes that can be asked now. */
  online: () => string[]
  /** Something was read, or could not be. */
  onReading(): void
}

export type Thermometer = {
  /** Asks every online node, at most every 30 s each; does not wait for them. */
  round(): void
}

const EVERY_MS = seconds(30)
/** Asking SMART may reset a drive's timer for sleep, and drives warm slowly. */
const DRIVES_EVERY_MS = minutes(5)
const TIMEOUT_MS = seconds(20)

type Node = { askedAt: number; busy: boolean; drivesAt: number; drives: Sensor[] }

export const createThermometer = (needs: ThermometerNeeds): Thermometer => {
  const { hands, clock, log, readings, online, onReading } = needs
  const known = new Map<string, Node>()
  const nodeOf = (name: string): Node => {
    const node = known.get(name) ?? { askedAt: 0, busy: false, drivesAt: 0, drives: [] }
    known.set(name, node)
    return node
  }

  const read = async (name: string, node: Node): Promise<Temperatures> => {
    const withDrives = !isWithin(node.drivesAt, DRIVES_EVERY_MS, clock.now())
    const command = sensorCommand({ drives: withDrives })
    const { stdout, lost, timedOut } = await hands.exec(name, command, { timeoutMs: TIMEOUT_MS })
    if (timedOut) throw new Problem('timeout', `The sensors of ${name} did not answer in time.`)
    if (lost) throw new Problem('unreachable', `The link to ${name} broke.`)
    const all = parseSensors(stdout)
    if (withDrives) Object.assign(node, { drivesAt: clock.now(), drives: all.filter(isDrive) })
    const sensors = [...all.filter((s) => !isDrive(s)), ...node.drives]
    sensors.sort((a, b) => b.celsius - a.celsius)
    return { at: clock.now(), sensors, hottest: sensors[0] }
  }

  const take = (name: string, said: Temperatures) => {
    const value = new Map(readings.temperatures.value).set(name, said)
    readings.temperatures = { ...readings.temperatures, value }
  }

  const ask = async (name: string, node: Node) => {
    node.busy = true
    node.askedAt = clock.now()
    try {
      take(name, await read(name, node))
      const { value } = readings.temperatures
      if (value) readings.temperatures = good(readings.temperatures, value, clock.now())
    } catch (error) {
      const { message, next } = asProblem(error)
      const before = readings.temperatures.value?.get(name)?.trouble
      if (!before) log.info('cluster: no sensor access', { node: name, why: troubleInWords(error) })
      take(name, { at: clock.now(), sensors: [], trouble: { text: message, next } })
      readings.temperatures = bad(readings.temperatures, error, clock.now())
    }
    node.busy = false
    onReading()
  }

  return {
    round() {
      for (const name of online()) {
        const node = nodeOf(name)
        if (!node.busy && !isWithin(node.askedAt, EVERY_MS, clock.now())) void ask(name, node)
      }
    },
  }
}
