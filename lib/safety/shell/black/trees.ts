/** Harm to files and folders: deleting, moving, overwriting, opening to everybody. */
import { isOwn, isSystemTree } from './places.ts'
import { type Harm, hasLong, hasShort, operandsOf, TREE, writes } from './words.ts'

const remove: Harm = (args) => {
  const targets = operandsOf(args)
  const deep = hasShort(args, 'rR') || hasLong(args, '--recursive')
  if (hasLong(args, '--no-preserve-root')) return TREE
  if (deep && targets.length === 0) return 'it deletes whatever a list or a variable names'
  return (
    writes(targets) ??
    (deep && targets.some(isSystemTree) ? TREE : undefined) ??
    (targets.some((t) =>
      /^\/(?:\*|etc\/\*|boot\/\*|usr\/|bin\/|sbin\/|lib\/|lib64\/|var\/lib\/vz\/(?:dump|images)\/\*)/.test(
        t,
      ),
    )
      ? TREE
      : undefined)
  )
}

const change: Harm = (args) => {
  const deep = hasShort(args, 'R') || hasLong(args, '--recursive')
  const targets = operandsOf(args).slice(1)
  return deep && targets.some(isSystemTree)
    ? TREE
    : writes(targets.filter((t) => isOwn(t) || /shadow|sudoers|\/etc\/pve\/priv|\.ssh/.test(t)))
}

const copy: Harm = (args) => {
  const targets = operandsOf(args)
  const to = args
    .find((a) => /^(?:-t.+|--target-directory=.+)$/.test(a))
    ?.replace(/^(?:-t|--target-directory=)/, '')
  return writes([to ?? targets.at(-1) ?? ''])
}

const move: Harm = (args) =>
  (operandsOf(args).slice(0, -1).some(isSystemTree) ? TREE : undefined) ?? copy(args)

const setting = (args: readonly string[], name: string) =>
  args.filter((a) => a.startsWith(`${name}=`)).map((a) => a.slice(name.length + 1))

const find: Harm = (args) => {
  const at = args.findIndex((a) => /^[-(!]/.test(a))
  const roots = at < 0 ? args : args.slice(0, at)
  const acts =
    args.some((a) => a === '-delete') ||
    (args.some((a) => /^-(?:exec|execdir|ok)$/.test(a)) &&
      args.some((a) => /(?:^|\/)(?:rm|shred|unlink|truncate|dd|mv)$/.test(a)))
  const writesTo = args.flatMap((a, i) =>
    /^-f(?:print0?|printf|ls)$/.test(a) ? [args[i + 1] ?? ''] : [],
  )
  return (
    writes(writesTo) ??
    (acts && (roots.length === 0 || roots.some(isSystemTree)) ? TREE : undefined)
  )
}

const sedInPlace: Harm = (args) =>
  args.some((a) => /^-[a-zA-Z]*i/.test(a) || a.startsWith('--in'))
    ? writes(operandsOf(args))
    : undefined

export const TREE_HARMS: Readonly<Record<string, Harm>> = {
  rm: remove,
  unlink: remove,
  rmdir: remove,
  srm: remove,
  shred: (args) =>
    writes(operandsOf(args)) ?? (operandsOf(args).some(isSystemTree) ? TREE : undefined),
  wipe: (args) => writes(operandsOf(args)),
  truncate: (args) => writes(operandsOf(args)),
  fallocate: (args) => writes(operandsOf(args)),
  touch: (args) => writes(operandsOf(args).filter((p) => isOwn(p) || /please-remove/.test(p))),
  mv: move,
  cp: copy,
  install: copy,
  ln: copy,
  rsync: (args) =>
    copy(args) ??
    (hasLong(args, '--delete', '--delete-after', '--delete-before') &&
    isSystemTree(operandsOf(args).at(-1) ?? '')
      ? TREE
      : undefined),
  tee: (args) => writes(operandsOf(args)),
  sponge: (args) => writes(operandsOf(args)),
  dd: (args) => writes(setting(args, 'of')),
  dcfldd: (args) => writes(setting(args, 'of')),
  sg_dd: (args) => writes(setting(args, 'of')),
  ddrescue: (args) => writes(operandsOf(args)),
  'qemu-img': (args) => writes(operandsOf(args).slice(1)) ?? writes(setting(args, 'of')),
  chmod: change,
  chown: change,
  chgrp: change,
  chattr: change,
  setfacl: change,
  find,
  sed: sedInPlace,
  perl: sedInPlace,
  tar: (args) =>
    writes(
      args.flatMap((a, i) =>
        /^-?[a-zA-Z]*f$/.test(a) && /[cru]/.test(args[0] ?? '') ? [args[i + 1] ?? ''] : [],
      ),
    ) ??
    (args.some((a) => /^--?remove-files/.test(a)) && operandsOf(args).some(isSystemTree)
      ? TREE
      : undefined),
  curl: (args) =>
    writes(args.flatMap((a, i) => (/^(?:-o|--output)$/.test(a) ? [args[i + 1] ?? ''] : []))),
  wget: (args) =>
    writes(
      args.flatMap((a, i) => (/^(?:-O|--output-document)$/.test(a) ? [args[i + 1] ?? ''] : [])),
    ),
}
