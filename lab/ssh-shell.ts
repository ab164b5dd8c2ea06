/** One session on a simulated node: a command line, or a prompt with an echo. */
import type { ServerChannel } from 'ssh2'
import type { Clock } from '../lib/clock.ts'
import { inGuest, type Place } from './place.ts'
import { answerToAll, sensorsOf } from './shell-answers.ts'
import { pipelines, quoted, simpleCommands } from './words.ts'
import type { World } from './world.ts'

type Scene = { place: Place; world: World; clock: Clock; jobs: Jobs; isTerminal: boolean }
type Signal = 'TERM' | 'KILL'

/** What runs on the nodes, by process id, so that a command on another channel can end it. */
export type Jobs = { newPid(): number; running: Map<number, (signal: Signal) => void> }

export const createJobs = (): Jobs => {
  let last = 4000
  return { newPid: () => ++last, running: new Map() }
}

export const serveShell = (channel: ServerChannel, scene: Scene, line?: string): void => {
  if (line === undefined) prompt(channel, scene)
  else void runLine(channel, scene, line)
}

/** `exec sh -c PROLOGUE sh WORDS…` is how the product starts things; anything else is a script. */
const runLine = async (channel: ServerChannel, scene: Scene, line: string) => {
  const [words = []] = line.startsWith('exec sh -c ') ? simpleCommands(line) : []
  const mark = /printf "%s%s %s\\n" (\S+) \$\$/.exec(words[3] ?? '')?.[1]
  const pid = scene.jobs.newPid()
  if (mark) channel.stderr.write(`${mark}${pid}\n`)
  const killed = /kill -"\$1" -(\d+)/.exec(line)?.[1]
  if (killed) {
    scene.jobs.running.get(Number(killed))?.('TERM')
    return finish(channel, 0)
  }
  const script = mark ? scriptOf(words.slice(5)) : line
  const inside = scene.isTerminal ? guestOf(script, scene) : undefined
  if (inside) return prompt(channel, { ...scene, place: inside })
  const code = await run(channel, scene, script, pid)
  finish(channel, code)
}

/** `pct enter 302`: a prompt inside the container. */
const guestOf = (script: string, { place, world }: Scene): Place | undefined => {
  const vmid = /^pct enter (\d+)$/.exec(script)?.[1]
  const found = world.guests.find((g) => String(g.vmid) === vmid && g.node === place.node.name)
  return found && inGuest(found, world)
}

/** The words that were started, as a script again. */
const scriptOf = (words: string[]): string => {
  const first = words[0] === 'env' ? words.findIndex((w, i) => i > 0 && !/^\w+=/.test(w)) : 0
  const [program, flag, script] = words.slice(first)
  if (program === 'sh' && flag === '-c') return script ?? ''
  return words.slice(first).map(quoted).join(' ')
}

type Code = number | Signal

const finish = (channel: ServerChannel, code: Code) => {
  if (typeof code === 'number') channel.exit(code)
  else channel.exit(code)
  channel.end()
}

const run = async (
  channel: ServerChannel,
  scene: Scene,
  script: string,
  pid: number,
): Promise<Code> => {
  const { place, world } = scene
  if (script.includes('hwmon/hwmon')) {
    if (!place.guest) channel.write(sensorsOf(place.node, world))
    return 0
  }
  // These machines have no tmux, so that the demo shows the other way.
  if (script.includes('command -v tmux')) {
    if (script !== 'command -v tmux') channel.write('none\n')
    return script === 'command -v tmux' ? 1 : 0
  }
  let code = 0
  let skip = false
  for (const { commands, next } of pipelines(script)) {
    if (!skip) {
      const said = await speak(channel, scene, commands, pid, code)
      if (said.end !== undefined) return said.end
      code = said.code
    }
    skip = (next === '&&' && code !== 0) || (next === '||' && code === 0)
  }
  return code
}

/** One pipeline; `end`: the script is over, by `exit` or by a signal. */
const speak = async (
  channel: ServerChannel,
  scene: Scene,
  commands: string[][],
  pid: number,
  before: number,
): Promise<{ code: number; end?: Code }> => {
  const [name, first] = commands[0]!
  if (name === 'exit') return { code: before, end: Number(first ?? before) || 0 }
  if (name === 'sleep') return waited(await rest(scene, Number(first) || 0, pid, channel))
  const said = answerToAll(commands, scene.place, scene.world)
  if (said.takes) {
    const ended = await rest(scene, said.takes / 1000, pid, channel)
    if (ended) return { code: 0, end: ended }
  }
  const eol = (text: string) => (scene.isTerminal ? text.replaceAll('\n', '\r\n') : text)
  if (said.out) channel.write(eol(said.out))
  if (said.err) (scene.isTerminal ? channel : channel.stderr).write(eol(said.err))
  return { code: said.code ?? 0 }
}

const waited = (ended: Signal | undefined) => (ended ? { code: 0, end: ended } : { code: 0 })

/** Sleeps; answers the signal that ended it before its time. */
const rest = ({ clock, jobs }: Scene, seconds: number, pid: number, channel: ServerChannel) =>
  new Promise<Signal | undefined>((resolve) => {
    const done = (signal?: Signal) => {
      cancel()
      jobs.running.delete(pid)
      resolve(signal)
    }
    const cancel = clock.after(seconds * 1000, () => done())
    jobs.running.set(pid, done)
    channel.once('close', () => done('KILL'))
  })

/** Letters are echoed as they come; Enter runs the line, Ctrl-C drops it, Ctrl-D leaves. */
const prompt = (channel: ServerChannel, scene: Scene) => {
  const sign = `root@${scene.place.name}:~# `
  let line = ''
  let busy = Promise.resolve()
  const enter = async (typed: string) => {
    if (typed.trim() === 'exit') return finish(channel, 0)
    await run(channel, scene, typed, scene.jobs.newPid())
    channel.write(sign)
  }
  channel.write(`This machine is simulated; help lists what its shell knows.\r\n${sign}`)
  channel.on('data', (chunk: Buffer) => {
    for (const letter of chunk.toString('utf8')) {
      if (letter === '\r' || letter === '\n') {
        const typed = line
        line = ''
        channel.write('\r\n')
        busy = busy.then(() => enter(typed))
      } else if (letter === '\u0003') {
        line = ''
        channel.write(`^C\r\n${sign}`)
      } else if (letter === '\u0004') {
        if (line === '') finish(channel, 0)
      } else if (letter === '\u007f') {
        if (line) channel.write('\b \b')
        line = line.slice(0, -1)
      } else if (letter >= ' ') {
        line += letter
        channel.write(letter)
      }
    }
  })
}
