/** Kinds of arguments: the words by which the program table says what may stand where. */
import { apiPath } from './api-paths.ts'
import { isListable, isReadable, isReadableTree } from './paths.ts'

export type Kind = (value: string) => boolean

const like =
  (pattern: RegExp): Kind =>
  (value) =>
    pattern.test(value)

const IP =
  /^(?:10|127|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|169\.254)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){1,3}$/

/** A pattern that is not after a secret: what it finds is shown. */
const searches = (value: string) =>
  value.length <= 300 && !/passw|secret|token|private|BEGIN|apikey|api_key|credential/i.test(value)

/** A private address, in four numbers: names would be asked for at a name server, which tells them on. */
const isPrivate = (value: string) =>
  (IP.test(value) && value.split('.').length === 4) ||
  /^(?:::1|f[cde][0-9a-f:]{2,38})$/i.test(value)

export const kinds: Record<string, Kind> = {
  number: like(/^\d{1,12}$/),
  signed: like(/^[+-]?\d{1,12}[bkKmMgGtTP]?B?$/),
  /** How often: what has an end. */
  count: like(/^[1-9]\d{0,2}$/),
  fraction: like(/^\d{1,4}(?:\.\d{1,3})?$/),
  word: like(/^[A-Za-z0-9_][\w.:@+-]{0,127}$/),
  columns: like(/^[+-]?[A-Za-z0-9_%](?!.*\benviron)[\w.,:%+= -]{0,250}$/),
  /** Columns of ps: `e` and `environ` would show the environment of every process. */
  pscolumns: like(/^(?!.*\benviron)[a-z%_]{2,20}(?:[:=,]\d*[a-z%_]*)*$/i),
  /** Logs of a disk that are only read: with figures behind it, `scterc` sets something. */
  smartlog: like(
    /^(?:(?:error|xerror|devstat|background|selective)(?:,\d{1,5})?|(?:x?selftest)(?:,\d{1,5})?|directory(?:,[gs])?|sataphy|sasphy|ssd|scttemp|scttempsts|scttemphist|scterc|farm|defects|genstats|envrep|tapealert)$/,
  ),
  size: like(/^[+-]?\d{1,12}(?:\.\d+)?[bcwkKmMgGtTPE]?i?B?$/),
  findperm: like(/^[-/]?[0-7ugoarwxst=+,-]{1,12}$/),
  findformat: like(/^[\x20-\x7e]{1,100}$/),
  /** Where find begins, and its parentheses and negation. */
  findword: (value) => /^[()!,]$/.test(value) || isListable(value),
  /** Letters of ps that end in `o`, without `e`, which shows environments. */
  bsdform: like(/^[auxwflrjTLHSc]*o$/),
  dateform: like(/^\+[\w %:.,/T-]{1,60}$/),
  /** Fields of the journal, `_PID=1`; a path there would be a program, and is not needed. */
  journal: like(/^_?[A-Z][A-Z_]{1,40}=[\w@.:-]{1,80}$|^[+-]?\d{1,3}$|^\+$/),
  seconds: like(/^(?:[0-9]|10)(?:\.\d{1,3})?s?$/),
  socket: like(/^[46]?(?:TCP|UDP|tcp|udp)?(?::\d{1,5})?$/),
  /** A place, or the port that `-i` takes from the next word. */
  lsofword: (value) => /^(?:[46]?(?:TCP|UDP|tcp|udp)?:\d{1,5})$/.test(value) || isListable(value),
  ipword: like(/^[\w.:/@-]{1,60}$/),
  ssword: like(/^[\w.:/*=<>!&|() -]{1,120}$/),
  wgword: like(
    /^(?:public-key|listen-port|fwmark|peers|endpoints|allowed-ips|latest-handshakes|transfer|persistent-keepalive)$/,
  ),
  pingsize: like(/^\d{1,4}$/),
  sysctlname: like(/^[a-z][\w./-]{1,100}$/),
  /** A package, a pattern of names, or the file that one belongs to. */
  pkg: like(/^[a-z0-9*?/][\w.+:*?/~-]{0,150}$/i),
  upsname: like(/^[\w-]{1,40}(?:@(?:localhost|127\.0\.0\.1))?$/),
  mac: like(/^(?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/),
  selftest: like(/^(?:short|long|conveyance)$/),
  /** For journals: `-1h`, `today`, `2026-11-20 10:00`, `1 hour ago`. */
  time: like(/^[+-]?[\w:][\w :.,+-]{0,60}$/),
  text: like(/^[\x20-\x7e]{0,1000}$/),
  /** An operator in quotes is somebody's mistake, or somebody's trick. */
  saying: like(/^(?![|&;<>])[\x20-\x7e]{0,1000}$/),
  pattern: searches,
  format: like(/^[\w %+:.,/;()=-]{1,200}$/),
  vmid: like(/^[1-9]\d{2,8}$/),
  node: like(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/),
  unit: like(/^[A-Za-z0-9@*][\w@.:*\\-]{0,120}$/),
  file: (value) => value === '-' || isReadable(value),
  tree: (value) => value === '-' || isReadableTree(value),
  place: isListable,
  device: like(/^\/dev\/(?!fd\b|shm\b|mem$|kmem$|port$)[\w.+:/-]{1,120}$/),
  pool: like(/^[A-Za-z][\w.:-]{0,80}$/),
  dataset: like(/^[A-Za-z][\w.:/@#-]{0,200}$/),
  volume: like(/^[A-Za-z][\w.-]{0,60}(?:\/[\w.+-]{1,100})?$/),
  volid: like(/^[A-Za-z][\w-]{0,60}:[\w./@+-]{1,200}$/),
  storage: like(/^[A-Za-z][\w-]{0,100}$/),
  snapshot: like(/^[A-Za-z][\w-]{1,39}$/),
  iface: like(/^[A-Za-z][\w.@-]{0,20}$/),
  address: isPrivate,
  network: (value) => isPrivate(value.replace(/\/\d{1,3}$/, '')) || value === 'default',
  upid: like(/^UPID:[\w:@!.\\-]{10,200}$/),
  pid: like(/^\d{1,7}(?:,\d{1,7}){0,20}$/),
  user: like(/^[a-z_][\w.-]{0,31}(?:@[\w-]{1,32})?$/),
  token: like(/^[\w.-]{1,64}$/),
  container: like(/^[A-Za-z0-9][\w.-]{0,127}$/),
  image: like(/^[a-z0-9][\w./:@-]{0,200}$/),
  bool: like(/^(?:0|1|yes|no|on|off|true|false)$/),
  api: apiPath,
}

export const kindNamed = (name: string): Kind => {
  const kind = kinds[name]
  if (!kind) throw new Error(`there is no kind of argument "${name}"`)
  return kind
}
