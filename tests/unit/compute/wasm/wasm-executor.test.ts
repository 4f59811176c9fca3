import { beforeAll, describe } from 'vitest'
import { createWasmFactory } from '../../../../src/compute/wasm/wasm-executor.ts'
import { buildKernels } from '../../../../tools/build-kernels.ts'
import { executorContract } from '../../../contracts/executor-contract.ts'

beforeAll(async () => {
  await buildKernels()
}, 60_000)

describe('wasm executor, plain SIMD', () => {
  executorContract({
    factory: createWasmFactory('plain'),
    tolerance: { f32: 2e-5, f16: 2e-5, int8: 6e-2, int4: 6e-2 },
  })
})
