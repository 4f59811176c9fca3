// Colours in code. The library and each language come when a block in that language does; unknown languages stay plain.
import type { HLJSApi, LanguageFn } from 'highlight.js'

type LanguageName = keyof typeof languages

const languages = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  go: () => import('highlight.js/lib/languages/go'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
} satisfies Record<string, () => Promise<{ default: LanguageFn }>>

const otherNames: Readonly<Record<string, LanguageName>> = {
  'c#': 'csharp',
  'c++': 'cpp',
  cs: 'csharp',
  html: 'xml',
  js: 'javascript',
  jsx: 'javascript',
  kt: 'kotlin',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  svg: 'xml',
  ts: 'typescript',
  tsx: 'typescript',
  yml: 'yaml',
}

/** Longer code stays plain: colouring it would hold the page up. */
const maxLength = 100_000

let library: HLJSApi | null = null

/** HTML of `code` with its colours; null where they are not to be had. Rejects when the library cannot be fetched. */
export async function highlighted(code: string, language: string): Promise<string | null> {
  const name = languageName(language)
  if (name === null || code.length > maxLength) return null
  library ??= (await import('highlight.js/lib/core')).default
  if (!library.getLanguage(name)) library.registerLanguage(name, (await languages[name]()).default)
  return library.highlight(code, { language: name }).value
}

function languageName(language: string): LanguageName | null {
  const name = language.toLowerCase()
  return Object.hasOwn(languages, name) ? (name as LanguageName) : (otherNames[name] ?? null)
}
