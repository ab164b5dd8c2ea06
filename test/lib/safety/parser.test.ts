// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the text of shells
/** The hard lines that the parser must read as bash does: pinned, so that an update shows what it changes. */
import { forEachChild, type ParsedScript, parse, type SyntaxNode } from 'unbash'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const parser = suite('shell parser')

/** Every command's dequoted words, at any depth. */
const commands = (text: string): string[] => {
  const found: string[] = []
  const visit = (node: SyntaxNode) => {
    if (node.type === 'Command' && node.name)
      found.push(
        [node.name, ...node.args].map((w) => (w.type === 'Word' ? w.value : w.text)).join(' '),
      )
    forEachChild(node, visit)
  }
  visit(parse(text))
  return found
}

const hasErrors = (text: string): boolean => {
  let wrong = false
  const visit = (node: SyntaxNode) => {
    if (node.type === 'Script' && ((node as ParsedScript).errors?.length ?? 0) > 0) wrong = true
    forEachChild(node, visit)
  }
  visit(parse(text))
  return wrong
}

const read: [string, string[]][] = [
  // Quoting of every kind.
  ["r''m x", ['rm x']],
  ['"r"m x', ['rm x']],
  ['r\\m x', ['rm x']],
  ["$'rm' x", ['rm x']],
  ["$'\\x72m' x", ['rm x']],
  ["$'\\162m' x", ['rm x']],
  ["$'\\u0072m' x", ['rm x']],
  ['\'a\'"b"c\\d', ['abcd']],
  ["echo 'a b' c", ['echo a b c']],
  ['echo "a\\"b"', ['echo a"b']],
  ['echo "a\\nb"', ['echo a\\nb']],
  ["echo 'a\\'b", ['echo a\\b']],
  ['a\\ b c', ['a b c']],
  ['r\\\nm x', ['rm x']],
  ['"r\\\nm" x', ['rm x']],
  // Separators.
  ['a;b', ['a', 'b']],
  ['a\nb', ['a', 'b']],
  ['a&b', ['a', 'b']],
  ['a&&b||c', ['a', 'b', 'c']],
  ['a|b', ['a', 'b']],
  ['a|&b', ['a', 'b']],
  ['a\\;b', ['a;b']],
  ["a';'b", ['a;b']],
  ['a #b\nc', ['a', 'c']],
  ['a#b', ['a#b']],
  ['a\t\tb', ['a b']],
  // Carriage return is no white space for bash.
  ['a\rb', ['a\rb']],
  ['a\u00a0b', ['a\u00a0b']],
  // Redirections anywhere, and the words behind them.
  ['a 2>/dev/null --flag', ['a --flag']],
  ['>x a b', ['a b']],
  ['a >x b >y c', ['a b c']],
  ['a 2>&1 b', ['a b']],
  ['a <<< "b c" d', ['a d']],
  ['a &>x b', ['a b']],
  ['a >|x b', ['a b']],
  ['a {fd}>x b', ['a b']],
  ['cat <<E\nrm\nE\nb', ['cat', 'b']],
  ["cat <<'E'\n$(rm)\nE", ['cat']],
  ['cat <<E\n$(rm)\nE', ['cat', 'rm']],
  ['cat <<-E\n\tx\n\tE\nb', ['cat', 'b']],
  // Substitutions in every place.
  ['a $(b)', ['a $(b)', 'b']],
  ['a `b`', ['a `b`', 'b']],
  ['a "$(b)"', ['a $(b)', 'b']],
  ['a <(b)', ['a <(b)', 'b']],
  ['a >(b)', ['a >(b)', 'b']],
  ['a ${x:-$(b)}', ['a ${x:-$(b)}', 'b']],
  ['a "${x:=$(b)}"', ['a ${x:=$(b)}', 'b']],
  ['a $((1+$(b)))', ['a $((1+$(b)))', 'b']],
  ['x=$(b) a', ['a', 'b']],
  ['a > $(b)', ['a', 'b']],
  ['$(b) a', ['$(b) a', 'b']],
  ['a $(b $(c))', ['a $(b $(c))', 'b $(c)', 'c']],
  // Keywords, groups, control flow.
  ['(a)', ['a']],
  ['{ a; }', ['a']],
  ['! a', ['a']],
  ['time a', ['a']],
  ['if a; then b; else c; fi', ['a', 'b', 'c']],
  ['while a; do b; done', ['a', 'b']],
  ['until a; do b; done', ['a', 'b']],
  ['for i in 1 2; do a; done', ['a']],
  ['for ((i=0;i<2;i++)); do a; done', ['a']],
  ['case x in y) a;; *) b;; esac', ['a', 'b']],
  ['f() { a; }', ['a']],
  ['function f { a; }', ['a']],
  ['coproc a b', ['a b']],
  ['select x in 1; do a; done', ['a']],
  ['[[ -n $(a) ]]', ['a']],
  ['{a,b}', ['{a,b}']],
  ['X=1 Y=2 a b', ['a b']],
  ['if=x a', ['a']],
  ['echo if', ['echo if']],
]

const broken = [
  "a 'b",
  'a "b',
  'a $(b',
  'a `b',
  'a &&',
  'a |',
  '| a',
  'a ;; b',
  '(a',
  '{ a',
  'if a',
  'for',
  'a )',
  'case x in',
  '&& a',
  '; a',
]

parser('it reads the hard lines as bash does', () => {
  const wrong = read.filter(([line, expected]) => {
    const found = [...commands(line)].sort()
    return found.join('\n') !== [...expected].sort().join('\n')
  })
  assert.equal(
    wrong.map(([line, expected]) => ({ line, expected, found: commands(line) })),
    [],
  )
  console.log(`\nCOUNT parser: ${read.length + broken.length} hard lines`)
})

parser('what bash refuses has an error somewhere in its tree', () => {
  assert.equal(
    broken.filter((line) => !hasErrors(line)),
    [],
  )
})

parser.run()
