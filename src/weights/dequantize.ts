// Blocks of a file to float32, value for value as gguf-py does (gguf/quants.py).
import { floatToHalf, halfToFloat } from '../base/half.ts'
import { BLOCK_LAYOUT, type BlockType } from './block-types.ts'

let halves: Float32Array | null = null

/** All 65,536 halves as float32: 256 KB, several times faster than decoding bits. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfToFloat(bits))
  return halves
}

/** Fills `out` with `out.length` values; `bytes` may start at any offset of its buffer. */
export function dequantize(type: BlockType, bytes: Uint8Array, out: Float32Array): void {
  DECODERS[type](bytes, out, halfTable())
}

type Decoder = (bytes: Uint8Array, out: Float32Array, half: Float32Array) => void

const DECODERS: Readonly<Record<BlockType, Decoder>> = {
  F32(bytes, out) {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes.subarray(0, out.byteLength))
  },

  F16(bytes, out, half) {
    for (let i = 0; i < out.length; i++) out[i] = half[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!
  },

  BF16(bytes, out) {
    const words = new Uint32Array(out.buffer, out.byteOffset, out.length)
    for (let i = 0; i < words.length; i++) words[i] = (bytes[2 * i]! << 16) | (bytes[2 * i + 1]! << 24)
  },

  Q8_0(bytes, out, half) {
    for (let i = 0, at = 0; i < out.length; i += 32, at += 34) {
      const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!
      for (let j = 0; j < 32; j++) out[i + j] = scale * ((bytes[at + 2 + j]! << 24) >> 24)
    }
  },

  Q4_0(bytes, out, half) {
    for (let i = 0, at = 0; i < out.length; i += 32, at += 18) {
      const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!
      for (let j = 0; j < 16; j++) {
        const pair = bytes[at + 2 + j]!
        out[i + j] = scale * ((pair & 15) - 8)
        out[i + j + 16] = scale * ((pair >> 4) - 8)
      }
    }
  },

  Q4_1(bytes, out, half) {
    for (let i = 0, at = 0; i < out.length; i += 32, at += 20) {
      const scale = half[bytes[at]! | (bytes[at + 1]! << 8)]!
      const minimum = half[bytes[at + 2]! | (bytes[at + 3]! << 8)]!
      for (let j = 0; j < 16; j++) {
        const pair = bytes[at + 4 + j]!
        out[i + j] = scale * (pair & 15) + minimum
        out[i + j + 16] = scale * (pair >> 4) + minimum
      }
    }
  },
}

/** Q4_0 blocks as Q4_1 blocks, value for value: minimum = -8 x scale, which half precision holds exactly. */
export function q4WithMinimum(bytes: Uint8Array): Uint8Array {
  const { bytesPerBlock } = BLOCK_LAYOUT.Q4_0
  const blockCount = bytes.length / bytesPerBlock
  const out = new Uint8Array(blockCount * BLOCK_LAYOUT.Q4_1.bytesPerBlock)
  for (let block = 0; block < blockCount; block++) {
    const from = block * bytesPerBlock
    const to = block * BLOCK_LAYOUT.Q4_1.bytesPerBlock
    const minimum = floatToHalf(-8 * halfToFloat(bytes[from]! | (bytes[from + 1]! << 8)))
    out[to] = bytes[from]!
    out[to + 1] = bytes[from + 1]!
    out[to + 2] = minimum & 0xff
    out[to + 3] = minimum >> 8
    out.set(bytes.subarray(from + 2, from + bytesPerBlock), to + 4)
  }
  return out
}
