/**
 * What goes into the trail: no secret, no text without end. Keys that look secret lose their value, and
 * so do the shapes in which secrets stand in the middle of a command or an address.
 */
import { createHash } from 'node:crypto'

const STARS = '***'
/** Longer text is cut; its length and its hash stay as evidence. */
const LONGEST_TEXT = 4000
const MOST_MEMBERS = 200
const DEEPEST = 20
/** Of a whole entry; more is many long texts at once. */
const MOST_CHARS = 64_000

const secretive =
  /pass(word|wd|phrase)?$|secret|token$|credential|(private|api|access|encryption).?key$|authorization|cookie/i

/** `--password=x`, `--password x`, `token: x`, `"secret":"x"`, with what may stand around the value. */
const NAMES =
  '[\\w.-]*(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)'
const VALUE = '(?:"(?:[^"\\\\]|\\\\.)*"|\'[^\']*\'|[^\\s"\'&;,|<>)}\\]]+)'

/** The first group stays. */
const shapes: RegExp[] = [
  // A whole key between its lines.
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // PVEAPIToken=user@realm!name=uuid: who it is stays, the value goes.
  /(PVE(?:API)?Token\s*[=:]\s*[^\s=]{1,200}=)[^\s"'&;,]+/gi,
  /(PVE(?:Auth|MailAuth)Cookie\s*[=:]\s*)[^\s"'&;,]+/gi,
  /(\bauthorization\s*[=:]\s*)(?:(?:bearer|basic|digest)\s+)?[^\s"',]+/gi,
  /(\bbearer\s+)[^\s"',]+/gi,
  // user:pass@host in an address.
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']{0,200}:)[^\s/@"']{1,400}(?=@)/gi,
  new RegExp(`(--?${NAMES}(?:=|\\s+))(?!-)${VALUE}`, 'gi'),
  new RegExp(`(\\b(?!PVE)${NAMES}["']?\\s*[=:]\\s*)${VALUE}`, 'gi'),
  // curl -u user:pass, sshpass -p pass, mysql -ppass
  /((?:^|\s)(?:-u|--user)(?:=|\s+)["']?[^\s:"']{1,200}:)[^\s"']+/g,
  /(\bsshpass\s+-p\s*)\S+/g,
  /(\bmysql(?:dump)?\b[^|;&]{0,200}?\s-p)[^\s]+/g,
  // Tokens that are known by their looks wherever they stand.
  /(\b(?:jv_|sk-ant-|sk-|ghp_|github_pat_|glpat-|xox[abp]-))[\w-]{8,}/g,
]

/** Text without the secrets in it that can be recognised. */
export const withoutSecrets = (text: string): string =>
  shapes.reduce((masked, shape) => masked.replace(shape, `$1${STARS}`), text)

/** Half a character is not UTF-8, and the database would end the process over it. */
const whole = (text: string) => text.replace(/\p{Cs}/gu, '\ufffd')

const shortened = (text: string): string => {
  if (text.length <= LONGEST_TEXT) return whole(withoutSecrets(text))
  const sum = createHash('sha256').update(text).digest('hex').slice(0, 16)
  // Cut before it is masked: each shape would walk through the megabyte. One at the edge goes whole.
  const head = withoutSecrets(text.slice(0, LONGEST_TEXT)).replace(/\S{1,200}$/, '')
  return `${whole(head)}… (${text.length} characters, sha256 ${sum})`
}

/** A copy with stars for secrets and an end for what is too long; what JSON cannot say is text. */
export const masked = (value: unknown): unknown => {
  let left = MOST_CHARS
  const text = (long: string) => {
    const short = left > 0 ? shortened(long) : '…'
    left -= short.length
    return short
  }
  const walk = (v: unknown, depth: number): unknown => {
    if (typeof v === 'string') return text(v)
    if (typeof v === 'number') return Number.isFinite(v) ? v : String(v)
    if (v === null || v === undefined || typeof v === 'boolean') return v
    if (typeof v !== 'object' || v instanceof Date) return text(String(v))
    if (depth > DEEPEST) return '…'
    if (Array.isArray(v))
      return some(v, (rest) => `… (${rest} more)`).map((x) => walk(x, depth + 1))
    return Object.fromEntries(
      some(Object.entries(v), (rest): [string, unknown] => ['…', `${rest} more`]).map(
        ([key, x]) => [
          text(key),
          secretive.test(key) && x !== undefined && x !== null ? STARS : walk(x, depth + 1),
        ],
      ),
    )
  }
  return walk(value, 0)
}

const some = <T>(list: T[], more: (rest: number) => T): T[] =>
  list.length <= MOST_MEMBERS
    ? list
    : [...list.slice(0, MOST_MEMBERS), more(list.length - MOST_MEMBERS)]
