/**
 * Paths and parameters as pveproxy takes them: every piece of a path is escaped, flags are exactly
 * 0 and 1 (`true` is refused with 400), a list is the same key several times.
 */
import { Problem } from '../errors.ts'

export type Value = string | number | boolean | string[] | null | undefined
export type Params = Record<string, Value>

/** `` path`/nodes/${node}/lxc/${vmid}/config` ``: escapes what is put in; throws `invalid` for an empty or dotted piece. */
export const path = (fixed: TemplateStringsArray, ...pieces: (string | number)[]): string =>
  fixed.reduce((done, part, i) => {
    const piece = String(pieces[i - 1])
    if (/^\.*$/.test(piece)) throw new Problem('invalid', `"${piece}" cannot be part of a path.`)
    return done + encodeURIComponent(piece) + part
  })

/** A path from outside, checked: no query, no way upwards, nothing unprintable. */
export const checkedPath = (given: string): string => {
  const pieces = given.split('/').slice(1)
  const fine =
    /^\/[\w.~!$&'()*+,;=:@%/-]+$/.test(given) &&
    pieces.every((p) => p !== '' && !/^(\.|%2e)*$/i.test(p))
  if (!fine)
    throw new Problem('invalid', `${JSON.stringify(given)} is not a path of the Proxmox API.`, {
      next: 'Write it as /nodes/pve1/status, with parameters apart.',
    })
  return given
}

/** The node that a path is about, as written; undefined for paths of the whole cluster. */
export const nodeInPath = (checked: string): string | undefined => {
  const found = /^\/nodes\/([^/]+)/.exec(checked)?.[1]
  if (found === undefined) return undefined
  try {
    return decodeURIComponent(found)
  } catch {
    throw new Problem('invalid', `${JSON.stringify(found)} is not the name of a node.`)
  }
}

/**
 * True for the few node paths that the asked node answers itself (PVE 9.2 schema: no `proxyto`):
 * a dead node's history can be read, and it is the others that wake it.
 */
export const answeredHere = (checked: string): boolean =>
  /^\/nodes\/[^/]+(\/wakeonlan|(\/(lxc|qemu)\/\d+)?\/rrddata)?$/.test(checked)

/** `a=1&b=x`, for a query or a form. */
export const encode = (params: Params): string => {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value])
      form.append(name, one === true ? '1' : one === false ? '0' : String(one))
  }
  return form.toString()
}
