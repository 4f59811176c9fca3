import { describe, expect, test } from 'vitest'
import { loadKernels } from '../../../src/compute/wasm/kernels.ts'
import { createWasmFactory } from '../../../src/compute/wasm/wasm-executor.ts'
import { executorContract } from '../../contracts/executor-contract.ts'

// The rounding of activations to int8 is most of the difference: the reference does not round them.
const tolerance = { f32: 2e-5, f16: 2e-5, int8: 6e-2, int4: 6e-2 }

test('Chromium gets the relaxed build, with and without threads', async () => {
  expect((await loadKernels(false)).simd).toBe('relaxed')
  expect(await loadKernels(true)).toMatchObject({ simd: 'relaxed', shared: true })
})

describe('wasm executor, relaxed SIMD', () => {
  executorContract({ factory: createWasmFactory('relaxed'), tolerance })
})

describe('wasm executor, relaxed SIMD, two threads', () => {
  executorContract({ factory: createWasmFactory('relaxed'), threads: 2, tolerance })
})

describe('wasm executor, plain SIMD, three threads', () => {
  executorContract({ factory: createWasmFactory('plain'), threads: 3, tolerance })
})
