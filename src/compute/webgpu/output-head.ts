import type { GpuSession } from './gpu-session.ts'
import { matmul } from './kernels/matmul.ts'
import { inputStride } from './shard-weights.ts'
import type { GpuArray } from './tfjs-device.ts'
import type { WeightMatrix } from './weight-matrix.ts'

/** Logits brought back at a time. */
const BATCH_BYTES = 8 * 2 ** 20

/**
 * Logits of my vocabulary rows for the `rows` of `normed` [T, 32 * blocks] wanted, in their order. Neighbouring rows share a product
 * and a readback, up to 8 MiB.
 */
export async function* headLogits(
  gpu: GpuSession,
  head: WeightMatrix,
  normed: GpuArray,
  rows: readonly number[],
): AsyncGenerator<{ row: number; logits: Float32Array }> {
  const vocabulary = head.rowCount
  const runs = consecutive(rows, Math.max(1, Math.floor(BATCH_BYTES / (vocabulary * 4))))
  const longest = Math.max(0, ...runs.map((run) => run.length))
  const output = gpu.allocate(longest * vocabulary * 4, 'float32')
  try {
    for (const run of runs) {
      matmul(gpu, head, {
        tokenCount: run.length,
        input: normed,
        inputOffset: run[0]! * inputStride(head),
        output,
        outputOffset: 0,
        outputStride: vocabulary,
      })
      const logits = await gpu.read(output, 0, run.length * vocabulary)
      for (const [i, row] of run.entries()) yield { row, logits: logits.subarray(i * vocabulary, (i + 1) * vocabulary) }
    }
  } finally {
    gpu.free(output)
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
