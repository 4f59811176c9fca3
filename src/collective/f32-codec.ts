// The exact wire: float32 as it stands. What a run with float weights needs; twice the bytes of f16.
import { bitsOf, largestMagnitudeBits, requireByteLength, wrongShape } from './wire-checks.ts'
import type { WireCodec } from './wire-codec.ts'

export const f32Codec: WireCodec = {
  encode(values, _width, source) {
    largestMagnitudeBits(bitsOf(values), 0, values.length, source)
    return new Uint8Array(values.slice().buffer)
  },

  decode(bytes, into, _width, source) {
    requireByteLength(bytes, into.byteLength, source)
    new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes)
    const bits = bitsOf(into)
    let largest = 0
    for (let i = 0; i < bits.length; i++) {
      const magnitude = bits[i]! & 0x7fffffff
      if (magnitude > largest) largest = magnitude
    }
    if (largest >= 0x7f800000) throw wrongShape(`${source} sent NaN or infinity`)
  },
}
