/** A cable that can be pulled: a network of its own, joined to ours by a pair of virtual cards. */
import { spawnSync } from 'node:child_process'
import { noSshd } from './servers.ts'

export type Cable = {
  /** For `ip netns`, and the address of whatever listens in there. */
  netns: string
  address: string
  pull(): void
  plug(): void
  remove(): void
}

const ip = (...words: string[]) => spawnSync('ip', words, { encoding: 'utf8' })

/** Needs root; where it cannot be laid, the answer is why. `n` tells apart those that lie at once. */
export const layCable = (n = 0): Cable | string => {
  const why = noSshd()
  if (why) return why
  const netns = `jarvis${process.pid}-${n}`
  const card = `jv${process.pid}${n}`
  // TEST-NET-2 (RFC 5737): nobody's.
  const [near, far] = [`198.51.100.${n * 4 + 1}`, `198.51.100.${n * 4 + 2}`]
  const inside = (...words: string[]) => ip('-n', netns, ...words)
  const remove = () => {
    ip('link', 'del', `${card}a`)
    ip('netns', 'del', netns)
  }
  const steps = [
    ['netns', 'add', netns],
    ['link', 'add', `${card}a`, 'type', 'veth', 'peer', 'name', `${card}b`, 'netns', netns],
    ['addr', 'add', `${near}/30`, 'dev', `${card}a`],
    ['link', 'set', `${card}a`, 'up'],
  ]
  const within = [
    ['link', 'set', 'lo', 'up'],
    ['addr', 'add', `${far}/30`, 'dev', `${card}b`],
    ['link', 'set', `${card}b`, 'up'],
  ]
  const done = [...steps.map((s) => ip(...s)), ...within.map((s) => inside(...s))]
  const failed = done.find((s) => s.status !== 0)
  if (failed) {
    remove()
    return `a network of its own cannot be made here: ${failed.stderr?.trim() || failed.error}`
  }
  return {
    netns,
    address: far,
    pull: () => void ip('link', 'set', `${card}a`, 'down'),
    plug: () => void ip('link', 'set', `${card}a`, 'up'),
    remove,
  }
}
