import { describe } from 'vitest'
import { summaryKernelSuite } from '../../unit/compute/wasm/kernel-summary-suite.ts'

describe('summaries of logits, relaxed SIMD', () => summaryKernelSuite('relaxed'))
