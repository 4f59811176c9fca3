import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { CONTROL_BYTES, FAILED_ADDRESS, FIELDS } from '../../../../src/compute/wasm/structures.ts'
import { buildKernels } from '../../../../tools/build-kernels.ts'
import { kernelSuite } from './kernel-suite.ts'

beforeAll(async () => {
  await buildKernels()
}, 60_000)

// Relaxed SIMD is tested in Chromium: Node 20 computes its dot product wrongly.
describe('kernels, plain SIMD', () => {
  kernelSuite('plain')
})

const assembly = (file: string) =>
  readFileSync(new URL(`../../../../src/compute/wasm/assembly/${file}.ts`, import.meta.url), 'utf8')

test('the records are written in the order in which the kernels declare them', () => {
  const source = assembly('structures')
  for (const [name, fields] of Object.entries(FIELDS)) {
    const body = new RegExp(`class ${name} \\{([^}]*)\\}`).exec(source)?.[1] ?? ''
    expect([...body.matchAll(/^ {2}(\w+): \w+$/gm)].map(([, field]) => field)).toEqual(fields)
  }
})

test('the words of the thread control lie where the kernels have them', () => {
  const source = assembly('threads')
  expect(source).toContain(`CONTROL_BYTES: usize = ${CONTROL_BYTES}`)
  expect(source).toContain(`FAILED: usize = ${FAILED_ADDRESS} `)
})
