import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HrCopy } from '../../../web/chat/hr-copy.ts'
import { StreamedMarkdown } from '../../../web/markdown/streamed-markdown.ts'

function place(): HTMLElement {
  const container = document.createElement('div')
  document.body.append(container)
  onTestFinished(() => container.remove())
  return container
}

function shown(pieces: readonly string[]) {
  const container = place()
  const markdown = new StreamedMarkdown(container)
  for (const piece of pieces) markdown.append(piece)
  markdown.finish()
  return container
}

const html = (markdown: string) => shown([markdown]).innerHTML.replaceAll('<div class="block" dir="auto">', '<div>')

describe('Markdown', () => {
  test.each([
    ['**bold** and `code`', '<div><p><strong>bold</strong> and <code>code</code></p></div>'],
    ['a\nb\n\nc', '<div><p>a\nb</p></div><div><p>c</p></div>'],
    ['3. x\n4. y', '<div><ol start="3"><li>x</li><li>y</li></ol></div>'],
    ['- x\n  - y', '<div><ul><li>x<ul>\n<li>y</li>\n</ul>\n</li></ul></div>'],
    ['# One\ntext', '<div><h1>One</h1></div><div><p>text</p></div>'],
    ['- [x] done', '<div><ul><li>☑ done</li></ul></div>'],
  ])('%j becomes what it means', (markdown, wanted) => {
    expect(html(markdown)).toBe(wanted)
  })

  test('tables have rows and columns', () => {
    const container = shown(['| a | b |\n|---|--:|\n| 1 | 2 |\n'])
    expect([...container.querySelectorAll('th, td')].map((cell) => cell.textContent)).toEqual(['a', 'b', '1', '2'])
  })

  test('formulas become MathML, and money stays money', async () => {
    const container = shown(['Euler: $e^{i\\pi} = -1$.\n\n$$\\frac{1}{2}$$\n\nIt costs $5 or $6. \\(x\\)'])
    await expect.poll(() => container.querySelectorAll('math').length).toBe(3)
    expect(container.querySelector('mfrac')).not.toBeNull()
    expect(container.textContent).toContain('It costs $5 or $6.')
  })

  test('a formula that cannot be read stays as it was written', async () => {
    const container = shown(['$\\frac{1$ and $x$'])
    await expect.poll(() => container.querySelectorAll('math').length).toBe(1)
    expect(container.textContent).toContain('\\frac{1')
  })

  test('code has its language, its colours and a button that copies all of it', async () => {
    const container = shown(['```python\nimport os\nprint("hi")\n```\nafter'])
    await expect.poll(() => container.querySelector('.hljs-keyword')?.textContent).toBe('import')
    expect(container.querySelector<HrCopy>('hr-copy')?.text).toBe('import os\nprint("hi")')
    expect(container.querySelector('.code-head')?.textContent).toContain('python')
    expect(container.querySelector('code')?.textContent).toBe('import os\nprint("hi")')
  })

  test('code inside of a list is code too', () => {
    const container = shown(['1. so:\n\n   ```js\n   let a\n   ```\n\n2. on'])
    expect(container.querySelector<HrCopy>('li hr-copy')?.text).toBe('let a')
  })

  test('code in an unknown language stays as it is', async () => {
    const container = shown(['```brainf\n<b>+-</b>\n```'])
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(container.querySelector('code')?.innerHTML).toBe('&lt;b&gt;+-&lt;/b&gt;')
  })
})

test.each([
  '<img src=x onerror="window.hurt = 1">',
  '<script>window.hurt = 1</script>',
  '[x](javascript:window.hurt=1)',
  '[x](data:text/html,<script>1</script>)',
  '![x](https://tracker.example/?q=secret)',
  '<a href="javascript:1" onclick="window.hurt=1">x</a>',
  '```"><img src=x onerror=window.hurt=1>\nx\n```',
  '$\\href{javascript:window.hurt=1}{x}$',
  '$\\includegraphics{https://tracker.example/a.png}$',
  '<svg><style>@import "https://tracker.example"</style></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=window.hurt=1>',
  '| <iframe src="https://tracker.example"></iframe> |\n|---|\n| x |',
])('%s does nothing but stand there', async (markdown) => {
  const container = shown([markdown])
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect('hurt' in window).toBe(false)
  expect(
    container.querySelector('img, script, iframe, svg, style, form, [onerror], [onclick], [style], [src]'),
  ).toBeNull()
  for (const link of container.querySelectorAll('[href]')) expect(link.getAttribute('href')).toMatch(/^https:/)
})

const answer = `## Setting up

Here's **what** you need:

1. Install *it*:
   - on Linux
   - elsewhere
2. Then run \`it\`

Some text with a [link](https://example.org) and $x^2$.
- one
- two

\`\`\`python
def f():
    return "\`\`"
\`\`\`

> Quoted **words**
> over two lines

| a | b |
|---|---|
| 1 | 2 |

---

Last line`

test('what is streamed, in whatever pieces, ends up as what is rendered at once', () => {
  const whole = shown([answer]).innerHTML
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 40 }), (lengths) => {
      const pieces: string[] = []
      for (let at = 0, turn = 0; at < answer.length; turn++) {
        const length = lengths[turn % lengths.length]!
        pieces.push(answer.slice(at, at + length))
        at += length
      }
      expect(shown(pieces).innerHTML).toBe(whole)
    }),
    { seed: 11, numRuns: 30 },
  )
})

test('a block that is finished is never touched again', () => {
  const container = place()
  const markdown = new StreamedMarkdown(container)
  const pieces = answer.match(/[\s\S]{1,5}/g)!
  const seen = new Map<Element, string>()
  for (const piece of pieces) {
    markdown.append(piece)
    const finished = [...container.children].slice(0, -1)
    for (const block of finished) {
      const text = seen.get(block)
      if (text === undefined) seen.set(block, block.textContent ?? '')
      else expect(block.textContent).toBe(text)
    }
  }
  expect(seen.size).toBeGreaterThan(6)
  expect([...seen.keys()].every((block) => block.isConnected)).toBe(true)
})

test('a heading is never mistaken for a list that begins beneath its line', () => {
  const container = place()
  const markdown = new StreamedMarkdown(container)
  for (const piece of ['You need:', '\n', '-', ' ', 'one']) {
    markdown.append(piece)
    expect(container.querySelector('h1, h2')).toBeNull()
  }
  markdown.finish()
  expect(container.querySelectorAll('li')).toHaveLength(1)
})

test.each([
  ['a paragraph without end', 'word '],
  ['a list of many items', '- an item of the list\n'],
  ['a loose list', '1. an item of the list\n\n'],
  ['a long table', '| a cell | another |\n', '| a | b |\n|---|---|\n'],
  ['a block of code', '    let line = "of code"\n', '```js\n'],
  ['a quotation', '> quoted words of somebody\n'],
])('%s costs as much for its last token as for its first thousand', (_, unit, start = '') => {
  const markdown = new StreamedMarkdown(place())
  markdown.append(start)
  const spent: number[] = []
  for (let count = 0; count < 6; count++) {
    const before = markdown.parsedLength
    for (let token = 0; token < 1_000; token++) markdown.append(unit)
    spent.push(markdown.parsedLength - before)
  }
  expect(spent[5]!).toBeLessThanOrEqual(spent[0]! * 1.25 + 10_000)
})
