// Cache and attention kernels against the reference's, which keep a token's heads side by side instead.
import { describe, expect, test } from 'vitest'
import { type Range, rangeLength } from '../../../src/base/ranges.ts'
import { attend as attendTwin } from '../../../src/compute/reference/attention.ts'
import { KeyValueCache } from '../../../src/compute/reference/key-value-cache.ts'
import { normalize, rotate } from '../../../src/compute/reference/operations.ts'
import { appendKeysAndValues } from '../../../src/compute/webgpu/kernels/append-keys-and-values.ts'
import { attend } from '../../../src/compute/webgpu/kernels/attend.ts'
import type { AttentionShape } from '../../../src/compute/webgpu/kernels/attention-shape.ts'
import { lanesName } from '../../../src/compute/webgpu/kernels/reduce.ts'
import { ropeAngles } from '../../../src/compute/webgpu/kernels/rotate.ts'
import type { Rope } from '../../../src/model/config.ts'
import { ropeFrequencies } from '../../../src/model/rope.ts'
import { seededRandom } from '../../support/random.ts'
import { tinyConfig } from '../../support/tiny-model.ts'
import { expectClose, gpuRig, pathsOfKernel, randomFloats, spread } from './webgpu-rig.ts'

const [queryHeads, kvHeads] = [5, 3]
const slice = { queryHeads: { start: 3, end: 8 }, kvHeads: { start: 1, end: 4 } }

interface Case {
  headSize: number
  rope?: [layout: Rope['layout'], rotatedSize: number]
  /** Tokens of each step, one after the other. */
  steps: number[]
  /** Query and key heads are normed. */
  normed?: boolean
  window?: number
  capacity?: number
  /** Heads of each piece of the cache. */
  pieces?: Range[]
  /** For models that see all: by token. */
  mask?: (token: number) => number
}

/** Several steps over one cache; every step's result is compared. */
async function compare(
  rig: ReturnType<typeof gpuRig>,
  { headSize, rope: turn, steps, normed, window, capacity = 512, mask, pieces = [{ start: 0, end: kvHeads }] }: Case,
): Promise<void> {
  const rope: Rope | null = turn
    ? { kind: 'rope', theta: 10000, layout: turn[0], rotatedSize: turn[1], scaling: { kind: 'none' } }
    : null
  const shape: AttentionShape = {
    headSize,
    rope,
    headNormEpsilon: normed ? 1e-6 : null,
    capacity,
    window: window ?? null,
    causal: mask === undefined,
    queryHeads,
    kvHeads,
    firstQueryHead: slice.queryHeads.start,
    firstKvHead: slice.kvHeads.start,
    queryHeadsPerKvHead: 2,
  }
  const config = tinyConfig({
    headCount: 8,
    kvHeadCount: 4,
    headSize,
    attentionWindow: shape.window,
    causal: shape.causal,
  })
  const random = seededRandom(headSize)
  const width = (queryHeads + 2 * kvHeads) * headSize
  const frequencies = rope ? ropeFrequencies(rope, null) : new Float32Array(0)
  const cache = pieces.map((piece) => ({
    array: rig.floats(new Float32Array(2 * rangeLength(piece) * capacity * headSize)),
    kvHeads: piece,
  }))
  const held = new KeyValueCache(kvHeads * headSize, capacity)
  const gains = [randomFloats(headSize, random), randomFloats(headSize, random)] as const
  const headGains = normed ? rig.floats(Float32Array.from([...gains[0], ...gains[1]])) : null
  let pastLength = 0
  for (const tokens of steps) {
    const projected = randomFloats(tokens * width, random)
    const positions = Array.from({ length: tokens }, (_, i) => pastLength + i)
    const shown = positions.map((_, i) => mask?.(i) ?? 1)
    const buffers = {
      projected: rig.floats(projected),
      headGains,
      angles: rig.floats(ropeAngles(positions, frequencies)),
      mask: rig.floats(Float32Array.from(shown)),
    }
    const stride = queryHeads * headSize + 37
    const output = { array: rig.floats(new Float32Array(tokens * stride).fill(9)), offset: 5, stride }
    for (const piece of cache) {
      appendKeysAndValues(rig.gpu, shape, { ...buffers, cache: piece }, pastLength, tokens)
      attend(rig.gpu, shape, { ...buffers, cache: piece }, pastLength, tokens, output)
    }

    const part = (from: number, heads: number) =>
      Float32Array.from({ length: tokens * heads * headSize }, (_, i) => {
        const size = heads * headSize
        return projected[Math.floor(i / size) * width + from * headSize + (i % size)]!
      })
    const [query, key, value] = [part(0, queryHeads), part(queryHeads, kvHeads), part(queryHeads + kvHeads, kvHeads)]
    if (normed) normHeads(query, gains[0])
    if (normed) normHeads(key, gains[1])
    if (rope) for (const heads of [query, key]) rotate(heads, positions, headSize, rope, frequencies)
    held.append(pastLength, key, value)
    const step = {
      epoch: 1,
      step: 0,
      sequence: 0,
      pastLength,
      tokens: [],
      positions,
      mask: shown,
      rows: 'last' as const,
    }
    const expected = attendTwin(config, slice, query, held, step)
    const actual = await rig.gpu.read(output.array, 0, tokens * stride)
    expectClose(actual, spread(expected, tokens, stride, 5))
    pastLength += tokens
  }
  expect(pastLength).toBeGreaterThan(0)
}

