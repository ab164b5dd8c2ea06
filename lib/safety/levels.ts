/** The table of levels: what machines may do by themselves. The judge reads it, and the settings show it. */

/** 1 observe, 2 advise, 3 assist, 4 operate, 5 autonomous. */
export type Level = 1 | 2 | 3 | 4 | 5

export type LevelLine = {
  name: string
  /** In one line, for the settings. */
  meaning: string
  YELLOW: 'run' | 'ask' | 'refuse'
  RED: 'ask' | 'refuse'
}

/** safety.md §2.11. What may lose data never runs by itself, at no level. */
export const levels: Readonly<Record<Level, LevelLine>> = {
  1: {
    name: 'observe',
    meaning: 'Looks when somebody asks, and changes nothing.',
    YELLOW: 'refuse',
    RED: 'refuse',
  },
  2: {
    name: 'advise',
    meaning: 'Asks before it does what can be undone; the rest it does not do.',
    YELLOW: 'ask',
    RED: 'refuse',
  },
  3: {
    name: 'assist',
    meaning:
      'Asks before each change; only steps of runbooks that can be undone run by themselves.',
    YELLOW: 'ask',
    RED: 'ask',
  },
  4: {
    name: 'operate',
    meaning: 'Does what can be undone, within the limits; at night and before the rest it asks.',
    YELLOW: 'run',
    RED: 'ask',
  },
  5: {
    name: 'autonomous',
    meaning: 'Does what can be undone, within the limits, at night too; before the rest it asks.',
    YELLOW: 'run',
    RED: 'ask',
  },
}

export const isLevel = (n: number): n is Level => Object.hasOwn(levels, n)
