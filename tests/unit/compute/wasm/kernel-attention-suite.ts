// Attention over the KV cache against its scalar twin: tiles of tokens that share keys, in float32 and halves, rings, windows, masks.
import fc from 'fast-check'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { floatToHalf, halfToFloat } from '../../../../src/base/half.ts'
import type { SimdBuild } from '../../../../src/compute/wasm/kernels.ts'
import { ATTENTION_ROWS, attentionScratchBytes, FIELDS } from '../../../../src/compute/wasm/structures.ts'
import { floats, KernelRig } from './kernel-rig.ts'
import { attendTwin } from './kernel-twins.ts'

interface Attended {
  size: number
  /** Query heads that share the keys. */
  heads: number
  tokens: number
  /** Positions before the tile. */
  past: number
  chunk: number
  /** 0: all. */
  window: number
  causal: boolean
  halves: boolean
  seed: number
}

const drawn: fc.Arbitrary<Attended> = fc.record({
  size: fc.integer({ min: 1, max: 80 }),
  heads: fc.integer({ min: 1, max: 5 }),
  tokens: fc.integer({ min: 1, max: 9 }),
  past: fc.integer({ min: 0, max: 300 }),
  chunk: fc.constantFrom(16, 48, 128),
  window: fc.constantFrom(0, 0, 1, 7, 100),
  causal: fc.boolean(),
  halves: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1e6 }),
})

const plain: Attended = {
  ...{ size: 64, heads: 4, tokens: 5, past: 200, chunk: 128, window: 0, causal: true, halves: false, seed: 1 },
}

