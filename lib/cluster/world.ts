/** The picture as far as a decision may rest on it: nothing of it counts while a reading is overdue. */
import type { Part, Picture } from './picture.ts'

const isFresh = ({ at, limit }: Part, now: number) => at !== undefined && now - at <= limit

/** Undefined while nodes, guests or votes were not read in time. */
export const knownWorld = (picture: Picture): Picture | undefined => {
  const { resources, guests, status } = picture.parts
  const fresh = [resources, guests, status].every((part) => isFresh(part, picture.now))
  return fresh ? picture : undefined
}
