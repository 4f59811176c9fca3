// File blocks to resident blocks with their integers as they are. That loses nothing, or with K-quants' scales what rounding them to a
// half loses; choosing a new scale from the values (quantize.ts) would lose up to half a step.
import { BLOCK_SIZE, FORMAT_LAYOUT, type TensorFormat } from '../model/tensor.ts'
import { BLOCK_LAYOUT, type BlockType } from './block-types.ts'
import { putHalf } from './half-bytes.ts'
import { type IntegerBlock, type IntegerType, newIntegerBlock, READ_INTEGERS } from './integer-blocks.ts'
import { q3GroupScale, q3Integer, q3Scale } from './sixteens.ts'

/** New resident blocks of all values, or null where the type's integers do not fit the format. `bytes` is whole blocks. */
export function transcode(type: BlockType, bytes: Uint8Array, format: TensorFormat): Uint8Array | null {
  if (format === 'int8') {
    if (type === 'Q3_K') return eachGroup(type, bytes, format, writeQ3)
    if (type === 'Q4_0' || type === 'Q5_0' || type === 'IQ4_NL' || type === 'IQ4_XS') {
      return viaIntegers(type, bytes, format, writeInt8)
    }
  }
  if (format === 'int4') {
    if (type === 'Q4_0') return viaIntegers(type, bytes, format, (block, out, to) => writeInt4(block, -8, out, to))
    if (type === 'Q4_K') return viaIntegers(type, bytes, format, (block, out, to) => writeInt4(block, 0, out, to))
  }
  return null
}

function eachGroup(
  type: BlockType,
  bytes: Uint8Array,
  format: TensorFormat,
  write: (bytes: Uint8Array, at: number, group: number, out: Uint8Array, to: number) => void,
): Uint8Array {
  const { blockSize, bytesPerBlock } = BLOCK_LAYOUT[type]
  const groups = blockSize / BLOCK_SIZE
  const step = FORMAT_LAYOUT[format].bytesPerBlock
  const out = new Uint8Array((bytes.length / bytesPerBlock) * groups * step)
  for (let at = 0, to = 0; at < bytes.length; at += bytesPerBlock) {
    for (let group = 0; group < groups; group++, to += step) write(bytes, at, group, out, to)
  }
  return out
}

function viaIntegers(
  type: IntegerType,
  bytes: Uint8Array,
  format: TensorFormat,
  write: (block: IntegerBlock, out: Uint8Array, to: number) => void,
): Uint8Array {
  const read = READ_INTEGERS[type]
  const block = newIntegerBlock()
  return eachGroup(type, bytes, format, (from, at, group, out, to) => {
    read(from, at, group, block)
    write(block, out, to)
  })
}

function writeInt8({ scale, integers }: IntegerBlock, out: Uint8Array, to: number): void {
  putHalf(out, to, scale)
  for (let j = 0; j < BLOCK_SIZE; j++) out[to + 2 + j] = integers[j]!
}

/** `least`: the integer that becomes nibble 0. */
function writeInt4({ scale, minimum, integers }: IntegerBlock, least: number, out: Uint8Array, to: number): void {
  putHalf(out, to, scale)
  putHalf(out, to + 2, minimum + least * scale)
  for (let j = 0; j < 16; j++) out[to + 4 + j] = (integers[j]! - least) | ((integers[j + 16]! - least) << 4)
}

/** Scale of the group times integer is -124 to 128: negated, with the block's scale negated too, it fits int8. */
function writeQ3(bytes: Uint8Array, at: number, group: number, out: Uint8Array, to: number): void {
  putHalf(out, to, -q3Scale(bytes, at))
  for (let j = 0; j < BLOCK_SIZE; j++) {
    const i = group * BLOCK_SIZE + j
    out[to + 2 + j] = -q3GroupScale(bytes, at, i >> 4) * q3Integer(bytes, at, i)
  }
}
