// Blocks of a file to float32, value for value as gguf-py does (gguf/quants.py): every product is exact, so one rounding remains.
import { BLOCK_SIZE } from '../model/tensor.ts'
import { BLOCK_LAYOUT, type BlockType, fileBytesOf } from './block-types.ts'
import { halfTable } from './half-bytes.ts'
import { type IntegerType, newIntegerBlock, READ_INTEGERS } from './integer-blocks.ts'
import { decodeQ2K, decodeQ3K, decodeQ6K } from './sixteens.ts'

/**
 * Fills `out` with `out.length` values, whole blocks; `bytes` may start at any offset of its buffer. Throws `RangeError` where `bytes` is
 * not as long as so many values are.
 */
export function dequantize(type: BlockType, bytes: Uint8Array, out: Float32Array): void {
  checkLength(type, bytes, out.length)
  DECODERS[type](bytes, out)
}

/** Throws `RangeError` where `bytes` is not `valueCount` values of `type` in whole blocks. */
export function checkLength(type: BlockType, bytes: Uint8Array, valueCount: number): void {
  const needed = fileBytesOf(type, 1, valueCount)
  if (bytes.length === needed && valueCount % BLOCK_LAYOUT[type].blockSize === 0) return
  throw new RangeError(`${valueCount} values of ${type} take ${needed} bytes, not ${bytes.length}.`)
}

type Decoder = (bytes: Uint8Array, out: Float32Array) => void

const DECODERS: Readonly<Record<BlockType, Decoder>> = {
  F32(bytes, out) {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes)
  },

  F16(bytes, out) {
    const half = halfTable()
    for (let i = 0; i < out.length; i++) out[i] = half[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!
  },

  BF16(bytes, out) {
    const words = new Uint32Array(out.buffer, out.byteOffset, out.length)
    for (let i = 0; i < words.length; i++) words[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24)
  },

  Q8_0: byGroup('Q8_0'),
  Q4_0: byGroup('Q4_0'),
  Q4_1: byGroup('Q4_1'),
  Q5_0: byGroup('Q5_0'),
  Q5_1: byGroup('Q5_1'),
  Q2_K: byBlock('Q2_K', decodeQ2K),
  Q3_K: byBlock('Q3_K', decodeQ3K),
  Q4_K: byGroup('Q4_K'),
  Q5_K: byGroup('Q5_K'),
  Q6_K: byBlock('Q6_K', decodeQ6K),
  IQ4_NL: byGroup('IQ4_NL'),
  IQ4_XS: byGroup('IQ4_XS'),
}

function byGroup(type: IntegerType): Decoder {
  const { bytesPerBlock, blockSize } = BLOCK_LAYOUT[type]
  const read = READ_INTEGERS[type]
  return (bytes, out) => {
    const block = newIntegerBlock()
    for (let i = 0; i < out.length; i += BLOCK_SIZE) {
      read(bytes, Math.floor(i / blockSize) * bytesPerBlock, (i % blockSize) / BLOCK_SIZE, block)
      const { scale, minimum, integers } = block
      for (let j = 0; j < BLOCK_SIZE; j++) out[i + j] = scale * integers[j]! + minimum
    }
  }
}

function byBlock(
  type: BlockType,
  decode: (bytes: Uint8Array, at: number, out: Float32Array, outAt: number) => void,
): Decoder {
  const { bytesPerBlock, blockSize } = BLOCK_LAYOUT[type]
  return (bytes, out) => {
    for (let i = 0, at = 0; i < out.length; i += blockSize, at += bytesPerBlock) decode(bytes, at, out, i)
  }
}
