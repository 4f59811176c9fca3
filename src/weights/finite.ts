// Damaged weights show as NaN or infinity where a float stands: in a value, or in the scale or minimum of a block. One look at each, on
// what the executor is given, so that a number that only its new format cannot hold is found too.
import { ModelFormatError } from '../base/errors.ts'
import { type TensorFormat, tensorKey, type WeightPiece } from '../model/tensor.ts'

/** Throws `ModelFormatError` with the file's own names where the piece is not all finite. */
export function checkFinite(
  { tensor, firstRow, rowCount, bytes }: WeightPiece,
  { fileName, tensorName }: { fileName: string; tensorName: string },
): void {
  const areFinite = ARE_FINITE[tensor.format]
  if (areFinite(bytes)) return
  const rowBytes = bytes.length / rowCount
  let row = 0
  while (areFinite(bytes.subarray(row * rowBytes, (row + 1) * rowBytes))) row++
  throw new ModelFormatError(
    `${fileName}: ${tensorName} holds NaN, infinity or, as ${tensor.format}, a number too large, in row ${tensor.rows.start + firstRow + row} of ${tensorKey(tensor)}. The file is damaged: fetch it again, or take another.`,
  )
}

/** Bit 7 is set exactly where all exponent bits of a half are: `top` is its upper byte. No branch: one a float would cost twice the time. */
const unbounded = (top: number) => (top & 0x7c) + 4

const ARE_FINITE: Readonly<Record<TensorFormat, (bytes: Uint8Array) => boolean>> = {
  f32(bytes) {
    let seen = 0
    for (let at = 0; at < bytes.length; at += 4) seen |= (bytes[at + 3]! & 0x7f) + (bytes[at + 2]! >> 7)
    return (seen & 0x80) === 0
  },

  f16(bytes) {
    let seen = 0
    for (let at = 0; at < bytes.length; at += 2) seen |= unbounded(bytes[at + 1]!)
    return (seen & 0x80) === 0
  },

  int8(bytes) {
    let seen = 0
    for (let at = 0; at < bytes.length; at += 34) seen |= unbounded(bytes[at + 1]!)
    return (seen & 0x80) === 0
  },

  int4(bytes) {
    let seen = 0
    for (let at = 0; at < bytes.length; at += 20) seen |= unbounded(bytes[at + 1]!) | unbounded(bytes[at + 3]!)
    return (seen & 0x80) === 0
  },
}
