// What holding a type in another format costs, measured on rows of a trained model: the six feed-forward output matrices of
// all-MiniLM-L6-v2 (Apache-2.0), one row of each, quantized by ggml's own quantizers (ggml_quantize_chunk).
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { range } from '../../../src/base/ranges.ts'
import { FORMAT_LAYOUT, type TensorFormat } from '../../../src/model/tensor.ts'
import { BLOCK_LAYOUT, BLOCK_TYPES, type BlockType } from '../../../src/weights/block-types.ts'
import { convertRows } from '../../../src/weights/convert.ts'
import { dequantize } from '../../../src/weights/dequantize.ts'
import { blocksByType, type TypedTensor } from '../../support/gguf-blocks.ts'

const ROWS = 6
const COLUMNS = 1536
const HELD_TYPE: Readonly<Record<TensorFormat, BlockType>> = { f32: 'F32', f16: 'F16', int8: 'Q8_0', int4: 'Q4_1' }
const TYPES = BLOCK_TYPES.filter((type) => BLOCK_LAYOUT[type].blockSize > 1)

let tensors: Map<BlockType, TypedTensor>
beforeAll(async () => {
  tensors = await blocksByType('tests/fixtures/gguf-types/trained.gguf')
})

function floats(type: BlockType, bytes: Uint8Array): Float32Array {
  const out = new Float32Array(ROWS * COLUMNS)
  dequantize(type, bytes, out)
  return out
}

const valuesOf = (type: BlockType) => floats(type, tensors.get(type)!.bytes)

function heldAs(type: BlockType, format: TensorFormat): Float32Array {
  const rows = { type, rowCount: ROWS, columns: COLUMNS, bytes: tensors.get(type)!.bytes }
  return floats(HELD_TYPE[format], convertRows(rows, range(0, COLUMNS), format))
}

/** Root mean square of the difference over that of `wanted`. */
function relativeError(found: Float32Array, wanted: Float32Array): number {
  let difference = 0
  let size = 0
  for (const [i, value] of wanted.entries()) {
    difference += (found[i]! - value) ** 2
    size += value ** 2
  }
  return Math.sqrt(difference / size)
}

const ownError = (type: BlockType) => relativeError(valuesOf(type), valuesOf('F32'))
const addedError = (type: BlockType, format: TensorFormat) => relativeError(heldAs(type, format), valuesOf(type))
const totalError = (type: BlockType, format: TensorFormat) => relativeError(heldAs(type, format), valuesOf('F32'))

describe.each(TYPES)('%s', (type) => {
  const { resident, blockSize, bytesPerBlock } = BLOCK_LAYOUT[type]

  it('is held in int4 exactly where that adds less than 3% to its own error', () => {
    expect(resident).toBe(totalError(type, 'int4') < 1.03 * ownError(type) ? 'int4' : 'int8')
    expect(totalError(type, resident)).toBeLessThan(1.05 * ownError(type))
  })

  it('stands in docs/formats.md with the measured figures', () => {
    const inFile = (bytesPerBlock * 8) / blockSize
    const { bytesPerBlock: heldBytes, blockSize: heldValues } = FORMAT_LAYOUT[resident]
    const figure = (error: number) => (error === 0 ? '0' : error.toPrecision(2))
    const row = [type, inFile, resident, (heldBytes * 8) / heldValues, figure(ownError(type))]
    const added = (['int8', 'int4'] as const).map((format) => figure(addedError(type, format)))
    expect(readFileSync('docs/formats.md', 'utf8')).toContain(`| ${[...row, ...added].join(' | ')} |\n`)
  })
})