/** Registers the suite; call it inside a `describe`. */
export function attentionKernelSuite(simd: SimdBuild): void {
  let rig: KernelRig
  beforeAll(async () => {
    rig = await KernelRig.open(simd)
  })
  beforeEach(() => rig.clear())

  const prepare = (drawn: Attended) => {
    const { size, tokens, heads, chunk, halves, seed } = drawn
    const causal = drawn.causal || drawn.window > 0
    const [past, window] = [causal ? drawn.past : 0, drawn.window]
    const end = causal ? past + tokens : drawn.past + tokens
    const capacity = window > 0 ? Math.min(end, window + tokens - 1) : end
    const stride = Math.ceil(size / 8) * 8
    const headBytes = 2 * chunk * stride * (halves ? 2 : 4)
    // What was never written is NaN, or the largest halves there are.
    const cache = rig.put(new Uint8Array(Math.ceil(capacity / chunk) * headBytes).fill(0xff))
    const mask = Float32Array.from({ length: end }, (_, p) => (!causal && (p * seed) % 3 === 1 ? -Infinity : 0))
    rig.attach({
      ...{ headSize: size, headStride: stride, causal: causal ? 1 : 0, attentionWindow: window, capacity },
      ...{ chunkPositions: chunk, chunkBytes: headBytes, halfCache: halves ? 1 : 0, cache, mask: rig.put(mask) },
    })
    const [keys, values] = [floats(size * end, seed + 1), floats(size * end, seed + 2)]
    const padded = (all: Float32Array, row: number) => {
      const values = new Float32Array(stride)
      values.set(all.subarray(row * size, (row + 1) * size))
      return values
    }
    const row = rig.room(stride * 4)
    const write = (position: number, key: Float32Array, value: Float32Array) => {
      const at = position % capacity
      const chunkKeys = cache + Math.floor(at / chunk) * headBytes
      rig.set(row, key)
      rig.kernels.putKey(chunkKeys, at % chunk, row)
      rig.set(row, value)
      rig.kernels.putValue(chunkKeys, at % chunk, row)
    }
    for (let p = 0; p < end; p++) write(p, padded(keys, p), padded(values, p))
    const queries = floats(size * heads * tokens, seed + 3, 2)
    const query = rig.room((heads * tokens + 3) * stride * 4)
    for (let r = 0; r < heads * tokens; r++) {
      const scaled = padded(queries, r).map((v) => (halves ? v * 2 ** 112 : v))
      rig.set(query + r * stride * 4, scaled)
    }
    const scratch = rig.room(attentionScratchBytes(stride, true))
    const attend = (from: number, to: number) => {
      const kernel = halves ? rig.kernels.attendRowsF16 : rig.kernels.attendRowsF32
      kernel(query + from * stride * 4, to - from, from % tokens, tokens, past, end, cache, scratch)
      return Array.from({ length: to - from }, (_, r) => rig.floats(scratch + r * stride * 4, size))
    }
    const kept = (all: Float32Array) => (halves ? all.map((v) => halfToFloat(floatToHalf(v))) : all)
    const twin = (r: number) => {
      const last = causal ? past + (r % tokens) : end - 1
      const first = window > 0 ? Math.max(0, last - window + 1) : 0
      const seen = (all: Float32Array) => kept(all.subarray(first * size, (last + 1) * size))
      return attendTwin(
        queries.subarray(r * size, (r + 1) * size),
        seen(keys),
        seen(values),
        mask.slice(first, last + 1),
      )
    }
    return { rows: heads * tokens, write, padded, queries, keys, values, attend, twin }
  }

  test('attends like the twin: any heads, tiles, chunks, windows and rings, masked or not, in float32 and halves', () => {
    const check = (drawn: Attended) => {
      rig.clear()
      const { rows, attend, twin } = prepare(drawn)
      for (let from = 0; from < rows; from += ATTENTION_ROWS) {
        const to = Math.min(rows, from + ATTENTION_ROWS)
        // Values are of about 1, whatever is left of their mean.
        for (const [r, out] of attend(from, to).entries())
          for (const [i, value] of twin(from + r).entries()) expect(Math.abs(out[i]! - value)).toBeLessThan(3e-6)
      }
    }
    fc.assert(fc.property(drawn, check), { seed: 1, numRuns: 200 })
  })

  test('gives a query the same bits alone as beside others', () => {
    const check = (drawn: Attended) => {
      rig.clear()
      const { rows, attend } = prepare(drawn)
      const together = attend(0, Math.min(rows, ATTENTION_ROWS))
      for (const [r, out] of together.entries()) expect(attend(r, r + 1)[0]).toEqual(out)
    }
    fc.assert(fc.property(drawn, check), { seed: 2, numRuns: 50 })
  })

  test.each([
    ['a NaN among the keys', Number.NaN, true],
    ['a NaN among the values', Number.NaN, false],
    ['an infinity among the values', Number.POSITIVE_INFINITY, false],
  ])('shows %s to the queries that see it', (_, poison, isKey) => {
    const { write, padded, keys, values, attend } = prepare({ ...plain, heads: 1, past: 70 })
    const [key, value] = [padded(keys, 72), padded(values, 72)]
    const poisoned = isKey ? key : value
    poisoned[3] = poison
    write(72, key, value)
    for (let token = 0; token < 5; token++) expect(attend(token, token + 1)[0]!.every(Number.isFinite)).toBe(token < 2)
  })

  test('weighs the value of a key far above all others alone, and of one far below not at all', () => {
    const { write, padded, queries, values, attend } = prepare({ ...plain, heads: 1, tokens: 1, past: 150 })
    const scaled = (factor: number) => padded(queries, 0).map((v) => v * factor)
    const value = padded(values, 40)
    write(40, scaled(1e6), value)
    expect(attend(0, 1)[0]).toEqual(value)
    write(40, scaled(-1e6), value)
    const without = attend(0, 1)
    write(
      40,
      scaled(-1e6),
      value.map((v) => v * 1e9),
    )
    expect(attend(0, 1)).toEqual(without)
    expect(without[0]!.every(Number.isFinite)).toBe(true)
  })

  test('keeps halves as IEEE 754 rounds them, denormals and the largest too', () => {
    const edges = [0, -0, 65504, -65519.996, 6.1e-5, 5.96e-8, 2.98e-8, -1e-9, 1.00048828125, 1.0014648]
    const numbers = Float32Array.of(...edges, ...floats(200, 9, 1e-5), ...floats(205, 10, 300)).subarray(0, 416)
    const workspace = rig.attach({ headSize: 416, headStride: 416, chunkPositions: 16, halfCache: 1 })
    const keys = rig.room(2 * 16 * 416 * 2)
    rig.kernels.putValue(keys, 0, rig.put(numbers))
    const halves = new Uint16Array(rig.bytes(keys + 16 * 416 * 2, 16 * 416 * 2).buffer)
    for (const [i, number] of numbers.entries())
      expect(halves[(i >> 2) * 64 + (i & 3)], String(number)).toBe(floatToHalf(number))
    expect(rig.words(workspace)[FIELDS.Workspace.indexOf('overflow')]).toBe(0)
  })

  test.each([65520, -1e9, Number.POSITIVE_INFINITY, Number.NaN])('says that %d is no half', (beyond) => {
    for (const put of ['putKey', 'putValue'] as const) {
      const workspace = rig.attach({ headSize: 8, headStride: 8, chunkPositions: 16, halfCache: 1 })
      rig.kernels[put](rig.room(2 * 16 * 8 * 2), 3, rig.put(Float32Array.of(1, 2, 3, 4, 5, beyond, 7, 8)))
      expect(rig.words(workspace)[FIELDS.Workspace.indexOf('overflow')]).toBe(1)
    }
  })
}
