/** The file that comes of it, and the one that was there before. */
import { existsSync, readFileSync } from 'node:fs'
import { loadConfig } from '../config.ts'
import { messageOf, Problem } from '../errors.ts'
import { amendConfig, draftConfig } from './config-text.ts'
import { keyFileFrom } from './hands.ts'
import type { Talk } from './talk.ts'
import type { Desk } from './talk-desk.ts'
import { writeConfig } from './write-config.ts'

export const paperOf = (
  desk: Desk,
  keepKeys: (by: string) => void,
): Pick<Talk, 'before' | 'write'> => {
  const { file, root, port } = desk.needs
  return {
    before: () => (existsSync(file) ? faultOf(file, root) : undefined),
    write({ overwrite, by }) {
      desk.demand('handsDone')
      const { hands } = desk.agreed()
      const draft = {
        cluster: desk.demand('cluster'),
        tokens: desk.demand('tokens'),
        port: port || undefined,
        hands: hands && { ...hands, keyFile: keyFileFrom(file, hands.keyFile) },
      }
      const fresh = draftConfig(draft)
      const before = overwrite && existsSync(file) ? readFileSync(file, 'utf8') : undefined
      const amended = before === undefined ? undefined : amendConfig(before, draft)
      try {
        writeConfig(file, amended ?? fresh, { root, overwrite })
      } catch (error) {
        // The old file was wrong in itself: its other settings cannot be kept.
        if (!amended || !(error instanceof Problem) || error.kind !== 'invalid') throw error
        writeConfig(file, fresh, { root, overwrite })
      }
      keepKeys(by)
    },
  }
}

const faultOf = (file: string, root: string): string => {
  try {
    loadConfig({ root, env: { JARVIS_CONFIG: file } })
    return ''
  } catch (error) {
    return messageOf(error)
  }
}
