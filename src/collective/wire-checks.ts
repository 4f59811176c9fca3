// What all wire codecs refuse, and in which words.
import { HeadroomError } from '../base/errors.ts'

/** Float32 bits of 2^127; at and above it a number cannot be rounded up safely, and infinity and NaN are above it too. */
const LIMIT_BITS = 0x7f000000

/** The float32 bits of the largest magnitude among `bits[start..end)`. Throws `internal` where it is no usable number. */
export function largestMagnitudeBits(bits: Int32Array, start: number, end: number, source: string): number {
  let largest = 0
  for (let i = start; i < end; i++) {
    const magnitude = bits[i]! & 0x7fffffff
    if (magnitude > largest) largest = magnitude
  }
  if (largest >= LIMIT_BITS) {
    throw new HeadroomError(
      'internal',
      `${source} computed NaN, infinity or a number above 1e38. Stop, and try another executor on that device.`,
    )
  }
  return largest
}

export function bitsOf(values: Float32Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length)
}

/** `bytes` as 16-bit words; copied only where they do not lie on a word boundary. */
export function wordsOf(bytes: Uint8Array, count: number): Uint16Array {
  return bytes.byteOffset % 2 === 0
    ? new Uint16Array(bytes.buffer, bytes.byteOffset, count)
    : new Uint16Array(bytes.slice().buffer, 0, count)
}

export function rowCountOf(values: Float32Array, width: number): number {
  if (width > 0 && values.length % width === 0) return values.length / width
  throw new HeadroomError('internal', `${values.length} values are not a whole number of rows of ${width}.`)
}

export function requireByteLength(bytes: Uint8Array, expected: number, source: string): void {
  if (bytes.byteLength === expected) return
  throw wrongShape(`${source} sent a partial sum of ${bytes.byteLength} bytes where ${expected} were due`)
}

export function wrongShape(what: string): HeadroomError {
  return new HeadroomError(
    'peer-shape',
    `${what}. Reload all devices so that they run one version, or remove that one.`,
  )
}
