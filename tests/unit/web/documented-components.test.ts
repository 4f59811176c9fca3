// Every component says what each of its properties is for and which events it fires. A parser finds both; the comment right before is of them.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ESTree, parseSync, Visitor } from 'vite'
import { describe, expect, it } from 'vitest'

/** Classes of events that have their name from themselves. */
const ownEvents: Readonly<Record<string, string>> = { CommandEvent: 'hr-command', EditedEvent: 'hr-edited' }

interface Span {
  start: number
}

/** The properties of `source` without a comment, and the events it fires without naming them after `@fires`. */
function undocumentedIn(source: string): string[] {
  const { program, comments } = parseSync('component.ts', source)
  const commentBefore = (...spans: readonly Span[]) => {
    const start = Math.min(...spans.map((span) => span.start))
    return comments.find(
      ({ value, end }) => value.startsWith('*') && /^\s*$/.test(source.slice(end, start)) && end <= start,
    )
  }
  const missing: string[] = []
  let fires = ''
  const enter = (node: ESTree.Class, ...around: readonly Span[]) => {
    fires = commentBefore(node, ...node.decorators, ...around)?.value ?? ''
  }
  new Visitor({
    ExportNamedDeclaration(node) {
      if (node.declaration?.type === 'ClassDeclaration') enter(node.declaration, node)
    },
    PropertyDefinition(node) {
      const isProperty = node.decorators.some(({ start, end }) => /^@property\b/.test(source.slice(start, end)))
      if (isProperty && !commentBefore(node, ...node.decorators) && node.key.type === 'Identifier')
        missing.push(node.key.name)
    },
    CallExpression({ callee, arguments: [event] }) {
      if (callee.type !== 'MemberExpression' || callee.object.type !== 'ThisExpression') return
      if (callee.property.type !== 'Identifier' || callee.property.name !== 'dispatchEvent') return
      const name = event?.type === 'NewExpression' ? nameOf(event) : 'an event without a name'
      if (!new RegExp(`@fires ${name}(?![\\w-])`).test(fires)) missing.push(name)
    },
  }).visit(program)
  return missing
}

function nameOf({ callee, arguments: [first] }: ESTree.NewExpression): string {
  const ofClass = callee.type === 'Identifier' ? ownEvents[callee.name] : undefined
  const given = first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined
  return ofClass ?? given ?? 'an event without a name'
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')

const components = readdirSync(join(root, 'web'), { recursive: true, encoding: 'utf8' })
  .map((path) => `web/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\/hr-[\w-]+\.ts$/.test(path))

describe('the components', () => {
  it.each(components)('%s says what its properties are for and what it fires', (path) => {
    expect(undocumentedIn(readFileSync(join(root, path), 'utf8'))).toEqual([])
  })
})

describe('the finder of what is undocumented', () => {
  const component = (head: string, property: string, body = '') =>
    `// A file.\nimport 'a'\n\n${head}@customElement('hr-a')\nexport class HrA extends LitElement {\n${property}  b = 1\n${body}}\n`

  it.each([
    ['a property without a comment', component('', '  /** Of a. */\n  a = 0\n  @property()'), ['b']],
    ['a property after a plain comment', component('', '  // Aside.\n  @property()'), ['b']],
    ['an event without a comment', component('', '', "c() { this.dispatchEvent(new Event('hr-c')) }\n"), ['hr-c']],
    [
      'an event beside another',
      component('/** @fires hr-c-d when */\n', '', "c() { this.dispatchEvent(new Event('hr-c')) }\n"),
      ['hr-c'],
    ],
    ['a command', component('', '', 'c() { this.dispatchEvent(new CommandEvent(c)) }\n'), ['hr-command']],
    ['an event from elsewhere', component('', '', 'c(e) { this.dispatchEvent(e) }\n'), ['an event without a name']],
  ])('sees %s', (_, source, found) => expect(undocumentedIn(source)).toEqual(found))

  it('takes what is documented as it is', () => {
    const fire = "c() { this.dispatchEvent(new Event('hr-c')); this.dispatchEvent(new CommandEvent(c)) }\n"
    const head = '/**\n * Words.\n * @fires hr-c when\n * @fires hr-command `a`\n */\n'
    expect(undocumentedIn(component(head, '  /** Of b. */\n  @property({ attribute: false })', fire))).toEqual([])
  })
})
