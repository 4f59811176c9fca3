import { describe, expect, test } from 'vitest'
import { floatToHalf } from '../../../src/base/half.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { blockMatrix, columnMatrix } from '../../../tools/bench/onnx-weights.ts'
import { seededRandom } from '../../support/random.ts'

/** Random blocks; `halves` are written over the first values of each. */
function blocks(count: number, blockBytes: number, halves: (block: number) => number[]): Uint8Array {
  const random = seededRandom(7)
  const bytes = Uint8Array.from({ length: count * blockBytes }, () => Math.floor(random() * 256))
  const view = new DataView(bytes.buffer)
  for (let block = 0; block < count; block++)
    for (const [i, value] of halves(block).entries())
      view.setUint16(block * blockBytes + 2 * i, floatToHalf(value), true)
  return bytes
}

function expected(type: 'Q4_1' | 'Q8_0', bytes: Uint8Array, count: number): Float32Array {
  const out = new Float32Array(count * 32)
  dequantize(type, bytes, out)
  return out
}

describe('the ONNX weights', () => {
  test('hold the values of Q4_1 blocks, of equal values too', () => {
    const bytes = blocks(5, 20, (block) => [block === 3 ? 0 : 0.01 * (block + 1), -0.07 * (block + 1)])
    const { values, scales, zeroPoints } = blockMatrix('Q4_1', bytes)
    const wanted = expected('Q4_1', bytes, 5)
    for (let i = 0; i < wanted.length; i++) {
      const block = i >> 5
      const integer = (values[i >> 1]! >> (4 * (i & 1))) & 15
      expect(scales[block]! * (integer - zeroPoints![block]!)).toBeCloseTo(wanted[i]!, 6)
    }
  })

  test('need no zero points where the minimum is eight steps below', () => {
    expect(
      blockMatrix(
        'Q4_1',
        blocks(2, 20, () => [0.5, -4]),
      ).zeroPoints,
    ).toBeNull()
    expect(
      blockMatrix(
        'Q4_1',
        blocks(2, 20, () => [0.5, -3]),
      ).zeroPoints,
    ).not.toBeNull()
  })

  test('hold the values of Q8_0 blocks', () => {
    const bytes = blocks(4, 34, (block) => [0.01 * (block + 1)])
    const { values, scales } = blockMatrix('Q8_0', bytes)
    const wanted = expected('Q8_0', bytes, 4)
    for (let i = 0; i < wanted.length; i++) expect(scales[i >> 5]! * (values[i]! - 128)).toBeCloseTo(wanted[i]!, 6)
  })

  test('are turned into columns where a row has one scale, and only there', () => {
    const bytes = blocks(6, 34, (block) => [0.01 * (1 + Math.floor(block / 2))])
    const { values, scales } = columnMatrix(bytes, 3, 64)!
    const wanted = expected('Q8_0', bytes, 6)
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 64; column++) {
        const integer = (values[column * 3 + row]! << 24) >> 24
        expect(scales[row]! * integer).toBeCloseTo(wanted[row * 64 + column]!, 6)
      }
    expect(
      columnMatrix(
        blocks(6, 34, (block) => [0.01 * (block + 1)]),
        3,
        64,
      ),
    ).toBeNull()
  })
})
