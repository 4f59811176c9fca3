import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { needsBuild, sourceStamp } from '../../../tools/ensure-built.ts'

function builtProject() {
  const root = mkdtempSync(join(tmpdir(), 'headroom-built-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const path of ['src/base', 'src/compute/wasm/build', 'web', 'dist/web'])
    mkdirSync(join(root, path), { recursive: true })
  writeFileSync(join(root, 'src/base/one.ts'), 'export const one = 1')
  writeFileSync(join(root, 'web/page.ts'), 'one')
  writeFileSync(join(root, 'index.html'), '<p>')
  writeFileSync(join(root, 'dist/web/index.html'), '<p>')
  writeFileSync(join(root, 'dist/built-from'), sourceStamp(root))
  return root
}

test('a page built from these sources is not built again, whatever their times say', () => {
  const root = builtProject()
  utimesSync(join(root, 'src/base/one.ts'), new Date(), new Date())
  writeFileSync(join(root, 'src/compute/wasm/build/kernels.wasm'), 'made by the build')
  writeFileSync(join(root, 'README.md'), 'no source')
  expect(needsBuild(root)).toBe(false)
})

test.each([
  ['a changed source', (root: string) => writeFileSync(join(root, 'src/base/one.ts'), 'export const one = 2')],
  ['a new source', (root: string) => writeFileSync(join(root, 'web/other.ts'), '')],
  ['a source that is gone', (root: string) => rmSync(join(root, 'web/page.ts'))],
  ['another lock file', (root: string) => writeFileSync(join(root, 'package-lock.json'), '{}')],
  ['a missing page', (root: string) => rmSync(join(root, 'dist/web/index.html'))],
  ['a missing stamp', (root: string) => rmSync(join(root, 'dist/built-from'))],
])('%s makes a build due', (_name, change) => {
  const root = builtProject()
  change(root)
  expect(needsBuild(root)).toBe(true)
})

test('text moved from one file into the next is a change', () => {
  const root = builtProject()
  const before = sourceStamp(root)
  writeFileSync(join(root, 'src/base/one.ts'), 'export const one = ')
  writeFileSync(join(root, 'web/page.ts'), '1one')
  expect(sourceStamp(root)).not.toBe(before)
})
