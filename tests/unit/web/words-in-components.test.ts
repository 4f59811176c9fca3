// No component has words of its own: what people read or hear comes from web/texts. A parser finds the literals; the rules say which are words.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the sources that the finder is tried on are strings.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'vite'
import { describe, expect, it } from 'vitest'

interface Node {
  type: string
  [key: string]: unknown
}

/** Stands for `${…}` in a joined template. */
const hole = '\u0001'

/** Attributes and properties that people read or hear. */
const spoken = /^(aria-label|aria-description|title|alt|placeholder|label|heading|message|action|question|description)$/

/** A name of the project or of a unit is no word of a language. */
const names = /\b(Headroom)\b/g

/** Text nodes and spoken attributes of a template, where they have letters of their own. */
function wordsOfTemplate(source: string): string[] {
  const text = source.replace(/<!--[\s\S]*?-->/g, '')
  const tag = /<\/?[a-z][\w-]*((?:\s+[^\s=>"']+(?:=(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)\s*\/?>/giu
  const attribute = /([^\s=>"']+)=(?:"([^"]*)"|'([^']*)'|([^\s>"']+))/gu
  const found = text.replace(tag, hole).split(hole)
  for (const [, attributes = ''] of text.matchAll(tag))
    for (const [, name = '', ...values] of attributes.matchAll(attribute))
      if (spoken.test(name)) found.push(...values.filter((value) => value !== undefined))
  return found
    .map((piece) => piece.replaceAll(hole, ' ').replace(/&\w+;/g, ' ').replace(names, ' ').trim())
    .filter((piece) => /\p{L}{2}/u.test(piece))
}

/** Two words or more, or one that starts like a sentence: not the literals that programs compare. */
function isProse(literal: string): boolean {
  const text = literal.replace(names, ' ').trim()
  return /\p{L}{2,}[,;:.]? +\p{L}+/u.test(text) || /^\p{Lu}\p{Ll}+[.…!?]?$/u.test(text) || /\p{L}{2}…/u.test(text)
}

function walk(node: unknown, visit: (node: Node) => boolean): void {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, visit)
    return
  }
  if (typeof node !== 'object' || node === null || !('type' in node)) return
  if (!visit(node as Node)) return
  for (const value of Object.values(node)) walk(value, visit)
}

function quasis(template: Node): string {
  const parts = template.quasis as { value: { cooked: string } }[]
  return parts.map(({ value }) => value.cooked).join(hole)
}

/** Questions to the document and to lists: their arguments are names. */
const looksUp = /^(querySelector|querySelectorAll|closest|matches|matchMedia|includes|getAttribute)$/

/** The console speaks English, and so do the messages of errors: of those of the project people read the words for their code first. */
function isForProgrammers(source: string, { type, callee, start, end }: Node): boolean {
  if (type === 'NewExpression') return /^(Headroom)?Error$/.test(String((callee as Node).name))
  if (type !== 'CallExpression') return false
  const { property } = callee as { property?: Node }
  return /^console\./.test(source.slice(start as number, end as number)) || looksUp.test(String(property?.name))
}

/** What `source` says to people. */
function wordsIn(source: string): string[] {
  const found: string[] = []
  walk(parseAst(source, { lang: 'ts' }), (node) => {
    if (isForProgrammers(source, node)) return false
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
        return !node.source
      case 'TSLiteralType':
      case 'BinaryExpression':
        return node.type === 'BinaryExpression' && node.operator === '+'
      case 'TaggedTemplateExpression': {
        const tag = (node.tag as Node).name
        if (tag === 'html' || tag === 'svg') found.push(...wordsOfTemplate(quasis(node.quasi as Node)))
        for (const expression of spokenExpressions(node.quasi as Node)) found.push(...wordsInNode(source, expression))
        return false
      }
      case 'TemplateLiteral':
        found.push(...quasis(node).split(hole).filter(isProse))
        return true
      case 'Literal':
        if (typeof node.value === 'string' && isProse(node.value)) found.push(node.value)
        return false
      default:
        return true
    }
  })
  return found
}

/** The values of a template, without those of `class`. */
function spokenExpressions(template: Node): Node[] {
  const before = quasis(template).split(hole)
  return (template.expressions as Node[]).filter((_, index) => !/\sclass=("[^"]*)?$/.test(before[index]!))
}

function wordsInNode(source: string, { start, end }: Node): string[] {
  return wordsIn(`(${source.slice(start as number, end as number)})`)
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/** The example shows the library to programmers and is not part of the page; what two readers of files say goes into errors' messages; two writers of HTML quote its tags. */
const elsewhere =
  /^web\/(texts|example)\/|^web\/chat\/(conversation-file|turn-tree)\.ts$|^web\/markdown\/(math-syntax|parse-markdown)\.ts$/

const components = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' })
  .map((path) => `web/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !elsewhere.test(path))

describe('the page', () => {
  it.each(components)('%s has no words outside the catalogue', (path) => {
    expect(wordsIn(readFileSync(join(root, path), 'utf8'))).toEqual([])
  })

  it('says the same without scripts in every language', () => {
    const page = readFileSync(join(root, 'index.html'), 'utf8')
    const said = /<noscript>([\s\S]*)<\/noscript>/.exec(page)?.[1] ?? ''
    expect([...said.matchAll(/lang="(\w+)"/g)].map(([, language]) => language)).toEqual(['en', 'de'])
  })
})

describe('the finder of words', () => {
  it.each([
    ['a text node', 'html`<p>Ready</p>`', ['Ready']],
    ['a text node beside a value', 'html`<p>${n} devices</p>`', ['devices']],
    ['a label', 'html`<button aria-label="Send">${icon}</button>`', ['Send']],
    ['an attribute of a component', 'html`<hr-notice .error=${e} heading="Too bad"></hr-notice>`', ['Too bad']],
    ['a template in a template', 'html`<p>${ok ? html`<b>Fine</b>` : null}</p>`', ['Fine']],
    ['words chosen by a condition', "html`<p>${ok ? 'Loading…' : ''}</p>`", ['Loading…']],
    ['one word chosen by a condition', "html`<p>${ok ? 'Chat' : ''}</p>`", ['Chat']],
    ['a constant', "const words = 'Not measured.'", ['Not measured.']],
    ['a template string', 'const title = `Room of ${n}`', ['Room of ']],
  ])('sees %s', (_, source, found) => expect(wordsIn(source)).toEqual(found))

  it.each([
    [
      'values, tags, classes and ids',
      'html`<p class="small muted" data-testid="own-share" @click=${this.act}>${words.x} · ${y}</p>`',
    ],
    ['classes by a condition', "html`<p class=${busy ? 'small muted' : 'visually-hidden'}>${words.x}</p>`"],
    ['styles', 'const styles = css`:host { display: grid; }`'],
    ['what programs compare', "if (event.key === 'Escape' || kind === 'loading') go('hr-command')"],
    ['imports', "import 'some thing'\nexport { a } from 'Another'"],
    [
      'the console and errors of programmers',
      "console.warn('It broke here.', e)\nthrow new Error('No such part.')\nthrow new HeadroomError('bad-input', `It has ${n} parts.`)",
    ],
    ['a name', 'html`<b>Headroom</b>`'],
  ])('takes %s for no words', (_, source) => expect(wordsIn(source)).toEqual([]))
})
