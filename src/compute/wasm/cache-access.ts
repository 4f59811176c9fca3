// Keys and values on their way into the interleaved chunks of WASM memory and out of them (assembly/key-value-cache.ts has the layout).
import { floatToHalf, halfToFloat } from '../../base/half.ts'
import { rangeLength } from '../../base/ranges.ts'
import { type CacheRun, cacheRuns, movedCount, requireHeld } from '../cache-runs.ts'
import type { CachedPositions } from '../cached-positions.ts'
import type { CacheAccess, ExecutorSetup } from '../executor.ts'
import type { HeldStep } from './held-step.ts'
import type { MemoryLayout } from './memory-layout.ts'
import { requireFinite } from './tiles.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** What comes from a cache in float32 is rounded to halves where this one holds halves. */
export function cacheAccess(
  { config, shard }: ExecutorSetup,
  layout: MemoryLayout,
  memory: WasmMemory,
  held: CachedPositions,
  step: HeldStep,
): CacheAccess {
  return {
    async read(positions) {
      requireHeld(held, positions)
      const moved = new Float32Array(movedCount(config, shard, rangeLength(positions)))
      const cells = cacheCells(memory, layout)
      for (const run of cacheRuns(config, shard, positions))
        eachNumber(layout, run, config.headSize, (cell, at) => {
          moved[at] = cells.get(cell)
        })
      return moved
    },
    write(positions, values) {
      step.release()
      memory.reserve(Math.min(positions.end, layout.workspace.capacity))
      const cells = cacheCells(memory, layout)
      let finite = true
      for (const run of cacheRuns(config, shard, positions))
        eachNumber(layout, run, config.headSize, (cell, at) => {
          if (!cells.set(cell, values[at]!)) finite = false
        })
      requireFinite(finite, positions.start)
      held.receive(positions)
    },
  }
}

/** The cache as one array of numbers; `set` is false for a number that it cannot hold. */
function cacheCells(memory: WasmMemory, { workspace: { cache, halfCache } }: MemoryLayout) {
  if (halfCache) {
    const halves = new Uint16Array(memory.buffer, cache)
    return {
      get: (cell: number) => halfToFloat(halves[cell]!),
      set(cell: number, number: number) {
        const half = floatToHalf(number)
        halves[cell] = half
        return (half & 0x7c00) !== 0x7c00
      },
    }
  }
  const floats = new Float32Array(memory.buffer, cache)
  return {
    get: (cell: number) => floats[cell]!,
    set(cell: number, number: number) {
      floats[cell] = number
      return Number.isFinite(number)
    },
  }
}

/** Calls `move` with every number's cell in the cache and its index among those moved. */
function eachNumber(
  { workspace, cacheOffsets }: MemoryLayout,
  { sublayer, values, kvHead, firstRow, rowCount, at }: CacheRun,
  headSize: number,
  move: (cell: number, at: number) => void,
): void {
  const { chunkPositions, chunkBytes, headStride, halfCache } = workspace
  const partCells = chunkPositions * headStride
  for (let i = 0; i < rowCount; i++) {
    const chunk = Math.floor((firstRow + i) / chunkPositions)
    const row = (firstRow + i) % chunkPositions
    const sublayerCell = (chunk * chunkBytes + cacheOffsets[sublayer]!) / (halfCache ? 2 : 4)
    const part = sublayerCell + (2 * kvHead + (values ? 1 : 0)) * partCells
    for (let d = 0; d < headSize; d++) {
      const inPart = values
        ? ((d >> 2) * chunkPositions + row) * 4 + (d & 3)
        : ((row >> 2) * headStride + d) * 4 + (row & 3)
      move(part + inPart, at + i * headSize + d)
    }
  }
}
