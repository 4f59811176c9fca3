// The default wire: half precision with one power-of-two scale a token row, so that giants never overflow (plain f16 ends at 65,504).
// Layout: u16 exponent per row, then u16 halves row by row.
import { readHalves, requireRowExponent, rowExponentOf, writeHalves } from './scaled-half.ts'
import { bitsOf, largestMagnitudeBits, requireByteLength, rowCountOf, wordsOf } from './wire-checks.ts'
import type { WireCodec } from './wire-codec.ts'

export const f16Codec: WireCodec = {
  encode(values, width, source) {
    const rowCount = rowCountOf(values, width)
    const bits = bitsOf(values)
    const words = new Uint16Array(rowCount + values.length)
    for (let row = 0; row < rowCount; row++) {
      const start = row * width
      const exponent = rowExponentOf(largestMagnitudeBits(bits, start, start + width, source))
      words[row] = exponent
      writeHalves(values, bits, start, width, exponent, words, rowCount + start)
    }
    return new Uint8Array(words.buffer)
  },

  decode(bytes, into, width, source) {
    const rowCount = rowCountOf(into, width)
    requireByteLength(bytes, 2 * (rowCount + into.length), source)
    const words = wordsOf(bytes, rowCount + into.length)
    const bits = bitsOf(into)
    for (let row = 0; row < rowCount; row++) {
      const start = row * width
      const exponent = words[row]!
      requireRowExponent(exponent, source)
      readHalves(words, rowCount + start, width, exponent, into, bits, start, source)
    }
  },
}
