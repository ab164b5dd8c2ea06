/** The grammars of awk, sed and jq that only print: everything outside is not GREEN. */

/** What may be looked for in text is what is shown. */
const SECRETIVE = /passw|secret|token|private|credential/i

/** `5p`, `1,20p`, `$p`, `/text/p`, `/a/,/b/p`, several with `;`. No other command letter. */
const SED_ADDRESS = String.raw`(?:\d+|\$|\/(?:[^/\\[]|\\[\w./()|+*?^$-])*\/)`
const SED = new RegExp(String.raw`^(?:${SED_ADDRESS})?(?:,\s*\+?${SED_ADDRESS})?\s*!?\s*[p=q]$`)

export const isPlainSed = (script: string): boolean =>
  script.length <= 200 &&
  !SECRETIVE.test(script) &&
  script.split(';').every((part) => SED.test(part.trim()))

/** Words that do more than compute and print. Whatever else is a name is a variable, and harmless. */
const AWK_FORBIDDEN =
  /\b(?:system|getline|close|fflush|ENVIRON|ARGV|ARGC|ARGIND|PROCINFO|FUNCTAB|SYMTAB|nextfile|function|func|while|do|for|delete|eval|include|load|namespace|extension)\b/

/** Everything but strings and patterns: no `@`, no `` ` ``, no comment, no `|` besides `||`. */
const AWK_CODE = /^(?:[\w\s$(){}[\]<>=!~?:;,.+*/%^"-]|&&|\|\|)*$/

/** `print … > file` writes; a `>` only compares in a condition or in parentheses. */
const AWK_WRITES = /\bprintf?\b[^;}]*>/

export const isPlainAwk = (script: string): boolean => {
  if (script.length > 400 || SECRETIVE.test(script)) return false
  // Walking over an array ends; other loops need not.
  const walked = script.replace(/\bfor\s*\(\s*\w+\s+in\s+\w+\s*\)/g, ' ')
  if (AWK_FORBIDDEN.test(walked)) return false
  const code = awkCode(walked)
  return (
    code !== undefined &&
    // A text that is an operator is one that somebody quoted by mistake, or not by mistake.
    !/"\s*[|<>]+\s*"/.test(script) &&
    AWK_CODE.test(code) &&
    !AWK_WRITES.test(code.replace(/\([^()]*\)/g, '()'))
  )
}

/**
 * The program with its strings and patterns emptied, read from left to right as awk does: a `/` begins
 * a pattern where no value can stand before it. Undefined: not closed, or awks disagree about it.
 */
const awkCode = (script: string): string | undefined => {
  let code = ''
  let before = '{'
  let divides = false
  let slashed = false
  for (let at = 0; at < script.length; at++) {
    const c = script[at]!
    const isPattern = c === '/' && '{}(;,!~&|'.includes(before)
    if (c === '"' || isPattern) {
      const rest = script.slice(at + 1)
      const body = (isPattern ? PATTERN : TEXT).exec(rest)?.[0]
      if (body === undefined) return undefined
      slashed ||= !isPattern && body.includes('/')
      code += c + c
      at += body.length
      before = c
    } else {
      divides ||= c === '/'
      code += c
      if (c !== ' ') before = c
    }
  }
  // A pattern that was taken for a division (`print /"/`) would make a text of its end: refused.
  return divides && slashed ? undefined : code
}

const TEXT = /^(?:[^"\\]|\\.)*"/
const PATTERN = /^(?:[^/\\"[]|\\.|\[[^\]/"[\\]+\])*\//

/** jq reads files and the environment only by its flags and by these names. */
const JQ_FORBIDDEN =
  /\b(?:env|input|inputs|input_filename|input_line_number|import|include|modulemeta|debug|stderr|repeat|while|until|recurse|recurse_down|walk|def|foreach|halt|halt_error|get_search_list|getenv|label|limit|range|combinations|error)\b/

export const isPlainJq = (filter: string): boolean => {
  if (filter.length > 400 || SECRETIVE.test(filter)) return false
  // A string with `\(…)` holds code: then all of it is looked at, the texts too.
  const code = filter.includes('\\(')
    ? filter.replaceAll('\\(', '(')
    : filter.replace(/"(?:[^"\\]|\\.)*"/g, '""')
  return (
    !JQ_FORBIDDEN.test(code) &&
    /^[\w\s.[\]{}()|,:;?<>=!+*/%"@-]*$/.test(code) &&
    !/@sh\b/.test(code)
  )
}
