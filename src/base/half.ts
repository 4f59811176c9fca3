// IEEE 754 half precision as bits (Float16Array is not everywhere yet: Safari 18.2+, Chrome 135+, not Node 20).

const bits = new Uint32Array(1)
const value = new Float32Array(bits.buffer)

/** The float32 value of half-precision bits, exact; denormals, infinities and NaN included. */
export function halfToFloat(half: number): number {
  const finite = (half & 0x7c00) !== 0x7c00
  bits[0] = ((half & 0x8000) << 16) | (finite ? 0 : 0x7f800000) | ((half & 0x7fff) << 13)
  return finite ? value[0]! * 2 ** 112 : value[0]!
}

/** The nearest half to `float`, ties to even; values past 65,519 become infinity. */
export function floatToHalf(float: number): number {
  value[0] = float
  const word = bits[0]!
  const sign = (word >>> 16) & 0x8000
  const magnitude = word & 0x7fffffff
  if (magnitude > 0x7f800000) return sign | 0x7e00
  if (magnitude >= 0x477ff000) return sign | 0x7c00
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value[0]!) * 2 ** 24)
  return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13)
}

function roundToEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
