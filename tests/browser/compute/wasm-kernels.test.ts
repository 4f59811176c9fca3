import { describe } from 'vitest'
import { attentionKernelSuite } from '../../unit/compute/wasm/kernel-attention-suite.ts'
import { matrixKernelSuite } from '../../unit/compute/wasm/kernel-matrix-suite.ts'
import { vectorKernelSuite } from '../../unit/compute/wasm/kernel-vector-suite.ts'

describe('kernels, relaxed SIMD', () => {
  matrixKernelSuite('relaxed')
  vectorKernelSuite('relaxed')
  attentionKernelSuite('relaxed')
})
