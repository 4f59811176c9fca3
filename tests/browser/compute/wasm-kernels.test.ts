import { describe } from 'vitest'
import { kernelSuite } from '../../unit/compute/wasm/kernel-suite.ts'

describe('kernels, relaxed SIMD', () => {
  kernelSuite('relaxed')
})
