import { beforeAll, describe, expect, it } from 'vitest'
import { floatToHalf, halfToFloat } from '../../../src/base/half.ts'
import { range } from '../../../src/base/ranges.ts'
import type { TensorFormat } from '../../../src/model/tensor.ts'
import { BLOCK_TYPES, type BlockType, fileBytesOf, isBlockType } from '../../../src/weights/block-types.ts'
import { readBytes } from '../../../src/weights/byte-source.ts'
import { chooseFormat, convertRows } from '../../../src/weights/convert.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { readGgufHeader } from '../../../src/weights/gguf-header.ts'
import { quantize } from '../../../src/weights/quantize.ts'
import { readSafetensorsHeader } from '../../../src/weights/safetensors-header.ts'
import quantized from '../../fixtures/quantized/quantized.json'
import { diskSource } from '../../support/memory-source.ts'
import { normal, seededRandom } from '../../support/random.ts'

const ROWS = 3
const COLUMNS = 512
const blocks = new Map<BlockType, Uint8Array>()
const values = new Map<BlockType, Float32Array>()

beforeAll(async () => {
  const gguf = diskSource('tests/fixtures/gguf-types/types.gguf')
  const expected = diskSource('tests/fixtures/gguf-types/types.safetensors')
  const expectedHeader = await readSafetensorsHeader(expected)
  for (const { name, type, offset, byteLength } of (await readGgufHeader(gguf)).tensors.values()) {
    if (!isBlockType(type) || byteLength === null) continue
    blocks.set(type, await readBytes(gguf, range(offset, offset + byteLength)))
    const wanted = expectedHeader.tensors.get(name)!
    const bytes = await readBytes(expected, range(wanted.offset, wanted.offset + wanted.byteLength!))
    values.set(type, new Float32Array(bytes.slice().buffer))
  }
})

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

  it('keep exactly their values in the native format', () => {
    const format = chooseFormat(type, 'auto', COLUMNS)
    const out = convertRows(whole(), range(0, COLUMNS), format)
    expect(unsignedZeros(toFloats(format, out, ROWS * COLUMNS))).toEqual(unsignedZeros(values.get(type)!))
    expect(chooseFormat(type, 'auto', COLUMNS + 1)).toBe(type === 'F16' ? 'f16' : 'f32')
  })

  it.each(['f32', 'f16'] as const)('convert to %s alike whole and cut inside a block', (format) => {
    const unit = 8
    const all = convertRows(whole(), range(0, COLUMNS), format)
    const converted = unsignedZeros(toFloats(format, all, ROWS * COLUMNS))
    const keep = range(unit * 3, COLUMNS - unit)
    const cut = unsignedZeros(toFloats(format, convertRows(whole(), keep, format), ROWS * (keep.end - keep.start)))
    for (let row = 0; row < ROWS; row++) {
      const width = keep.end - keep.start
      expect(cut.subarray(row * width, (row + 1) * width)).toEqual(
        converted.subarray(row * COLUMNS + keep.start, row * COLUMNS + keep.end),
      )
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
