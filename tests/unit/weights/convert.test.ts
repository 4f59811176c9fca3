import { beforeAll, describe, expect, it } from 'vitest'
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts'
import { range } from '../../../src/base/ranges.ts'
import { bytesOf, type TensorFormat } from '../../../src/model/tensor.ts'
import { BLOCK_TYPES, type BlockType, fileBytesOf } from '../../../src/weights/block-types.ts'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { chooseFormat, convertRows } from '../../../src/weights/convert.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { quantize } from '../../../src/weights/quantize.ts'
import { readSafetensorsHeader } from '../../../src/weights/safetensors-header.ts'
import quantized from '../../fixtures/quantized/quantized.json'
import { blocksByType } from '../../support/gguf-blocks.ts'
import { diskSource } from '../../support/memory-source.ts'
import { normal, seededRandom } from '../../support/random.ts'

const ROWS = 3
const COLUMNS = 512
const blocks = new Map<BlockType, Uint8Array>()
const values = new Map<BlockType, Float32Array>()

beforeAll(async () => {
  const expected = diskSource('tests/fixtures/gguf-types/types.safetensors')
  const expectedHeader = await readSafetensorsHeader(expected)
  for (const [type, { name, bytes }] of await blocksByType('tests/fixtures/gguf-types/types.gguf')) {
    blocks.set(type, bytes)
    const { offset, byteLength } = expectedHeader.tensors.get(name)!
    const wanted = await readBytes(expected, range(offset, offset + byteLength!))
    values.set(type, new Float32Array(wanted.slice().buffer))
  }
})

/** By how much a value may change in the type's resident format, in parts of its block's largest: 0 where nothing is lost. */
const ALLOWED: Readonly<Record<BlockType, number>> = {
  ...{ F32: 0, F16: 0, BF16: 0, Q8_0: 0, Q4_0: 0, Q4_1: 0, Q5_0: 0, Q3_K: 0, IQ4_NL: 0 },
  // Scales, and minima, are rounded to halves.
  ...{ Q4_K: 2 ** -10, IQ4_XS: 2 ** -11 },
  // Half a step.
  ...{ Q5_1: 0.0042, Q5_K: 0.0042, Q6_K: 0.0042, Q2_K: 0.07 },
}

const resident: Record<TensorFormat, BlockType> = { f32: 'F32', f16: 'F16', int8: 'Q8_0', int4: 'Q4_1' }

function toFloats(format: TensorFormat, bytes: Uint8Array, count: number): Float32Array {
  const out = new Float32Array(count)
  dequantize(resident[format], bytes, out)
  return out
}

/** Q4_0's `scale * (q - 8)` gives -0 where a negative scale meets 8; `scale * q + minimum` gives 0. */
function unsignedZeros(floats: Float32Array): Float32Array {
  return floats.map((value) => value + 0)
}

describe.each(BLOCK_TYPES)('%s rows', (type) => {
  const whole = () => ({ type, rowCount: ROWS, columns: COLUMNS, bytes: blocks.get(type)! })

  it('dequantize to exactly the values of gguf-py', () => {
    const out = convertRows(whole(), range(0, COLUMNS), 'f32')
    expect(toFloats('f32', out, ROWS * COLUMNS)).toEqual(values.get(type))
  })

  it('keep their values in the resident format, exactly where its blocks can hold them', () => {
    const format = chooseFormat(type, 'auto', COLUMNS)
    const held = toFloats(format, convertRows(whole(), range(0, COLUMNS), format), ROWS * COLUMNS)
    const wanted = values.get(type)!
    if (ALLOWED[type] === 0) expect(unsignedZeros(held)).toEqual(unsignedZeros(wanted))
    for (let block = 0; block < held.length; block += 32) {
      const largest = Math.max(...wanted.subarray(block, block + 32).map(Math.abs))
      for (let i = block; i < block + 32; i++)
        expect(Math.abs(held[i]! - wanted[i]!)).toBeLessThanOrEqual(ALLOWED[type] * largest)
    }
    expect(chooseFormat(type, 'auto', COLUMNS + 1)).toBe(type === 'F16' ? 'f16' : 'f32')
  })

  it.each(['f32', 'f16', 'int8', 'int4'] as const)('convert to %s alike whole and cut inside a block', (format) => {
    const all = convertRows(whole(), range(0, COLUMNS), format)
    const unit = format === 'f32' || format === 'f16' ? 8 : 32
    for (const keep of [range(unit * 3, COLUMNS - unit), range(0, unit), range(COLUMNS - unit, COLUMNS)]) {
      const cut = convertRows(whole(), keep, format)
      const width = bytesOf(format, 1, keep.end - keep.start)
      for (let row = 0; row < ROWS; row++) {
        const start = bytesOf(format, row, COLUMNS) + bytesOf(format, 1, keep.start)
        expect(cut.subarray(row * width, (row + 1) * width)).toEqual(all.subarray(start, start + width))
      }
    }
  })

  it('dequantize from an odd address', () => {
    const bytes = blocks.get(type)!
    const moved = new Uint8Array(bytes.length + 1)
    moved.set(bytes, 1)
    const out = new Float32Array(ROWS * COLUMNS)
    dequantize(type, moved.subarray(1), out)
    expect(out).toEqual(values.get(type))
    expect(fileBytesOf(type, ROWS, COLUMNS)).toBe(bytes.length)
  })
})

describe('quantize', () => {
  // tests/fixtures/quantized: seeded values with ties, tiny, huge and equal ones, quantized by gguf-py.
  it.each([
    ['int8', 'Q8_0'],
    ['int4', 'Q4_1'],
    ['f16', 'F16'],
  ] as const)('gives the very bits of gguf-py: %s', (format, type) => {
    const bytes = (name: 'F32' | 'Q8_0' | 'Q4_1' | 'F16') => new Uint8Array(Buffer.from(quantized[name], 'base64'))
    expect(quantize(new Float32Array(bytes('F32').buffer), format)).toEqual(bytes(type))
  })

  it('keeps every value within half a step of its block', () => {
    const random = normal(seededRandom(7))
    const source = Float32Array.from({ length: 320 }, () => random())
    for (const [format, steps] of [
      ['int8', 254],
      ['int4', 15],
    ] as const) {
      const back = toFloats(format, quantize(source, format), source.length)
      for (let block = 0; block < source.length; block += 32) {
        const part = source.subarray(block, block + 32)
        const width = format === 'int8' ? 2 * Math.max(...part.map(Math.abs)) : Math.max(...part) - Math.min(...part)
        for (let i = 0; i < 32; i++)
          expect(Math.abs(back[block + i]! - part[i]!)).toBeLessThan((width / steps) * 0.51 + width * 2e-3)
      }
    }
  })

  it('leaves a block of zeros zero', () => {
    for (const format of ['int8', 'int4', 'f16', 'f32'] as const) {
      expect(toFloats(format, quantize(new Float32Array(64), format), 64)).toEqual(new Float32Array(64))
    }
  })

  it('reads back every half that it can write', () => {
    const halves = Array.from({ length: 0x7c00 }, (_, bits) => bits)
    expect(halves.every((bits) => floatToHalf(halfToFloat(bits)) === bits)).toBe(true)
  })
})
