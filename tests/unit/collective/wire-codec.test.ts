import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts'
import type { WireFormat } from '../../../src/collective/collective.ts'
import { fromScaled, toScaled } from '../../../src/collective/scaled-half.ts'
import { createWireCodec } from '../../../src/collective/wire-codec.ts'
import { normal, seededRandom } from '../../support/random.ts'

const formats: WireFormat[] = ['f32', 'f16', 'int8']
const LIMIT = 2 ** 127
const below = Math.fround(LIMIT * (1 - 2 ** -24))

function roundTrip(format: WireFormat, values: Float32Array, width: number): Float32Array {
  const codec = createWireCodec(format)
  const into = new Float32Array(values.length).fill(Number.NaN)
  codec.decode(codec.encode(values, width, 'Rank 1'), into, width, 'Rank 1')
  return into
}

const magnitudes = (values: ArrayLike<number>) => Math.max(0, ...Array.from(values, Math.abs))

/** Rows that mix ordinary values, giants, denormals and both zeros. */
const anyRows = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 100 })).chain(([rows, width]) => {
  const value = fc.oneof(
    { weight: 4, arbitrary: fc.float({ min: -10, max: 10, noNaN: true }) },
    fc.float({ min: -below, max: below, noNaN: true }),
    fc.constantFrom(0, -0, 2 ** -149, -(2 ** -140), 24_882, 65_504, -70_000, below),
  )
  const array = fc.array(value, { minLength: rows * width, maxLength: rows * width })
  return array.map((list) => ({ width, values: Float32Array.from(list) }))
})

/** Partial sums as the default model makes them: normal values, a few giants in fixed columns. */
function partialSums(rowCount: number, width: number, seed: number): Float32Array {
  const sample = normal(seededRandom(seed))
  return Float32Array.from({ length: rowCount * width }, (_, i) => (i % width === 7 ? 24_882 : sample() * 3))
}

describe('f32 on the wire', () => {
  it('keeps every bit', () => {
    fc.assert(
      fc.property(anyRows, ({ values, width }) => {
        expect(new Uint32Array(roundTrip('f32', values, width).buffer)).toEqual(new Uint32Array(values.buffer))
      }),
      { seed: 1 },
    )
  })
})

describe('f16 on the wire', () => {
  it('scales by exact powers of two', () => {
    for (const [exponent, scale] of toScaled.entries()) {
      expect(Math.log2(scale)).toBe(141 - exponent)
      expect(scale * fromScaled[exponent]!).toBe(1)
    }
  })

  it('is the nearest half of the scaled row, ties to even, for every magnitude', () => {
    fc.assert(
      fc.property(anyRows, ({ values, width }) => {
        const decoded = roundTrip('f16', values, width)
        for (let start = 0; start < values.length; start += width) {
          const largest = magnitudes(values.subarray(start, start + width))
          const exponent = Math.max(-98, Math.floor(Math.log2(largest || 1e-300)))
          const scale = 2 ** (14 - exponent)
          for (let i = start; i < start + width; i++) {
            const expected = Math.fround(halfToFloat(floatToHalf(Math.fround(values[i]! * scale))) / scale)
            expect(Object.is(decoded[i], expected), `${values[i]} became ${decoded[i]}, not ${expected}`).toBe(true)
          }
        }
      }),
      { numRuns: 300, seed: 2 },
    )
  })

  it('keeps 11 bits of what is not 2^28 times below the largest', () => {
    const values = Float32Array.from([24_882, 1.2345678, -0.0123456, 65_505, 1e6])
    const decoded = roundTrip('f16', values, values.length)
    for (const [i, value] of values.entries()) expect(Math.abs(decoded[i]! / value - 1)).toBeLessThanOrEqual(2 ** -11)
  })

  it('rounds ties to the even half', () => {
    const values = Float32Array.from([16_384, 1 + 2 ** -11, 1 + 3 * 2 ** -11])
    expect([...roundTrip('f16', values, 3)]).toEqual([16_384, 1, 1 + 2 ** -9])
  })

  it('takes two bytes a value and two a row', () => {
    expect(createWireCodec('f16').encode(partialSums(3, 576, 1), 576, 'Rank 1').byteLength).toBe(3 * (576 * 2 + 2))
  })
})