/** In place, each by itself. */
function normHeads(heads: Float32Array, gain: Float32Array): void {
  for (let at = 0; at < heads.length; at += gain.length)
    heads.set(normalize('rms', heads.subarray(at, at + gain.length), gain, null, 1e-6), at)
}

describe.each(pathsOfKernel(lanesName))('attention, $ways,', ({ paths }) => {
  const rig = gpuRig(paths)

  test.each<Case>([
    { headSize: 2, rope: ['interleaved', 2], steps: [1, 1] },
    { headSize: 8, rope: ['interleaved', 8], steps: [63, 1, 1] },
    { headSize: 16, rope: ['half-split', 16], steps: [64, 3] },
    { headSize: 64, rope: ['half-split', 32], steps: [60, 9] },
    { headSize: 80, rope: ['interleaved', 80], steps: [130, 2] },
    { headSize: 128, rope: ['half-split', 128], steps: [5, 70] },
    { headSize: 5, steps: [70, 1] },
    { headSize: 64, steps: [3, 66] },
    { headSize: 128, rope: ['half-split', 128], steps: [66, 1], normed: true },
    { headSize: 80, rope: ['interleaved', 40], steps: [2, 1], normed: true },
    { headSize: 5, steps: [1, 3], normed: true },
  ])(
    'turns and keeps keys and mixes the values before: heads of $headSize, RoPE $rope, normed: $normed, steps of $steps',
    (given) => compare(rig, given),
  )

  test.each<Case>([
    { headSize: 16, rope: ['half-split', 16], steps: [1, 1, 1, 1], window: 1, capacity: 1 },
    { headSize: 8, rope: ['interleaved', 8], steps: [5, 5, 1, 1, 5, 2], window: 3, capacity: 7 },
    { headSize: 16, steps: [70, 1, 70, 70, 1], window: 66, capacity: 135 },
    { headSize: 32, rope: ['half-split', 32], steps: [20, 20], window: 100, capacity: 512 },
  ])('sees a window over a ring of $capacity rows: window $window, steps of $steps', (given) => compare(rig, given))

  test.each<Case>([
    { headSize: 16, steps: [1], mask: () => 1 },
    { headSize: 16, steps: [70], mask: () => 1 },
    { headSize: 32, steps: [130], mask: (token) => (token < 3 ? 1 : 0) },
    { headSize: 8, steps: [200], mask: (token) => (token < 130 ? 0 : 1) },
    { headSize: 64, rope: ['half-split', 64], steps: [66], mask: (token) => token % 3 },
  ])('sees everything that the mask shows, before and after: steps of $steps, heads of $headSize', (given) =>
    compare(rig, given),
  )

  test.each([[[1, 2, 3]], [[1, 3]], [[2, 3]]])('keeps heads in several pieces, which end at %s', (ends) => {
    const pieces = ends.map((end, i) => ({ start: ends[i - 1] ?? 0, end }))
    return compare(rig, { headSize: 16, rope: ['half-split', 16], steps: [3, 66, 1], normed: true, pieces })
  })
})
