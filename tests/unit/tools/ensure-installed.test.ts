import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectRoot } from '../../../tools/ensure-built.ts'
import { nodeTooOld, whyInstall } from '../../../tools/ensure-installed.mjs'

interface Package {
  version: string
  integrity?: string
  optional?: boolean
}

async function project(wanted: Record<string, Package>, installed?: Record<string, Package>) {
  const root = await mkdtemp(join(tmpdir(), 'headroom-install-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const dependencies = Object.fromEntries(
    Object.entries(wanted)
      .filter(([, { optional }]) => !optional)
      .map(([path, { version }]) => [path.replace('node_modules/', ''), version]),
  )
  const lock = { packages: { '': { dependencies }, ...wanted } }
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock))
  if (installed !== undefined) {
    for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true })
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }))
  }
  return root
}

const ws = { 'node_modules/ws': { version: '8.0.0', integrity: 'sha512-a' } }

test('what is installed as locked is left alone', async () => {
  expect(whyInstall(await project(ws, ws))).toBeUndefined()
  expect(whyInstall(projectRoot)).toBeUndefined()
})

test('a fresh clone, a missing package, another version or other bytes are reasons to install', async () => {
  expect(whyInstall(await project(ws))).toBe('nothing is installed yet')
  const more = { ...ws, 'node_modules/lit': { version: '3.0.0' } }
  expect(whyInstall(await project(more, ws))).toBe('node_modules/lit is missing')
  const newer = { 'node_modules/ws': { version: '8.1.0', integrity: 'sha512-a' } }
  expect(whyInstall(await project(newer, ws))).toBe('node_modules/ws is not version 8.1.0')
  const other = { 'node_modules/ws': { version: '8.0.0', integrity: 'sha512-b' } }
  expect(whyInstall(await project(other, ws))).toBe('node_modules/ws is not version 8.0.0')
})

test('a folder deleted by hand is a reason; a package for another system is none', async () => {
  const root = await project(ws, ws)
  rmSync(join(root, 'node_modules', 'ws'), { recursive: true })
  expect(whyInstall(root)).toBe('node_modules/ws is gone')
  const withOptional = { ...ws, 'node_modules/fsevents': { version: '2.0.0', optional: true } }
  expect(whyInstall(await project(withOptional, ws))).toBeUndefined()
})

test('Node older than 20.19 is named with the version that is needed', () => {
  for (const version of ['18.20.4', '20.18.1', '16.0.0']) expect(nodeTooOld(version)).toContain(`this is ${version}`)
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) expect(nodeTooOld(version)).toBeUndefined()
})

test('a tool run on a clone has stdout, arguments and exit code to itself', async () => {
  const root = await mkdtemp(join(tmpdir(), 'headroom-run-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const tool = join(root, 'tool.mts')
  writeFileSync(tool, 'const words: string[] = process.argv.slice(2)\nconsole.log(words.join())\nprocess.exit(7)\n')
  const { stdout, status } = spawnSync(process.execPath, ['tools/run.mjs', 'A tool', tool, 'one', '--two'], {
    cwd: projectRoot,
  })
  expect([stdout.toString(), status]).toEqual(['one,--two\n', 7])
})
