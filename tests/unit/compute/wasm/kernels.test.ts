import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { instantiate, loadKernels } from '../../../../src/compute/wasm/kernels.ts'
import {
  ATTENTION_BLOCK,
  ATTENTION_ROWS,
  CONTROL_BYTES,
  FAILED_ADDRESS,
  FIELDS,
} from '../../../../src/compute/wasm/structures.ts'
import { buildKernels } from '../../../../tools/build-kernels.ts'
import { attentionKernelSuite } from './kernel-attention-suite.ts'
import { matrixKernelSuite } from './kernel-matrix-suite.ts'
import { vectorKernelSuite } from './kernel-vector-suite.ts'

beforeAll(async () => {
  await buildKernels()
})

// Relaxed SIMD is tested in Chromium: Node 20 computes its dot product wrongly.
describe('kernels, plain SIMD', () => {
  matrixKernelSuite('plain')
  vectorKernelSuite('plain')
  attentionKernelSuite('plain')
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

test('the memory plan has the sizes of attention', () => {
  const source = assembly('attention-rows')
  expect(source).toContain(`ROWS: i32 = ${ATTENTION_ROWS}\n`)
  expect(source).toContain(`BLOCK: i32 = ${ATTENTION_BLOCK}\n`)
})

test('the words of the thread control lie where the kernels have them', () => {
  const source = assembly('threads')
  expect(source).toContain(`CONTROL_BYTES: usize = ${CONTROL_BYTES}`)
  expect(source).toContain(`FAILED: usize = ${FAILED_ADDRESS} `)
})

test('a job ends with an error, not in waiting, when a helper has died', async () => {
  const { module } = await loadKernels(true, 'plain')
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  const kernels = instantiate(module, memory)
  const [emptyWorkspace, head, matrix, threads] = [1024, 2048, 4096, 2]
  const words = new Uint32Array(memory.buffer)
  words[head / 4 + FIELDS.Head.indexOf('rows')] = matrix
  words[matrix / 4 + FIELDS.Matrix.indexOf('groups')] = 100
  kernels.attach(emptyWorkspace, threads, 1, 10)
  expect(() => kernels.head(head, 0)).not.toThrow()
  Atomics.store(new Int32Array(memory.buffer), FAILED_ADDRESS / 4, 1)
  expect(() => kernels.head(head, 0)).toThrow(WebAssembly.RuntimeError)
})
