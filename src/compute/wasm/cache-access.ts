// Keys and values on their way into the interleaved chunks of WASM memory and out of them (assembly/key-value-cache.ts has the layout).
import { floatToHalf, halfToFloat } from '../../base/half.ts'
import { type Range, rangeLength } from '../../base/ranges.ts'
import { cacheRuns, movedCount, requireHeld } from '../cache-runs.ts'
import type { CachedPositions } from '../cached-positions.ts'
import type { CacheAccess, ExecutorSetup } from '../executor.ts'
import type { HeldStep } from './held-step.ts'
import type { MemoryLayout } from './memory-layout.ts'
import { requireFinite } from './tiles.ts'
import type { WasmMemory } from './wasm-memory.ts'

/** What comes from a cache in float32 is rounded to halves where this one holds halves. */
export function cacheAccess(
  setup: ExecutorSetup,
  layout: MemoryLayout,
  memory: WasmMemory,
  held: CachedPositions,
  step: HeldStep,
): CacheAccess {
  const { headSize } = setup.config
  const { cache, halfCache, capacity } = layout.workspace
  /** The whole cache; it moves when it grows. */
  const cells = () => (halfCache ? new Uint16Array(memory.buffer, cache) : new Float32Array(memory.buffer, cache))
  return {
    async read(positions) {
      requireHeld(held, positions)
      const numbers = new Float32Array(movedCount(setup.config, setup.shard, rangeLength(positions)))
      const from = cells()
      for (const { first, places, at } of cacheRows(setup, layout, positions))
        for (let d = 0; d < headSize; d++) {
          const number = from[first + places[d]!]!
          numbers[at + d] = halfCache ? halfToFloat(number) : number
        }
      return numbers
    },
    write(positions, numbers) {
      step.release()
      memory.reserve(Math.min(positions.end, capacity))
      const to = cells()
      for (const { first, places, at } of cacheRows(setup, layout, positions))
        for (let d = 0; d < headSize; d++) {
          const number = numbers[at + d]!
          requireFinite(Math.abs(number) < (halfCache ? 65_520 : Infinity), positions.start)
          to[first + places[d]!] = halfCache ? floatToHalf(number) : number
        }
      held.receive(positions)
    },
  }
}

/** A key or value: the first of its numbers among the cache's, where its others are from there, and the first among those moved. */
interface CacheRow {
  first: number
  places: Int32Array
  at: number
}

function* cacheRows(
  { config, shard }: ExecutorSetup,
  { workspace, cacheOffsets }: MemoryLayout,
  positions: Range,
): Generator<CacheRow> {
  const { headSize } = config
  const { chunkPositions, chunkBytes, headStride, halfCache } = workspace
  const numberBytes = halfCache ? 2 : 4
  const keyPlaces = Int32Array.from({ length: headSize }, (_, d) => 4 * d)
  const valuePlaces = Int32Array.from({ length: headSize }, (_, d) => (d >> 2) * 4 * chunkPositions + (d & 3))
  for (const { sublayer, values, kvHead, firstRow, rowCount, at } of cacheRuns(config, shard, positions))
    for (let i = 0; i < rowCount; i++) {
      const row = (firstRow + i) % chunkPositions
      const chunk = Math.floor((firstRow + i) / chunkPositions)
      const ofSublayer = (chunk * chunkBytes + cacheOffsets[sublayer]!) / numberBytes
      const part = ofSublayer + (2 * kvHead + (values ? 1 : 0)) * chunkPositions * headStride
      yield values
        ? { first: part + 4 * row, places: valuePlaces, at: at + i * headSize }
        : { first: part + (row >> 2) * 4 * headStride + (row & 3), places: keyPlaces, at: at + i * headSize }
    }
}
