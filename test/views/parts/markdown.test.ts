/** What a model writes, on a page: drawn by us, never HTML of its own, and never slow. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { markdown } from '../../../views/parts/markdown.ts'

const prose = suite('markdown')
const drawn = (text: string) => String(markdown(text))

prose('what people use is drawn', () => {
  assert.is(
    drawn('a **b** _c_ `d` ~~e~~'),
    '<p>a <strong>b</strong> <em>c</em> <code>d</code> <s>e</s></p>',
  )
  assert.is(
    drawn('# A\n\n3. x\n4. y'),
    '<p class="heading">A</p><ol start="3"><li>x</li><li>y</li></ol>',
  )
  assert.is(drawn('one\ntwo'), '<p>one<br>two</p>')
  assert.is(drawn('```sh\n<b>\n```'), '<pre tabindex="0"><code>&lt;b&gt;</code></pre>')
  assert.match(drawn('|a|\n|-|\n|<i>|'), '<th scope="col">a</th>')
  assert.match(drawn('|a|\n|-|\n|<i>|'), '<td>&lt;i&gt;</td>')
})

prose('a link says where it leads; what is no plain web address is none', () => {
  const to = 'target="_blank" rel="noopener noreferrer nofollow"'
  assert.is(
    drawn('[x](https://a.example/?b="c")'),
    `<p><a href="https://a.example/?b=%22c%22" ${to}>x</a> <span class="host">(a.example)</span></p>`,
  )
  assert.is(
    drawn('<https://a.example/b>'),
    `<p><a href="https://a.example/b" ${to}>https://a.example/b</a></p>`,
  )
  for (const odd of [
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](data:text/html;base64,PHNjcmlwdD4=)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](//a.example/)',
    '[x](/approvals/1/confirm)',
    '[x](https://good.example@a.example/)',
    '<mailto:a@a.example>',
    'https://a.example/ alone',
    '[x][y]\n\n[y]: javascript:alert(1)',
  ])
    assert.not.match(drawn(odd), '<a ', odd)
})

prose('nothing of it is HTML, nothing is fetched', () => {
  const evil = [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '![p](https://a.example/p.png)',
    '![p][r]\n\n[r]: https://a.example/p.png "t"',
    '[![p](https://a.example/p.png)](https://a.example/)',
    '<!-- --><svg onload=alert(1)>',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '`<script>`\n\n    <script>\n\n~~~<script>\n<script>\n~~~',
    '"><script>alert(1)</script>',
    '|<script>|\n|-|\n|<script>|',
  ]
  for (const text of evil) assert.not.match(drawn(text), /<(script|img|svg|!--)/i, text)
  assert.not.match(drawn('\u001b[31mred\u001b[0m \u202eevil\u009b'), /[\u001b\u202e\u009b]/)
})

const longest = 64 * 1024
const repeated = (piece: string) =>
  piece.repeat(Math.ceil(longest / piece.length)).slice(0, longest)

prose('64 kB are drawn in a bounded time, whatever they are', () => {
  const answer =
    'The **disk** of `303` is at 81 %, see [the manual](https://a.example/).\n\n- one\n- two\n\n'
  const pieces = [
    answer,
    '`',
    '[',
    '*a ',
    '*a**b',
    '> ',
    '- ',
    '[a](',
    '![[',
    '|a',
    '_',
    '[a]: b\n',
    '~~a ',
    '<a',
    '|1\n',
    '\\[',
  ]
  for (const piece of [...pieces, '|a|b|c|\n|-|-|-|\n|1\n|1\n']) {
    const began = performance.now()
    drawn(repeated(piece))
    const took = performance.now() - began
    // A parser that goes astray takes minutes for it: these machines are noisy, so no closer bound.
    assert.ok(took < 20_000, `${JSON.stringify(piece)} took ${took} ms`)
    if (piece === answer) console.log(`FIGURE 64 kB of markdown: ${Math.round(took)} ms`)
  }
  assert.ok(drawn('> '.repeat(5000)).length < 200_000)
})

prose.run()
