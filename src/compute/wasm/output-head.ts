// From hidden states to the logits of my vocabulary rows, a few tokens at a time.
import { isEmpty, rangeLength } from '../../base/ranges.ts'
import type { LogitRow } from '../../model/head-summary.ts'
import type { Shard } from '../../plan/shard-plan.ts'
import { add } from '../reference/operations.ts'
import { GROUP_ROWS } from './interleave.ts'
import type { HeadPart } from './shard-records.ts'
import type { StepKernels } from './step-kernels.ts'
import { LOGIT_BLOCK, type RecordValues } from './structures.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** What `summarizeHead` takes of a row: where there is a `digest`, a view of WASM memory until the next call. */
type Logits = Omit<LogitRow, 'position'>

/** Returns what computes the logits of at most HEAD_TILE rows of a residual stream [T, H]; empty ones where I hold no vocabulary. */
export function outputHead(
  kernels: StepKernels,
  memory: WasmMemory,
  { hiddenSize, residual: input, output, logitBlocks }: RecordValues<'Workspace'>,
  parts: readonly HeadPart[],
  { vocabulary }: Shard,
): (residual: Float32Array, rows: readonly number[]) => Logits[] {
  const size = isEmpty(vocabulary) ? 0 : rangeLength(vocabulary)
  const run = ({ address, groups, firstRow }: HeadPart, count: number) => {
    kernels.head(address, count)
    return (token: number) => output + (token * groups * GROUP_ROWS + firstRow) * 4
  }
  const digest = (logits: number) => (divisor: number) => {
    kernels.summarizeLogits(logits, size, divisor)
    return { size: LOGIT_BLOCK, pairs: memory.floats(logitBlocks + 8, 2 * Math.ceil(size / LOGIT_BLOCK)) }
  }
  return (residual, rows) => {
    const [first, ...others] = parts
    if (!first) return rows.map(() => ({ logits: new Float32Array(0) }))
    for (let i = 0; i < rows.length; i++) {
      const x = residual.subarray(rows[i]! * hiddenSize, (rows[i]! + 1) * hiddenSize)
      memory.floats(input + i * hiddenSize * 4, hiddenSize).set(x)
    }
    const place = run(first, rows.length)
    if (others.length === 0)
      return rows.map((_, token) => ({ logits: memory.floats(place(token), size), digest: digest(place(token)) }))
    const logits = rows.map((_, token) => ({ logits: memory.floats(place(token), size).slice() }))
    for (const part of others) {
      const more = run(part, rows.length)
      logits.forEach((own, token) => {
        add(own.logits, memory.floats(more(token), size))
      })
    }
    return logits
  }
}
