// The K-quants with a scale for every 16 values, 256 to a block. Bits as in gguf-py's gguf/quants.py.
import { halfAt } from './half-bytes.ts'

const VALUES = 256

/** 2 bits each: a byte holds values 32 apart, a run of 32 bytes holds 128. */
function twoBits(bytes: Uint8Array, at: number, i: number): number {
  return (bytes[at + (i >> 7) * 32 + (i & 31)]! >> (2 * ((i >> 5) & 3))) & 3
}

/** 16 bytes of scale | minimum << 4, 64 of quants, scale of scales, scale of minima: 84 bytes. */
export function decodeQ2K(bytes: Uint8Array, at: number, out: Float32Array, outAt: number): void {
  const scale = halfAt(bytes, at + 80)
  const minimum = halfAt(bytes, at + 82)
  for (let i = 0; i < VALUES; i++) {
    const pair = bytes[at + (i >> 4)]!
    out[outAt + i] = scale * (pair & 15) * twoBits(bytes, at + 16, i) - minimum * (pair >> 4)
  }
}

/** 32 bytes of third bits (clear means minus 4), 64 of quants, 12 of 16 scales in 6 bits, one half: 110 bytes. */
export function decodeQ3K(bytes: Uint8Array, at: number, out: Float32Array, outAt: number): void {
  const scale = q3Scale(bytes, at)
  for (let i = 0; i < VALUES; i++) out[outAt + i] = scale * q3GroupScale(bytes, at, i >> 4) * q3Integer(bytes, at, i)
}

export function q3Scale(bytes: Uint8Array, at: number): number {
  return halfAt(bytes, at + 108)
}

/** -32 to 31. */
export function q3GroupScale(bytes: Uint8Array, at: number, group: number): number {
  const low = (bytes[at + 96 + (group & 7)]! >> (4 * (group >> 3))) & 15
  const high = (bytes[at + 104 + (group & 3)]! >> (2 * (group >> 2))) & 3
  return (low | (high << 4)) - 32
}

/** -4 to 3. */
export function q3Integer(bytes: Uint8Array, at: number, i: number): number {
  const third = (bytes[at + (i & 31)]! >> (i >> 5)) & 1
  return twoBits(bytes, at + 32, i) - (third ? 0 : 4)
}

/** 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, one half: 210 bytes. */
export function decodeQ6K(bytes: Uint8Array, at: number, out: Float32Array, outAt: number): void {
  const scale = halfAt(bytes, at + 208)
  for (let i = 0; i < VALUES; i++) {
    const low = (bytes[at + (i >> 7) * 64 + (i & 63)]! >> (i & 64 ? 4 : 0)) & 15
    const groupScale = (bytes[at + 192 + (i >> 4)]! << 24) >> 24
    out[outAt + i] = scale * groupScale * ((low | (twoBits(bytes, at + 128, i) << 4)) - 32)
  }
}
