// The types that are small integers times one scale, plus at most one minimum, for every 32 values: w = scale * q + minimum. Read once
// here, they become floats (dequantize.ts) or resident blocks (transcode.ts). Bits as in gguf-py's gguf/quants.py.
import { BLOCK_SIZE } from '../model/tensor.ts'
import type { BlockType } from './block-types.ts'
import { halfAt } from './half-bytes.ts'

/** 32 consecutive values. */
export interface IntegerBlock {
  /** Exact; with K-quants wider than a half. */
  scale: number
  /** -0 where the type has none: adding it changes nothing, not even the sign of a zero. */
  minimum: number
  readonly integers: Int8Array
}

/** Reads group `group` of 32 of the file block that starts at `at`. */
type Reader = (bytes: Uint8Array, at: number, group: number, out: IntegerBlock) => void

export type IntegerType = Exclude<BlockType, 'F32' | 'F16' | 'BF16' | 'Q2_K' | 'Q3_K' | 'Q6_K'>

/** The 16 levels of IQ4_NL and IQ4_XS. */
const LEVELS = Int8Array.of(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113)
/** Lets a signed type share `nibbles` with a plain one. */
const PLAIN = Int8Array.from({ length: 16 }, (_, nibble) => nibble)
const SIGNED = Int8Array.from({ length: 16 }, (_, nibble) => nibble - 8)

export function newIntegerBlock(): IntegerBlock {
  return { scale: 0, minimum: -0, integers: new Int8Array(BLOCK_SIZE) }
}

/** 16 bytes: low nibbles are values 0 to 15, high ones 16 to 31. */
function nibbles(bytes: Uint8Array, at: number, level: Int8Array, integers: Int8Array): void {
  for (let j = 0; j < 16; j++) {
    const pair = bytes[at + j]!
    integers[j] = level[pair & 15]!
    integers[j + 16] = level[pair >> 4]!
  }
}

/** Nibbles with a fifth bit each, bit j of the four bytes at `highAt`. */
function fiveBits(bytes: Uint8Array, highAt: number, offset: number, integers: Int8Array): void {
  nibbles(bytes, highAt + 4, PLAIN, integers)
  for (let j = 0; j < 32; j++) integers[j]! += (((bytes[highAt + (j >> 3)]! >> (j & 7)) & 1) << 4) + offset
}

/** Scale and minimum of a group of Q4_K and Q5_K: 8 x 2 values of 6 bits in the 12 bytes after two halves. */
function groupScale(bytes: Uint8Array, at: number, group: number, out: IntegerBlock): void {
  const low = at + 4 + group
  const scale = group < 4 ? bytes[low]! & 63 : (bytes[low + 4]! & 15) | ((bytes[low - 4]! >> 6) << 4)
  const minimum = group < 4 ? bytes[low + 4]! & 63 : (bytes[low + 4]! >> 4) | ((bytes[low]! >> 6) << 4)
  out.scale = halfAt(bytes, at) * scale
  out.minimum = -(halfAt(bytes, at + 2) * minimum)
}

/** 32 bytes hold an even group in their low nibbles, the next in their high ones. */
function groupNibbles(bytes: Uint8Array, at: number, group: number, integers: Int8Array): void {
  const from = at + (group >> 1) * 32
  const shift = (group & 1) * 4
  for (let j = 0; j < 32; j++) integers[j] = (bytes[from + j]! >> shift) & 15
}

export const READ_INTEGERS: Readonly<Record<IntegerType, Reader>> = {
  Q8_0(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    for (let j = 0; j < 32; j++) out.integers[j] = bytes[at + 2 + j]!
  },

  Q4_0(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    nibbles(bytes, at + 2, SIGNED, out.integers)
  },

  Q4_1(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    out.minimum = halfAt(bytes, at + 2)
    nibbles(bytes, at + 4, PLAIN, out.integers)
  },

  Q5_0(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    fiveBits(bytes, at + 2, -16, out.integers)
  },

  Q5_1(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    out.minimum = halfAt(bytes, at + 2)
    fiveBits(bytes, at + 4, 0, out.integers)
  },

  Q4_K(bytes, at, group, out) {
    groupScale(bytes, at, group, out)
    groupNibbles(bytes, at + 16, group, out.integers)
  },

  Q5_K(bytes, at, group, out) {
    groupScale(bytes, at, group, out)
    groupNibbles(bytes, at + 48, group, out.integers)
    for (let j = 0; j < 32; j++) out.integers[j]! += ((bytes[at + 16 + j]! >> group) & 1) << 4
  },

  IQ4_NL(bytes, at, _group, out) {
    out.scale = halfAt(bytes, at)
    nibbles(bytes, at + 2, LEVELS, out.integers)
  },

  IQ4_XS(bytes, at, group, out) {
    const high = (bytes[at + 2]! | (bytes[at + 3]! << 8)) >> (2 * group)
    const low = bytes[at + 4 + (group >> 1)]! >> (4 * (group & 1))
    out.scale = halfAt(bytes, at) * (((low & 15) | ((high & 3) << 4)) - 32)
    nibbles(bytes, at + 8 + group * 16, LEVELS, out.integers)
  },
}
