import type { ModelConfig } from '../../model/config.ts'
import type { GpuSession } from './gpu-session.ts'
import type { HeadWeights } from './head-weights.ts'
import { joinNorm } from './kernels/join-norm.ts'
import { matmul } from './kernels/matmul.ts'
import { normedRows, type Rows, residualRows, streamFloats, streamIn } from './kernels/rows.ts'

/** Logits brought back at a time. */
const BATCH_BYTES = 8 * 2 ** 20

/**
 * Logits of my vocabulary rows for those `rows` of `hidden` that are wanted, in their order. Neighbouring rows share a product and a
 * readback, up to 8 MiB.
 */
export async function* headLogits(
  gpu: GpuSession,
  config: ModelConfig,
  { transform, matrix, extra }: HeadWeights,
  hidden: Rows,
  rows: readonly number[],
): AsyncGenerator<{ row: number; logits: Float32Array }> {
  const { hiddenSize, activation, norm } = config
  const vocabulary = matrix.rowCount
  const runs = consecutive(rows, Math.max(1, Math.floor(BATCH_BYTES / (vocabulary * 4))))
  const longest = Math.max(0, ...runs.map((run) => run.length))
  const output = gpu.allocate(longest * vocabulary * 4, 'float32')
  const transformed = transform && {
    stream: streamIn(gpu.allocate(streamFloats(hiddenSize, longest) * 4, 'float32'), hiddenSize, longest),
    shape: { kind: 'layer', epsilon: norm.epsilon, placement: 'pre' } as const,
  }
  try {
    for (const run of runs) {
      let input: Rows = { ...hidden, offset: run[0]! * hidden.stride }
      if (transformed) {
        const { stream, shape } = transformed
        matmul(gpu, transform.matrix, input, residualRows(stream), run.length, { activation })
        joinNorm(gpu, stream, { sum: null, bias: null, norm: transform.norm, shape }, run.length)
        input = normedRows(stream)
      }
      const target = { array: output, offset: 0, stride: vocabulary }
      matmul(gpu, matrix, input, target, run.length)
      if (extra) {
        const rest = { ...input, offset: input.offset + extra.column }
        matmul(gpu, extra.matrix, rest, target, run.length, { accumulates: true })
      }
      const logits = await gpu.read(output, 0, run.length * vocabulary)
      for (const [i, row] of run.entries()) yield { row, logits: logits.subarray(i * vocabulary, (i + 1) * vocabulary) }
    }
  } finally {
    gpu.free(output)
    if (transformed) gpu.free(transformed.stream.array)
  }
}

/** `rows` in runs of consecutive numbers, none longer than `limit`. */
function consecutive(rows: readonly number[], limit: number): number[][] {
  const runs: number[][] = []
  for (const row of rows) {
    const last = runs.at(-1)
    if (last && last.length < limit && row === last.at(-1)! + 1) last.push(row)
    else runs.push([row])
  }
  return runs
}
