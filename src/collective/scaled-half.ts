// Float32 to half precision and back over whole arrays, each row brought near 2^15 by a power of two: no half is ever infinite, and
// everything down to 2^-28 of the row's maximum keeps its 11 bits. A power of two only moves the exponent field, so the common case is
// one integer addition. Rounds ties to even (after F. Giesen, "float->half variants").
import { wrongShape } from './wire-checks.ts'

/** Half bits of 2^15, the largest an encoder writes. */
const LARGEST_HALF = 0x7800
/** Half bits of the smallest normal half, 2^-14, and float32 bits of the same. */
const SMALLEST_NORMAL_HALF = 0x400
const SMALLEST_NORMAL_FLOAT = 0x38800000
/** Adding and subtracting it rounds a small double to a whole number, ties to even: 1.5 * 2^52. */
const ROUND = 6755399441055744
/** The exponent field that leaves a row as it is. */
const UNSCALED = 141
/** The smallest row exponent: rows below 2^-98 are scaled as if they were at it, so that no float32 denormal becomes a normal half. */
const SMALLEST_EXPONENT = 29
const LARGEST_EXPONENT = 253

/** Multiplying by `toScaled[exponent]` brings a row's maximum below 2^15; by `fromScaled[exponent]` undoes it. Exact. */
export const toScaled = Float64Array.from({ length: LARGEST_EXPONENT + 1 }, (_, exponent) => 2 ** (UNSCALED - exponent))
export const fromScaled = toScaled.map((scale) => 1 / scale)

/** What a row's scale travels as: the float32 exponent field of its largest magnitude, at least 29. */
export function rowExponentOf(largestMagnitudeBits: number): number {
  return Math.max(SMALLEST_EXPONENT, largestMagnitudeBits >>> 23)
}

/** Throws `peer-shape` for an exponent no encoder writes. */
export function requireRowExponent(exponent: number, from: string): void {
  if (exponent >= SMALLEST_EXPONENT && exponent <= LARGEST_EXPONENT) return
  throw wrongShape(`${from} sent a row with exponent ${exponent}`)
}

/** Writes `count` values from `start` as halves of the row scaled by `exponent`; `bits` views the memory of `values`. */
export function writeHalves(
  values: Float32Array,
  bits: Int32Array,
  start: number,
  count: number,
  exponent: number,
  target: Uint16Array,
  targetStart: number,
): void {
  const shift = (exponent - UNSCALED) << 23
  const smallestNormal = SMALLEST_NORMAL_FLOAT + shift
  const rebias = shift + 0x38000000 - 0xfff
  const toDenormal = toScaled[exponent]! * 2 ** 24
  for (let i = 0; i < count; i++) {
    const word = bits[start + i]!
    const magnitude = word & 0x7fffffff
    let half = (magnitude - rebias + ((magnitude >>> 13) & 1)) >>> 13
    if (magnitude < smallestNormal) half = (Math.abs(values[start + i]!) * toDenormal + ROUND - ROUND) | 0
    target[targetStart + i] = half | ((word >>> 16) & 0x8000)
  }
}

/** Reads `count` halves of a row scaled by `exponent` into `target`; `targetBits` views the same memory. Throws `peer-shape` above 2^15. */
export function readHalves(
  source: Uint16Array,
  sourceStart: number,
  count: number,
  exponent: number,
  target: Float32Array,
  targetBits: Int32Array,
  targetStart: number,
  from: string,
): void {
  const rebias = (exponent - SMALLEST_EXPONENT) << 23
  const fromDenormal = fromScaled[exponent]! * 2 ** -24
  let largest = 0
  for (let i = 0; i < count; i++) {
    const half = source[sourceStart + i]!
    const magnitude = half & 0x7fff
    if (magnitude > largest) largest = magnitude
    if (magnitude >= SMALLEST_NORMAL_HALF) {
      targetBits[targetStart + i] = ((half & 0x8000) << 16) | ((magnitude << 13) + rebias)
    } else {
      target[targetStart + i] = (half & 0x8000 ? -magnitude : magnitude) * fromDenormal
    }
  }
  if (largest > LARGEST_HALF) throw wrongShape(`${from} sent a half-precision number above 2^15`)
}
