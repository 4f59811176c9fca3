import type { ModelConfig } from '../../model/config.ts'
import type { GpuArray } from './gpu-array.ts'
import type { GpuSession } from './gpu-session.ts'
import type { HeadWeights } from './head-weights.ts'
import type { KernelRunner } from './kernel-runner.ts'
import { joinNorm } from './kernels/join-norm.ts'
import { matmul } from './kernels/matmul.ts'
import { normedRows, type Rows, residualRows, type Stream, streamFloats, streamIn } from './kernels/rows.ts'

/** Logits brought back at a time. */
const BATCH_BYTES = 8 * 2 ** 20

/** My vocabulary rows at work. Its buffers are kept from step to step, and are the session's to free. */
export interface OutputHead {
  /** The dispatches for `tokenCount` rows of `hidden`; those before may have had room for fewer. */
  record(runner: KernelRunner, hidden: Rows, tokenCount: number): void
  /** Logits for those `rows` of `hidden` that are wanted, in their order. Neighbouring rows share a product and a readback, up to 8 MiB. */
  logits(hidden: Rows, rows: readonly number[]): AsyncGenerator<{ row: number; logits: Float32Array }>
}

export function createOutputHead(
  gpu: GpuSession,
  config: ModelConfig,
  { transform, matrix, extra }: HeadWeights,
): OutputHead {
  const { hiddenSize, activation, norm } = config
  const vocabulary = matrix.rowCount
  let room: { tokenCount: number; output: GpuArray; transformed: Stream | null } | null = null

  const reserve = (tokenCount: number) => {
    if (room && room.tokenCount >= tokenCount) return room
    if (room) gpu.free(room.output)
    if (room?.transformed) gpu.free(room.transformed.array)
    room = {
      tokenCount,
      output: gpu.allocate(tokenCount * vocabulary * 4, 'float32'),
      transformed:
        transform &&
        streamIn(gpu.allocate(streamFloats(hiddenSize, tokenCount) * 4, 'float32'), hiddenSize, tokenCount),
    }
    return room
  }

  const record = (runner: KernelRunner, hidden: Rows, tokenCount: number) => {
    const { output, transformed } = reserve(tokenCount)
    let input = hidden
    if (transform && transformed) {
      const shape = { kind: 'layer', epsilon: norm.epsilon, placement: 'pre' } as const
      matmul(runner, transform.matrix, input, residualRows(transformed), tokenCount, { activation })
      joinNorm(runner, transformed, { sum: null, bias: null, norm: transform.norm, shape }, tokenCount)
      input = normedRows(transformed)
    }
    const target = { array: output, offset: 0, stride: vocabulary }
    matmul(runner, matrix, input, target, tokenCount)
    if (!extra) return
    const rest = { ...input, offset: input.offset + extra.column }
    matmul(runner, extra.matrix, rest, target, tokenCount, { accumulates: true })
  }

  return {
    record,
    async *logits(hidden, rows) {
      const runs = consecutive(rows, Math.max(1, Math.floor(BATCH_BYTES / (vocabulary * 4))))
      reserve(Math.max(0, ...runs.map((run) => run.length)))
      for (const run of runs) {
        record(gpu, { ...hidden, offset: hidden.offset + run[0]! * hidden.stride }, run.length)
        const found = await gpu.read(reserve(run.length).output, 0, run.length * vocabulary)
        for (const [i, row] of run.entries())
          yield { row, logits: found.subarray(i * vocabulary, (i + 1) * vocabulary) }
      }
    },
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