describe('8-bit blocks on the wire', () => {
  it('err by at most half a step of their block, and by a half-precision rounding in outlier blocks', () => {
    fc.assert(
      fc.property(anyRows, ({ values, width }) => {
        const decoded = roundTrip('int8', values, width)
        for (let start = 0; start < values.length; start += width) {
          const floor = magnitudes(values.subarray(start, start + width)) * 2 ** -37 + 2 ** -130
          for (let block = start; block < start + width; block += 32) {
            const end = Math.min(block + 32, start + width)
            const bound = (magnitudes(values.subarray(block, end)) / 254) * (1 + 2 ** -9) + floor
            for (let i = block; i < end; i++) expect(Math.abs(decoded[i]! - values[i]!)).toBeLessThanOrEqual(bound)
          }
        }
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  it('keep a giant from rounding its neighbours away', () => {
    const values = partialSums(1, 576, 4)
    const decoded = roundTrip('int8', values, 576)
    expect(Math.abs(decoded[7]! - 24_882)).toBeLessThanOrEqual(24_882 * 2 ** -11)
    for (let i = 8; i < 32; i++) expect(Math.abs(decoded[i]! - values[i]!)).toBeLessThan(0.01)
  })

  it('take 1 byte a value, 2 a block and a row, and 1 more a value in outlier blocks', () => {
    const bytes = createWireCodec('int8').encode(partialSums(1, 576, 5), 576, 'Rank 1')
    expect(bytes.byteLength).toBe(2 + 18 * 2 + 576 + 32)
  })

  it('keep every block where most of the row is zero', () => {
    const values = new Float32Array(576)
    values.set([1, -2, 3.5], 64)
    expect([...roundTrip('int8', values, 576).subarray(62, 69)]).toEqual([0, 0, 1, -2, 3.5, 0, 0])
  })
})

describe.each(formats)('the %s wire', (format) => {
  it('gives zeros back as zeros', () => {
    expect(roundTrip(format, new Float32Array(1152), 576).every((value) => value === 0)).toBe(true)
  })

  it('is a fixed point: what was decoded encodes to itself', () => {
    const once = roundTrip(format, partialSums(2, 576, 6), 576)
    const twice = roundTrip(format, once, 576)
    const change = Math.max(...once.map((value, i) => Math.abs(twice[i]! - value)))
    expect(change).toBeLessThanOrEqual(format === 'int8' ? 0.002 : 0)
  })

  it('decodes bytes at any address, of any number of rows, with the same codec', () => {
    const codec = createWireCodec(format)
    for (const [rows, width] of [
      [1, 576],
      [3, 64],
      [2, 172],
      [1, 576],
    ] as const) {
      const values = partialSums(rows, width, rows)
      const bytes = codec.encode(values, width, 'Rank 1')
      const shifted = new Uint8Array(bytes.byteLength + 3).subarray(3)
      shifted.set(bytes)
      const [plain, odd] = [new Float32Array(values.length), new Float32Array(values.length + 1).subarray(1)]
      codec.decode(bytes, plain, width, 'Rank 1')
      codec.decode(shifted, odd, width, 'Rank 1')
      expect([...odd]).toEqual([...plain])
    }
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, LIMIT])(
    'refuses to send %d, naming the rank',
    (value) => {
      const values = partialSums(2, 64, 7)
      values[100] = value
      expect(() => createWireCodec(format).encode(values, 64, 'Rank 3')).toThrow(
        expect.objectContaining({ code: 'internal', message: expect.stringContaining('Rank 3 computed NaN') }),
      )
    },
  )

  it('refuses every wrong size, naming the rank', () => {
    const codec = createWireCodec(format)
    const bytes = codec.encode(partialSums(1, 64, 8), 64, 'Rank 2')
    for (const wrong of [new Uint8Array(0), bytes.subarray(1), bytes.subarray(0, 3), new Uint8Array([...bytes, 0])]) {
      expect(() => codec.decode(wrong, new Float32Array(64), 64, 'Rank 2')).toThrow(
        expect.objectContaining({ code: 'peer-shape', message: expect.stringContaining('Rank 2 sent') }),
      )
    }
  })

  it('never returns a number that is not finite, whatever a peer sends', () => {
    const codec = createWireCodec(format)
    const length = codec.encode(partialSums(1, 64, 9), 64, 'Rank 2').byteLength
    const anyBytes = fc.uint8Array({ minLength: length - 40, maxLength: length + 40 })
    const exact = fc.uint8Array({ minLength: length, maxLength: length })
    fc.assert(
      fc.property(fc.oneof(anyBytes, exact, fc.constant(new Uint8Array(length).fill(255))), (bytes) => {
        const into = new Float32Array(64)
        try {
          codec.decode(bytes, into, 64, 'Rank 2')
        } catch (error) {
          expect(error).toMatchObject({ code: 'peer-shape' })
          return
        }
        expect(into.every(Number.isFinite)).toBe(true)
      }),
      { numRuns: 1000, seed: 10 },
    )
  })
})
