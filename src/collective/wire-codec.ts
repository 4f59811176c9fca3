// How partial sums become bytes and come back. Sums hold giants (tens of thousands beside values near 1), so every format works on one
// token's row at a time. Little-endian, as every browser platform is.
import type { WireFormat } from './collective.ts'
import { f16Codec } from './f16-codec.ts'
import { f32Codec } from './f32-codec.ts'
import { createInt8Codec } from './int8-codec.ts'

/** Synchronous; may own scratch memory, so one instance serves one thread. `source` names the rank in error messages. */
export interface WireCodec {
  /**
   * The bytes of `values`, rows of `width`; the result is the caller's. Throws `internal` for NaN, infinity and magnitudes from 2^127:
   * such sums have no meaning.
   */
  encode(values: Float32Array, width: number, source: string): Uint8Array
  /** Fills `into`, whose length says what must come. Throws `peer-shape` for any other size and for numbers no encoder writes. */
  decode(bytes: Uint8Array, into: Float32Array, width: number, source: string): void
}

export function createWireCodec(format: WireFormat): WireCodec {
  if (format === 'f32') return f32Codec
  return format === 'f16' ? f16Codec : createInt8Codec()
}
