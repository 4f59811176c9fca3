import { beforeAll, describe } from 'vitest'
import { buildKernels } from '../../../../tools/build-kernels.ts'
import { summaryKernelSuite } from './kernel-summary-suite.ts'

beforeAll(async () => {
  await buildKernels()
})

describe('summaries of logits, plain SIMD', () => summaryKernelSuite('plain'))
