// Gumbel noise keyed by (seed, position, token): a counter-based hash, so any rank knows the noise of any token without a stream of
// random numbers. Hash: pcg3d (Jarzynski and Olano 2020, "Hash Functions for GPU Rendering"), its first word. It is exact in integers
// everywhere; Math.log may differ in the last bit between engines, so the leader computes the noise of the candidates it compares itself.

/** 32 random bits, the same on every device. */
export function noiseBits(seed: number, position: number, token: number): number {
  let x = (Math.imul(token, 1664525) + 1013904223) | 0
  let y = (Math.imul(position, 1664525) + 1013904223) | 0
  let z = (Math.imul(seed, 1664525) + 1013904223) | 0
  x = (x + Math.imul(y, z)) | 0
  y = (y + Math.imul(z, x)) | 0
  z = (z + Math.imul(x, y)) | 0
  x ^= x >>> 16
  y ^= y >>> 16
  z ^= z >>> 16
  return (x + Math.imul(y, z)) >>> 0
}

/** A sample of the standard Gumbel distribution; finite, growing with `bits`. */
export function gumbelOf(bits: number): number {
  return -Math.log(-Math.log((bits + 0.5) / 2 ** 32))
}

export function gumbelNoise(seed: number, position: number, token: number): number {
  return gumbelOf(noiseBits(seed, position, token))
}
