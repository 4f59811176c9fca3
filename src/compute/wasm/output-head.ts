// From hidden states to the logits of my vocabulary rows, a few tokens at a time.
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import { add } from '../reference/operations.ts'
import { GROUP_ROWS } from './interleave.ts'
import type { KernelExports } from './kernels.ts'
import type { HeadPart } from './shard-records.ts'
import type { RecordValues } from './structures.ts'
import { runKernel } from './tiles.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** Returns what computes the logits of at most HEAD_TILE rows of a residual stream [T, H], in arrays of their own; empty ones where I hold no vocabulary. */
export function outputHead(
  kernels: KernelExports,
  memory: WasmMemory,
  { hiddenSize, residual: input, output }: RecordValues<'Workspace'>,
  parts: readonly HeadPart[],
  { vocabulary }: Shard,
): (residual: Float32Array, rows: readonly number[]) => Float32Array[] {
  const size = isEmpty(vocabulary) ? 0 : rangeLength(vocabulary)
  const logitsOf = ({ address, groups, firstRow }: HeadPart, count: number) => {
    runKernel(() => kernels.head(address, count))
    return (token: number) => memory.floats(output + (token * groups * GROUP_ROWS + firstRow) * 4, size)
  }
  return (residual, rows) => {
    const [first, ...others] = parts
    if (!first) return rows.map(() => new Float32Array(0))
    rows.forEach((row, i) => {
      const x = residual.subarray(row * hiddenSize, (row + 1) * hiddenSize)
      memory.floats(input + i * hiddenSize * 4, hiddenSize).set(x)
    })
    const firstLogits = logitsOf(first, rows.length)
    const logits = rows.map((_, token) => firstLogits(token).slice())
    for (const part of others) {
      const more = logitsOf(part, rows.length)
      logits.forEach((own, token) => {
        add(own, more(token))
      })
    }
    return logits
  }
}
