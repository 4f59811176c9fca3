// The narrow wire: 8 bits in blocks of 32. Blocks whose maximum exceeds 4 times the row's median block maximum travel as halves:
// plain 8-bit blocks cost 2.6 on the logits of a 135M model, keeping 1.7% of the blocks apart keeps 99.7% of its tokens.
// Layout: u16 exponent per row; u16 per block, a half-precision scale or OUTLIER; u16 halves of the outlier blocks; int8 of the others.
import { fromScaled, readHalves, requireRowExponent, rowExponentOf, toScaled, writeHalves } from './scaled-half.ts'
import { bitsOf, largestMagnitudeBits, requireByteLength, rowCountOf, wordsOf, wrongShape } from './wire-checks.ts'
import type { WireCodec } from './wire-codec.ts'

const BLOCK = 32
const OUTLIER_RATIO = 4
const OUTLIER = 0x8000
/** Half bits of 2^15 / 127 rounded up, the largest scale an encoder writes. */
const LARGEST_SCALE = 0x5c09

export function createInt8Codec(): WireCodec {
  let maxima = new Float32Array(0)
  let maximaBits = bitsOf(maxima)
  let sorted = new Float32Array(0)
  const scale = new Float32Array(1)
  const scaleBits = bitsOf(scale)

  /** Writes the row's exponent and block scales into `header`; returns how many of its values lie in outlier blocks. */
  function describeRow(
    bits: Int32Array,
    row: number,
    width: number,
    source: string,
    header: Uint16Array,
    at: number,
  ): number {
    const rowStart = row * width
    let largest = 0
    for (let block = 0; block < maxima.length; block++) {
      const start = rowStart + block * BLOCK
      const end = Math.min(start + BLOCK, rowStart + width)
      const magnitude = largestMagnitudeBits(bits, start, end, source)
      maximaBits[block] = magnitude
      largest = Math.max(largest, magnitude)
    }
    const exponent = rowExponentOf(largest)
    header[row] = exponent
    sorted.set(maxima)
    sorted.sort()
    const limit = OUTLIER_RATIO * sorted[sorted.length >> 1]!
    const toStep = toScaled[exponent]! / 127
    let outliers = 0
    for (let block = 0; block < maxima.length; block++) {
      const outlier = maxima[block]! > limit
      if (outlier) outliers += Math.min(BLOCK, width - block * BLOCK)
      header[at + block] = outlier ? OUTLIER : halfAbove(maxima[block]! * toStep)
    }
    return outliers
  }

  /** Bits of the smallest half at or above `value` >= 0: with a step never too small, no quotient passes 127. */
  function halfAbove(value: number): number {
    if (value < 2 ** -14) return Math.ceil(value * 2 ** 24)
    scale[0] = value
    return (scaleBits[0]! - 0x38000000 + 0x1fff) >>> 13
  }

  function halfValue(half: number): number {
    scaleBits[0] = half << 13
    return scale[0]! * 2 ** 112
  }

  return {
    encode(values, width, source) {
      const rowCount = rowCountOf(values, width)
      const blockCount = Math.ceil(width / BLOCK)
      if (maxima.length !== blockCount) {
        maxima = new Float32Array(blockCount)
        maximaBits = bitsOf(maxima)
        sorted = new Float32Array(blockCount)
      }
      const bits = bitsOf(values)
      const header = new Uint16Array(rowCount * (1 + blockCount))
      let outlierCount = 0
      for (let row = 0; row < rowCount; row++) {
        outlierCount += describeRow(bits, row, width, source, header, rowCount + row * blockCount)
      }
      const bytes = new Uint8Array(2 * (header.length + outlierCount) + values.length - outlierCount)
      const words = new Uint16Array(bytes.buffer, 0, header.length + outlierCount)
      const quotients = new Int8Array(bytes.buffer, words.byteLength)
      words.set(header)
      let nextHalf = header.length
      let nextQuotient = 0
      for (let row = 0; row < rowCount; row++) {
        const exponent = header[row]!
        for (let block = 0; block < blockCount; block++) {
          const first = row * width + block * BLOCK
          const end = Math.min(first + BLOCK, (row + 1) * width)
          const half = header[rowCount + row * blockCount + block]!
          if (half === OUTLIER) {
            writeHalves(values, bits, first, end - first, exponent, words, nextHalf)
            nextHalf += end - first
            continue
          }
          const perStep = half === 0 ? 0 : toScaled[exponent]! / halfValue(half)
          for (let i = first; i < end; i++) {
            const quotient = values[i]! * perStep
            quotients[nextQuotient++] = quotient + (quotient < 0 ? -0.5 : 0.5)
          }
        }
      }
      return bytes
    },

    decode(bytes, into, width, source) {
      const rowCount = rowCountOf(into, width)
      const blockCount = Math.ceil(width / BLOCK)
      const headerLength = rowCount * (1 + blockCount)
      if (bytes.byteLength < 2 * headerLength) requireByteLength(bytes, 2 * headerLength + into.length, source)
      const outlierCount = countOutliers(wordsOf(bytes, headerLength), rowCount, width, source)
      const wordCount = headerLength + outlierCount
      requireByteLength(bytes, 2 * wordCount + into.length - outlierCount, source)
      const words = wordsOf(bytes, wordCount)
      const quotients = new Int8Array(bytes.buffer, bytes.byteOffset + 2 * wordCount)
      const bits = bitsOf(into)
      let nextHalf = headerLength
      let nextQuotient = 0
      for (let row = 0; row < rowCount; row++) {
        const exponent = words[row]!
        for (let block = 0; block < blockCount; block++) {
          const first = row * width + block * BLOCK
          const end = Math.min(first + BLOCK, (row + 1) * width)
          const half = words[rowCount + row * blockCount + block]!
          if (half === OUTLIER) {
            readHalves(words, nextHalf, end - first, exponent, into, bits, first, source)
            nextHalf += end - first
            continue
          }
          const step = halfValue(half) * fromScaled[exponent]!
          for (let i = first; i < end; i++) into[i] = quotients[nextQuotient++]! * step
        }
      }
    },
  }
}

/** Values in outlier blocks, as the header says. Throws `peer-shape` for a header no encoder writes. */
function countOutliers(header: Uint16Array, rowCount: number, width: number, source: string): number {
  const blockCount = Math.ceil(width / BLOCK)
  let count = 0
  for (let row = 0; row < rowCount; row++) {
    requireRowExponent(header[row]!, source)
    for (let block = 0; block < blockCount; block++) {
      const scale = header[rowCount + row * blockCount + block]!
      if (scale === OUTLIER) count += Math.min(BLOCK, width - block * BLOCK)
      else if (scale > LARGEST_SCALE) throw wrongShape(`${source} sent a block scale of ${scale}`)
    }
  }
  return count
}
