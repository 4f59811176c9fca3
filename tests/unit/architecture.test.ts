// The import table of ARCHITECTURE.md, enforced: who may import whom.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** Folder of src/ to the folders it may import besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  base: [],
  model: ['base'],
  plan: ['base', 'model'],
  weights: ['base', 'model', 'plan'],
  compute: ['base', 'model', 'plan'],
  net: ['base'],
  collective: ['base', 'net'],
  engine: ['base', 'model', 'plan', 'compute', 'collective'],
  device: ['base', 'plan', 'compute'],
  cluster: ['base', 'model', 'plan', 'weights', 'compute', 'net', 'collective', 'engine', 'device'],
}

/** The one file of src/ that each top-level folder beside it may import. */
const doorInto: Readonly<Record<string, string>> = {
  web: 'src/index.ts',
  signaling: 'src/net/signaling-protocol.ts',
}

/** Packages that the engine never touches: it has no user interface and runs in browsers. */
const notInSrc = /^(lit|workbox-window|ws|vite)(\/|$)|^node:/

interface SourceFile {
  /** From the project's root, with slashes. */
  path: string
  text: string
}

const specifier = /['"`]([^'"`\n]+)['"`]/.source
const importForms = [
  new RegExp(`\\b(?:import|export)\\s+(?:type\\s+)?[\\w$\\s{},*]*?\\bfrom\\s*${specifier}`, 'g'),
  new RegExp(`\\bimport\\s*${specifier}`, 'g'),
  new RegExp(`\\bimport\\s*\\(\\s*${specifier}`, 'g'),
  new RegExp(`\\bnew\\s+URL\\s*\\(\\s*${specifier}\\s*,\\s*import\\.meta\\.url`, 'g'),
  new RegExp(`\\bimport\\.meta\\.glob\\w*\\s*(?:<[^>]*>)?\\(\\s*${specifier}`, 'g'),
]

/** Static, type-only, re-exported, dynamic, worker and glob imports, without Vite's query. */
function importsOf(text: string): string[] {
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => (match[1] ?? '').replace(/\?.*$/, '')))
}

/** `src/model/config.ts` is in `model`; `src/index.ts` and files outside src/ are in none. */
function srcFolderOf(path: string): string | null {
  const parts = path.split('/')
  return parts[0] === 'src' && parts.length > 2 ? (parts[1] ?? null) : null
}

function violationOf({ path }: SourceFile, imported: string): string | null {
  const top = path.split('/')[0] ?? ''
  if (!imported.startsWith('.') && !imported.startsWith('/')) {
    return top === 'src' && notInSrc.test(imported) ? `${path} imports ${imported}: the engine never does` : null
  }
  const target = imported.startsWith('/')
    ? imported.slice(1)
    : posix.normalize(posix.join(posix.dirname(path), imported))
  const door = doorInto[top]
  if (door) {
    if (target.startsWith(`${top}/`) || target === door) return null
    if (!/^(src|web|signaling|tools|tests)\//.test(target)) return null
    return `${path} imports ${target}: ${top}/ may import ${door} only`
  }
  if (path === 'src/index.ts') return target.startsWith('src/') ? null : `${path} imports ${target}: outside src/`
  const from = srcFolderOf(path)
  const to = srcFolderOf(target)
  if (from !== null && to !== null && (from === to || mayImport[from]?.includes(to))) return null
  return `${path} imports ${target}: ${from}/ may import ${mayImport[from ?? '']?.join(', ') || 'nothing'}`
}

/** One line a breach, and one for each folder that the table does not know. */
function violations(files: readonly SourceFile[]): string[] {
  const unknown = new Set<string>()
  const found: string[] = []
  for (const file of files) {
    const folder = srcFolderOf(file.path)
    if (file.path.startsWith('src/') && file.path !== 'src/index.ts' && !(folder && folder in mayImport)) {
      unknown.add(`${folder ? `src/${folder}/` : file.path} is not in the import table`)
      continue
    }
    for (const imported of importsOf(file.text)) {
      const violation = violationOf(file, imported)
      if (violation) found.push(violation)
    }
  }
  return [...unknown, ...found]
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder)).flatMap((name): SourceFile[] => {
    const path = `${folder}/${name}`
    // AssemblyScript is another language with its own imports.
    if (path === 'src/compute/wasm/assembly') return []
    if (statSync(join(root, path)).isDirectory()) return sourceFiles(path)
    return /\.(ts|mts|js|mjs)$/.test(name) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : []
  })
}

describe('the import table', () => {
  it('holds for every file of src, web and signaling', () => {
    const files = ['src', 'web', 'signaling'].flatMap(sourceFiles)
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(40)
    expect(violations(files)).toEqual([])
  })
})

describe('the checker of the import table', () => {
  const check = (path: string, text: string) => violations([{ path, text }])

  it.each([
    ['a static import', `import { a } from '../net/frame.ts'`],
    ['an import over several lines', `import {\n  a,\n  type B,\n} from "../net/frame.ts"`],
    ['a type-only import', `import type { A } from '../net/frame.ts'`],
    ['an import of everything', `import * as frame from '../net/frame.ts'`],
    ['a side effect', `import '../net/frame.ts'`],
    ['a re-export', `export { a } from '../net/frame.ts'`],
    ['a re-export of everything', `export * from '../net/frame.ts'`],
    ['a dynamic import', `const a = await import('../net/frame.ts')`],
    ['the type of an import', `type A = import('../net/frame.ts').A`],
    ['a worker', `new Worker(new URL('../net/frame.ts', import.meta.url), { type: 'module' })`],
    ["Vite's worker query", `import make from '../net/frame.ts?worker'`],
    ['a path that detours', `import { a } from './../model/../net/frame.ts'`],
  ])('sees %s', (_, text) => {
    expect(check('src/compute/x.ts', text)).toEqual([
      'src/compute/x.ts imports src/net/frame.ts: compute/ may import base, model, plan',
    ])
  })

  it('names a folder missing in the table, and a stray file', () => {
    expect(check('src/helpers/x.ts', '')).toEqual(['src/helpers/ is not in the import table'])
    expect(check('src/utils.ts', '')).toEqual(['src/utils.ts is not in the import table'])
  })

  it('lets a folder import itself and what the table says', () => {
    expect(check('src/engine/x.ts', `import '../compute/executor.ts'\nimport './y.ts'\nimport 'valibot'`)).toEqual([])
    expect(check('src/index.ts', `export * from './cluster/coordinator.ts'`)).toEqual([])
  })

  it('keeps the engine from its own door, from the page and from interface packages', () => {
    expect(check('src/engine/x.ts', `import '../index.ts'`)).toHaveLength(1)
    expect(check('src/index.ts', `import '../web/main.ts'`)).toHaveLength(1)
    expect(check('src/engine/x.ts', `import { html } from 'lit'\nimport 'node:fs'`)).toHaveLength(2)
  })

  it('gives web and signaling one door each', () => {
    expect(check('web/view/x.ts', `import '../../src/index.ts'\nimport './y.ts'\nimport 'lit'`)).toEqual([])
    expect(check('web/x.ts', `import type { Range } from '../src/base/ranges.ts'`)).toHaveLength(1)
    expect(check('signaling/x.ts', `import '../src/net/signaling-protocol.ts'\nimport 'node:http'`)).toEqual([])
    expect(check('signaling/x.ts', `import '../src/net/frame.ts'`)).toHaveLength(1)
    expect(check('signaling/x.ts', `import '../tools/run.mjs'`)).toHaveLength(1)
  })

  it('does not take prose for an import', () => {
    expect(
      check('src/base/x.ts', `// What to import, read from '../net/frame.ts'.\nconst from = '../net/frame.ts'`),
    ).toEqual([])
  })
})
