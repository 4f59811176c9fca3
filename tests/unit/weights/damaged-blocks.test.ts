import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { ModelFormatError } from '../../../src/base/errors.ts'
import { range } from '../../../src/base/ranges.ts'
import { bytesOf, type TensorFormat, type WeightPiece } from '../../../src/model/tensor.ts'
import { BLOCK_LAYOUT, BLOCK_TYPES, type BlockType, fileBytesOf } from '../../../src/weights/block-types.ts'
import { convertRows } from '../../../src/weights/convert.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { checkFinite } from '../../../src/weights/finite.ts'
import { loadShard } from '../../../src/weights/loader.ts'
import { openGguf } from '../../../src/weights/model-file.ts'
import { collectWeights } from '../../support/collected-weights.ts'
import { blocksByType, type TypedTensor } from '../../support/gguf-blocks.ts'
import { memorySource } from '../../support/memory-source.ts'
import { seededRandom } from '../../support/random.ts'
import { tensorsOfShares } from '../../support/shard-of-shares.ts'

const FORMATS: readonly TensorFormat[] = ['f32', 'f16', 'int8', 'int4']
const ROWS = 3
const COLUMNS = 512

/** Where a block's float stands, and how wide it is. */
const FLOATS_AT: Readonly<Record<BlockType, readonly number[]>> = {
  ...{ F32: [0], F16: [0], BF16: [0], Q8_0: [0], Q4_0: [0], Q4_1: [0, 2], Q5_0: [0], Q5_1: [0, 2], IQ4_NL: [0] },
  ...{ Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208], IQ4_XS: [0] },
}
const NOT_FINITE: Readonly<Record<'F32' | 'BF16' | 'half', readonly number[][]>> = {
  F32: [
    [0, 0, 0x80, 0x7f],
    [0, 0, 0x80, 0xff],
    [1, 0, 0x80, 0x7f],
    [0, 0, 0xc0, 0x7f],
  ],
  BF16: [
    [0x80, 0x7f],
    [0x80, 0xff],
    [0xc0, 0x7f],
  ],
  half: [
    [0, 0x7c],
    [0, 0xfc],
    [0, 0x7e],
    [1, 0x7c],
  ],
}

let tensors: Map<BlockType, TypedTensor>
beforeAll(async () => {
  tensors = await blocksByType('tests/fixtures/gguf-types/types.gguf')
})

function pieceOf(type: BlockType, bytes: Uint8Array, format: TensorFormat): WeightPiece {
  const held = convertRows({ type, rowCount: ROWS, columns: COLUMNS, bytes }, range(0, COLUMNS), format)
  const tensor = { role: 'down', layer: 0, format, rows: range(10, 10 + ROWS), columns: range(0, COLUMNS) } as const
  return { tensor, firstRow: 0, rowCount: ROWS, bytes: held }
}

const check = (piece: WeightPiece) => checkFinite(piece, { fileName: 'm.gguf', tensorName: 'blk.0.ffn_down.weight' })

describe.each(BLOCK_TYPES)('%s blocks', (type) => {
  const { blockSize, bytesPerBlock } = BLOCK_LAYOUT[type]

  it('that are garbage convert to all formats from their own bytes alone', () => {
    const garbage = fc.record({
      blocks: fc.integer({ min: 1, max: 4 }),
      seed: fc.integer(),
      format: fc.constantFrom(...FORMATS),
      surroundings: fc.integer({ min: 0, max: 255 }),
    })
    fc.assert(
      fc.property(garbage, ({ blocks, seed, format, surroundings }) => {
        const columns = blocks * Math.max(32, blockSize)
        const random = seededRandom(seed)
        const bytes = Uint8Array.from({ length: fileBytesOf(type, 1, columns) }, () => random() * 256)
        const inside = new Uint8Array(bytes.length + 600).fill(surroundings)
        inside.set(bytes, 300)
        const convert = (from: Uint8Array) =>
          convertRows({ type, rowCount: 1, columns, bytes: from }, range(0, columns), format)
        const converted = convert(inside.subarray(300, 300 + bytes.length))
        expect(converted).toEqual(convert(bytes))
        expect(converted.length).toBe(bytesOf(format, 1, columns))
        expect(inside.subarray(0, 300).every((byte) => byte === surroundings)).toBe(true)
      }),
      { seed: 11, numRuns: 60 },
    )
  })

  it('that are cut short or too long are refused with the numbers', () => {
    const length = fc.integer({ min: 0, max: 3 * bytesPerBlock }).filter((bytes) => bytes !== 2 * bytesPerBlock)
    fc.assert(
      fc.property(length, fc.constantFrom(...FORMATS), (byteLength, format) => {
        const bytes = new Uint8Array(byteLength)
        const rows = { type, rowCount: 1, columns: 2 * blockSize, bytes }
        const wanted = `take ${2 * bytesPerBlock} bytes, not ${byteLength}`
        expect(() => convertRows(rows, range(0, 2 * blockSize), format)).toThrow(wanted)
        expect(() => dequantize(type, bytes, new Float32Array(2 * blockSize))).toThrow(wanted)
      }),
      { seed: 12, numRuns: 40 },
    )
  })

  it('with a float that is no finite number are refused in every format, with file, tensor and row', () => {
    const patterns = NOT_FINITE[type === 'F32' || type === 'BF16' ? type : 'half']
    for (const format of FORMATS) {
      expect(() => check(pieceOf(type, tensors.get(type)!.bytes, format))).not.toThrow()
      for (const at of FLOATS_AT[type]) {
        for (const pattern of patterns) {
          const bytes = tensors.get(type)!.bytes.slice()
          // The last block of the middle row.
          bytes.set(pattern, fileBytesOf(type, 2, COLUMNS) - bytesPerBlock + at)
          expect(() => check(pieceOf(type, bytes, format)), `${format} ${pattern}`).toThrow(
            new RegExp(`^m\\.gguf: blk\\.0\\.ffn_down\\.weight holds NaN.* as ${format}, .*in row 11 of down\\.0\\.`),
          )
        }
      }
    }
  })
})

describe('weights that are no finite numbers', () => {
  it('are refused where only the format they are held in makes them so', () => {
    const bytes = new Uint8Array(new Float32Array(ROWS * COLUMNS).fill(70_000, 2 * COLUMNS).buffer)
    expect(() => check(pieceOf('F32', bytes, 'f32'))).not.toThrow()
    for (const format of ['f16', 'int4'] as const)
      expect(() => check(pieceOf('F32', bytes, format))).toThrow(/a number too large, in row 12 of down\.0/)
  })

  it('end the load of a model with the file, the tensor and the row, and give the executor nothing of it', async () => {
    const bytes = new Uint8Array(readFileSync('tests/fixtures/stories260K.gguf'))
    const clean = await openGguf(memorySource(bytes), 'stories')
    const { offset, columns } = clean.manifest.tensors['down.3']!
    new DataView(bytes.buffer).setFloat32(offset + (17 * columns + 5) * 4, Number.NaN, true)
    const source = memorySource(bytes, 'broken.gguf')
    const { manifest } = await openGguf(source, 'broken')
    const tensors = tensorsOfShares(manifest, [1], 'auto')[0]!
    const loader = collectWeights(tensors)
    const error = await loadShard({ manifest, tensors, sources: [source], cache: null, loader }).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ModelFormatError)
    expect((error as Error).message).toMatch(
      /^broken\.gguf: blk\.3\.ffn_down\.weight holds NaN, infinity or, as f32, a number too large, in row 17 of down\.3\./,
    )
    expect(loader.slices.has('down.3')).toBe(false)
  })
})
